// `tender diff`: what each relay should be, beside what zooid serves at this moment, and what it
// holds in its config directory where tender can read that.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "tender/http/client.hpp"
#include "tender/infra/compare_relay.hpp"
#include "tender/store/relay_pages.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/relay_comparison.hpp"
#include "tender/view/stranger.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/config_directory.hpp"
#include "tender/zooid/reader.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;
using zooid::Liveness;

constexpr int kMostUnreachable = 5;  // then the others are not tried

// Looks at one relay after the other and prints what differs.
class Diff {
 public:
  Diff(const Invocation& invocation, const config::Env& env, StoreSession& session)
      : invocation_(invocation),
        env_(env),
        session_(session),
        transport_(io_.get_executor(), zooid::transport_options(env)),
        reader_(env, transport_, clock_, session.random),
        array_(invocation.out),
        table_(invocation.out) {
    for (const std::string& name : invocation.names) {
      named_.push_back(view::require_relay(session.query, name));
      if (named_.back().status == RelayStatus::deleted) {
        throw store::CommandError(
            fmt::format("relay {} is deleted", visible(named_.back().subdomain)),
            "there is nothing to compare; `tender relay show` tells whether zooid has deleted it");
      }
    }
    if (env.zooid_config_dir) {
      directory_.emplace(*env.zooid_config_dir);
      ids_ = directory_->list();
    }
  }

  ExitCode to_end() {
    using namespace asio::experimental::awaitable_operators;
    run_to_end(io_, look_at_all() && reader_.run());
    if (invocation_.names.empty()) {
      add_strangers();
    }
    const std::int64_t left = count_left();
    if (invocation_.json()) {
      if (left > 0) {
        add_end_to_array(left);
      }
      array_.finish();
    } else {
      table_.finish();
      summarize(left);
    }
    if (is_unreachable() || (unknown_ == looked_ && looked_ > 0)) {
      return ExitCode::unreachable;
    }
    return invocation_.has("exit-code") && different_ + unknown_ + strangers_ > 0
               ? ExitCode::some_failed
               : ExitCode::ok;
  }

 private:
  asio::awaitable<void> look_at_all() {
    if (invocation_.names.empty()) {
      store::RelayPages pages(session_.query, &store::Query::next_relays);
      for (auto relays = pages.next(); !relays.empty() && !is_over(); relays = pages.next()) {
        for (Relay& relay : relays) {
          co_await look_at(std::move(relay));
        }
      }
    }
    for (Relay& relay : named_) {
      co_await look_at(std::move(relay));
    }
    reader_.stop();
    transport_.stop();
  }

  [[nodiscard]] bool is_unreachable() const { return unreachable_in_a_row_ == kMostUnreachable; }

  // Nobody reads on, or there is nothing to compare with.
  [[nodiscard]] bool is_over() const {
    return !invocation_.out || (is_unreachable() && !directory_);
  }

  // Relays that were not looked at.
  [[nodiscard]] std::int64_t count_left() const {
    if (!is_unreachable() || directory_) {
      return 0;
    }
    const std::int64_t all = invocation_.names.empty() ? session_.query.count_relays().total
                                                       : static_cast<std::int64_t>(named_.size());
    return std::max(all - looked_, std::int64_t{0});
  }

  asio::awaitable<void> look_at(Relay relay) {
    if (is_over()) {
      co_return;
    }
    const bool looks = env_.relay_verify != config::RelayVerify::off;
    infra::FilesSeen files{.before = file_of(relay), .after = {}};
    if (looks && !is_unreachable()) {
      newest_ = co_await reader_.look(relay);
      const bool reached = std::holds_alternative<http::Response>(newest_.result);
      unreachable_in_a_row_ = reached ? 0 : unreachable_in_a_row_ + 1;
    }
    files.after = file_of(relay);
    add(infra::compare_relay(session_.query, env_, std::move(relay), looks ? &newest_ : nullptr,
                             directory_ ? std::optional(std::move(files)) : std::nullopt));
  }

  void add(const infra::RelayComparison& seen) {
    const zooid::LivenessVerdict& verdict = seen.verdict;
    ++looked_;
    others_ += seen.other_identity ? 1 : 0;
    different_ += verdict.liveness == Liveness::wrong ? 1 : 0;
    unknown_ += verdict.liveness == Liveness::unclear ? 1 : 0;
    if (invocation_.json()) {
      array_.add(view::to_json(seen));
    } else {
      add_to_table(seen);
    }
  }

  [[nodiscard]] std::optional<zooid::ConfigFile> file_of(const Relay& relay) const {
    return directory_ ? directory_->read(relay.id) : std::nullopt;
  }

