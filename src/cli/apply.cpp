// `tender apply`: relays as a file describes them.
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <ostream>
#include <span>

#include <fmt/ostream.h>

#include "tender/base/json.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/store/portion.hpp"
#include "tender/store/transaction.hpp"

#include "apply_plan.hpp"
#include "command.hpp"
#include "confirm.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLargestFile = std::size_t{64} << 20;

std::string read_text(const Invocation& invocation) {
  if (!invocation.has("file")) {
    throw UsageError("`tender apply` needs -f FILE, or -f - to read stdin",
                     fmt::format("for example: {}", kApply.example));
  }
  const std::string& name = invocation.text("file");
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
  }
  std::istream& in = name == "-" ? std::cin : file;
  std::string text;
  std::array<char, 1 << 16> part;
  while (in.read(part.data(), part.size()) || in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestFile) {
      throw UsageError(fmt::format("{} is too large for a list of relays", printable(name, 200)),
                       "split it into files below 64 MiB");
    }
  }
  if (!in.eof()) {
    throw UsageError(fmt::format("{} cannot be read", printable(name, 200)),
                     "give the path of a file that this user can read, or - for stdin");
  }
  return text;
}

void refuse_faults(const std::vector<std::string>& faults) {
  if (faults.empty()) {
    return;
  }
  std::string all =
      fmt::format("{} fault{} in the file:", faults.size(), faults.size() == 1 ? "" : "s");
  for (const std::string& fault : faults) {
    all += fmt::format("\n  {}", fault);
  }
  throw UsageError(all, "nothing was written; correct the file and run the command again");
}

void print_change(const Invocation& invocation, JsonArray& array, const PlannedChange& change,
                  const RelayId& id) {
  if (invocation.json()) {
    auto fields = nlohmann::ordered_json::array();
    for (const FieldDifference& field : change.fields) {
      fields.push_back({{"field", field.field},
                        {"before", nlohmann::ordered_json(field.before)},
                        {"after", nlohmann::ordered_json(field.after)}});
    }
    array.add(
        {{"relay_id", id.text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(id.text)},
         {"subdomain", change.subdomain},
         {"action", to_string(change.action)},
         {"fields", fields}});
    return;
  }
  if (change.action == ApplyAction::unchanged) {
    return;
  }
  fmt::print(invocation.out, "{} {}\n", to_string(change.action), visible(change.subdomain));
  for (const FieldDifference& field : change.fields) {
    const std::string before =
        field.before.is_null() ? std::string() : fmt::format("{} -> ", json_line(field.before));
    fmt::print(invocation.out, "  {}: {}{}\n", field.field, visible(before),
               visible(json_line(field.after)));
  }
}

using Counts = std::map<ApplyAction, std::int64_t>;

Counts count(const ApplyPlan& plan) {
  Counts counts;
  for (const PlannedChange& change : plan.changes) {
    ++counts[change.action];
  }
  return counts;
}

void print_counts(const Invocation& invocation, Counts counts, std::string_view be) {
  fmt::print(invocation.err, "{} created, {} updated, {} deactivated, {} unchanged{}\n",
             counts[ApplyAction::create], counts[ApplyAction::update], counts[ApplyAction::retire],
             counts[ApplyAction::unchanged], be);
}

// The changes in portions, each a transaction of its own.
class Writing {
 public:
  Writing(const Invocation& invocation, StoreSession& session, JsonArray& array)
      : invocation_(invocation),
        session_(session),
        array_(array),
        clock_(io_.get_executor()),
        pause_(clock_) {}

  void to_end(std::span<const PlannedChange> changes) { run_to_end(io_, write(changes)); }

 private:
  asio::awaitable<void> write(std::span<const PlannedChange> changes) {
    while (!changes.empty()) {
      changes = changes.subspan(write_portion(changes));
      const TimePoint turn = clock_.now() + store::Portion::kBreath;
      co_await pause_.wait_until(turn);
    }
  }