  void add_to_table(const infra::RelayComparison& seen) {
    const Relay& relay = seen.relay;
    const zooid::LivenessVerdict& verdict = seen.verdict;
    for (const FieldDrift& each : verdict.drift) {
      add_row(relay.subdomain, each.field, printable(each.desired, 80),
              printable(each.observed, 80));
    }
    for (const FieldDrift& each : verdict.unsupported) {
      add_row(relay.subdomain, each.field, printable(each.desired, 80),
              "(unsupported: this zooid does not have it)");
    }
    if (seen.other_identity) {
      add_row(relay.subdomain, "identity", relay.identity, verdict.identity);
    }
    if (seen.file_is_gone) {
      add_row(relay.subdomain, "file", "present", "missing: zooid has lost the relay");
    } else if (seen.absent) {
      const bool active = relay.status == RelayStatus::active;
      std::string_view observed = active ? "no" : "yes";
      if (verdict.liveness == Liveness::unclear) {
        observed = "unknown";
      }
      add_row(relay.subdomain, "served", active ? "yes" : "no",
              fmt::format("{}: {}", observed, printable(verdict.reason, 300)));
    }
  }

  void add_row(std::string relay, std::string field, std::string desired, std::string observed) {
    if (!has_head_) {
      table_.add({"RELAY", "FIELD", "DESIRED", "OBSERVED"});
      has_head_ = true;
    }
    table_.add({std::move(relay), std::move(field), std::move(desired), std::move(observed)});
  }

  // Files that no row describes.
  void add_strangers() {
    for (const RelayId& id : ids_) {
      const auto relay = session_.query.get_relay(id);
      const bool is_stranger = !relay || is_tombstone(*relay);
      const auto file = directory_ && is_stranger ? directory_->read(id) : std::nullopt;
      if (!file) {
        continue;
      }
      ++strangers_;
      const std::string advice =
          view::advise_on_stranger(*file, view::import_refusal(session_.query, env_, *file));
      const std::string name = view::name_of_stranger(*file);
      if (invocation_.json()) {
        array_.add(without_relay(id.text, "stranger", fmt::format("{}: {}", name, advice)));
      } else {
        add_row(printable(id.text, 80), "file", "(no row)",
                fmt::format("stranger {}: {}", name, advice));
      }
    }
  }

  // The last words of an array that is not complete.
  void add_end_to_array(std::int64_t left) {
    auto end = without_relay("", "stopped", describe_end(left));
    end["not_looked_at"] = left;
    array_.add(end);
  }

  static std::string describe_end(std::int64_t left) {
    return fmt::format(
        "stopped after {} relays in a row that could not be seen; {} relay{} not looked at",
        kMostUnreachable, left, left == 1 ? " was" : "s were");
  }

  void summarize(std::int64_t left) const {
    fmt::print(
        invocation_.err, "{} relay{}: {} as described, {} different, {} unknown{}\n", looked_,
        looked_ == 1 ? "" : "s", looked_ - different_ - unknown_, different_, unknown_,
        strangers_ == 0 ? std::string()
                        : fmt::format("; {} stranger{}", strangers_, strangers_ == 1 ? "" : "s"));
    if (others_ > 0) {
      fmt::print(invocation_.err,
                 "{} relay{} another identity than at first: run `tender relay accept-identity "
                 "RELAY` if that is right\n",
                 others_, others_ == 1 ? " has" : "s have");
    }
    if (left > 0) {
      fmt::print(invocation_.err, "{}\n", describe_end(left));
    } else if (is_unreachable()) {
      fmt::print(
          invocation_.err,
          "{} relays in a row could not be seen; the others were compared with zooid's files "
          "only\n",
          kMostUnreachable);
    }
  }

  static nlohmann::ordered_json without_relay(const std::string& id, std::string_view result,
                                              const std::string& reason) {
    return {{"relay_id", id},
            {"subdomain", ""},
            {"result", result},
            {"reason", reason},
            {"fields", nlohmann::ordered_json::array()},
            {"unsupported", nlohmann::ordered_json::array()},
            {"identity", ""},
            {"pending", false}};
  }

  const Invocation& invocation_;
  const config::Env& env_;
  StoreSession& session_;
  asio::io_context io_;
  SystemClock clock_{io_.get_executor()};
  http::Client transport_;
  zooid::Reader reader_;
  JsonArray array_;
  Table table_;
  std::vector<Relay> named_;
  std::optional<zooid::ConfigDirectory> directory_;  // nothing: it is not known
  std::vector<RelayId> ids_;                         // that have a file
  http::Exchange newest_;                            // for the last relay that was asked for
  bool has_head_ = false;
  int unreachable_in_a_row_ = 0;
  std::int64_t looked_ = 0;
  int others_ = 0;  // relays with another identity than at first
  int different_ = 0;
  int unknown_ = 0;
  int strangers_ = 0;
};

ExitCode diff(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  if (env.relay_verify == config::RelayVerify::off && !env.zooid_config_dir) {
    throw UsageError("RELAY_VERIFY is off, so `tender diff` cannot look at relays",
                     "set RELAY_VERIFY to auto, direct or public, or set ZOOID_CONFIG_DIR");
  }
  StoreSession session(invocation, store::OpenMode::existing);
  return Diff(invocation, env, session).to_end();
}

}  // namespace

const CommandSpec kDiff{
    .name = "diff",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 1000,
    .summary = "Compare relays with what zooid serves and holds now",
    .example = "tender diff blue --exit-code",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"exit-code", "Exit with 4 when a relay differs or cannot be seen"}};
        },
    .run = diff};

}  // namespace tender::cli