  std::size_t write_portion(std::span<const PlannedChange> changes) {
    store::Portion portion(clock_);
    std::vector<RelayId> ids;
    store::Transaction transaction(session_.database);
    while (ids.size() < changes.size() && portion.take()) {
      ids.push_back(write_named(changes[ids.size()]));
    }
    transaction.commit();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      print_change(invocation_, array_, changes[i], ids[i]);
    }
    return ids.size();
  }

  // Others may have written since the plan was made.
  RelayId write_named(const PlannedChange& change) {
    try {
      return write_change(session_.command, change);
    } catch (const store::CommandError& error) {
      throw store::CommandError(
          fmt::format("relay {}: {}", printable(change.subdomain, 80), error.what()),
          error.remedy());
    }
  }

  const Invocation& invocation_;
  StoreSession& session_;
  JsonArray& array_;
  asio::io_context io_{1};
  SystemClock clock_;
  Wakeup pause_;
};

// A hint only: it is the sidecar's environment that counts.
void warn_of_calls(const Invocation& invocation, const StoreSession& session,
                   const ApplyPlan& plan) {
  const auto relays = std::ranges::count_if(plan.changes, [](const PlannedChange& change) {
    return std::ranges::any_of(change.fields, [](const FieldDifference& field) {
      return field.field == "livekit_enabled" && field.after == true;
    });
  });
  if (relays > 0 && !session.has_livekit) {
    fmt::print(invocation.err,
               "{} calls (livekit_enabled), which stay off until the sidecar has LIVEKIT_URL, "
               "LIVEKIT_API_KEY and LIVEKIT_API_SECRET; this environment does not set them\n",
               relays == 1 ? "1 relay gets" : fmt::format("{} relays get", relays));
  }
}

bool is_prune_confirmed(const Invocation& invocation, std::int64_t retired) {
  if (retired == 0) {
    return true;
  }
  fmt::print(
      invocation.err,
      "{} relay{} not in the file and would be deactivated, so that zooid stops serving {}\n",
      retired, retired == 1 ? " is" : "s are", retired == 1 ? "it" : "them");
  return is_confirmed(invocation, "run it with --dry-run first, then with --yes");
}

ExitCode apply_file(const Invocation& invocation) {
  RelayFile file = read_relay_file(read_text(invocation));
  const bool dry = invocation.has("dry-run");
  if (dry || file.relays.empty()) {
    refuse_faults(file.faults);  // a database is not needed to say so, and not made
  }
  StoreSession session(invocation, dry || !file.faults.empty() ? store::OpenMode::existing
                                                               : store::OpenMode::create);
  const ApplyPlan plan = plan_apply(session.query, std::move(file), invocation.has("prune"),
                                    session.reserved_subdomains);
  refuse_faults(plan.faults);
  warn_of_calls(invocation, session, plan);
  Counts counts = count(plan);
  JsonArray array(invocation.out);
  if (dry) {
    for (const PlannedChange& change : plan.changes) {
      print_change(invocation, array, change, change.id);
    }
  } else if (!is_prune_confirmed(invocation, counts[ApplyAction::retire])) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  } else {
    Writing(invocation, session, array).to_end(plan.changes);
  }
  if (invocation.json()) {
    array.finish();
  }
  print_counts(invocation, counts, dry ? " (nothing was written: --dry-run)" : "");
  if (!dry && counts[ApplyAction::unchanged] < static_cast<std::int64_t>(plan.changes.size())) {
    session.hint_when_nobody_syncs(invocation.err);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kApply{
    .name = "apply",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Create and update relays as a file in YAML or JSON describes them",
    .example = "tender apply -f relays.yaml --dry-run",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{.name = "file",
                                      .help = "The list of relays; - reads stdin",
                                      .value_name = "FILE|-",
                                      .letter = 'f'},
                                     {"prune", "Deactivate the relays that the file does not name"},
                                     {"yes", "With --prune: do not ask for confirmation"},
                                     {"dry-run", "Only show what would be changed"}};
        },
    .run = apply_file};

}  // namespace tender::cli
