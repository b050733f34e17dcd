// `tender relay list`: which relays there are, and how far zooid is with each.
#include <array>
#include <limits>
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/number.hpp"
#include "tender/nostr/keys.hpp"
#include "tender/view/relay.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using store::RelayOrder;

struct SortWord {
  std::string_view word;
  RelayOrder order;
};
constexpr std::array kSortWords{SortWord{"created", RelayOrder::created},
                                SortWord{"-created", RelayOrder::newest},
                                SortWord{"subdomain", RelayOrder::subdomain},
                                SortWord{"name", RelayOrder::name},
                                SortWord{"tenant", RelayOrder::tenant},
                                SortWord{"plan", RelayOrder::plan},
                                SortWord{"status", RelayOrder::status},
                                SortWord{"-revision", RelayOrder::most_changed},
                                SortWord{"seen", RelayOrder::seen}};

enum class Format : std::uint8_t { table, wide, name, json };

Format read_format(const Invocation& invocation) {
  if (!invocation.has("output")) {
    return invocation.json() ? Format::json : Format::table;
  }
  const std::string& word = invocation.text("output");
  if (invocation.json() && word != "json") {
    throw UsageError(fmt::format("--json and -o {} cannot be used together", word),
                     "give one of them");
  }
  return word == "wide" ? Format::wide : word == "name" ? Format::name : Format::json;
}

std::string read_tenant(const std::string& text) {
  try {
    return nostr::PublicKey::parse(text).hex();
  } catch (const nostr::InvalidKey& error) {
    // Without the value: it may be a secret key, given by mistake.
    throw UsageError(fmt::format("--tenant is {}", error.what()),
                     "give a public key as 64 hex characters, npub1… or nprofile1…");
  }
}

int read_list_limit(const std::string& text) {
  const auto limit = parse_integer(text);
  if (!limit || *limit < 1 || *limit > std::numeric_limits<int>::max()) {
    throw UsageError(fmt::format("--limit \"{}\" is not a number of relays", printable(text, 40)),
                     "give 1 or more");
  }
  return static_cast<int>(*limit);
}

// The relays that are asked for, in their order, each read when it is its turn.
class Listing {
 public:
  explicit Listing(const Invocation& invocation) {
    if (invocation.has("status")) {
      filter_.status = invocation.text("status");
    }
    if (invocation.has("tenant")) {
      filter_.tenant = read_tenant(invocation.text("tenant"));
    }
    if (invocation.has("search")) {
      filter_.search = invocation.text("search");
    }
    if (invocation.has("limit")) {
      limit_ = read_list_limit(invocation.text("limit"));
    }
    if (invocation.has("state")) {
      state_ = view::parse_sync_state(invocation.text("state"));
      filter_ = view::narrowed(std::move(filter_), state_.value());
    } else {
      filter_.limit = limit_.value_or(-1);
    }
    for (const SortWord& each : kSortWords) {
      if (each.word == invocation.text("sort")) {
        filter_.order = each.order;
      }
    }
  }

  template <typename Print>
  void print(const Invocation& invocation, const StoreSession& session, const view::RelayView& view,
             Print print) const {
    int left = limit_.value_or(std::numeric_limits<int>::max());
    for (const RelayId& id : session.query.list_relay_ids(filter_)) {
      auto relay = session.query.get_relay(id);  // it may be gone by now
      if (relay && (!state_ || view.state(*relay) == *state_)) {
        print(std::move(*relay));
        --left;
      }
      if (left == 0 || !invocation.out) {
        return;
      }
    }
  }

 private:
  store::RelayFilter filter_;
  std::optional<view::SyncState> state_;
  std::optional<int> limit_;
};

constexpr std::size_t kIdColumn = 4;
constexpr std::size_t kUrlColumn = 7;

std::vector<std::string> row_of(const Relay& relay, const view::RelayView& view, bool wide) {
  std::vector<std::string> row{relay.subdomain, std::string(to_string(relay.status)),
                               std::string(to_string(view.state(relay))),
                               std::to_string(relay.revision), relay.id.text};
  if (wide) {
    row.push_back(relay.plan);
    row.push_back(view.host(relay).value_or("-"));
    row.push_back(view.url(relay).value_or("-"));
  }
  row.push_back(printable(relay.info_name, 60));
  return row;
}

void print_rows(const Invocation& invocation, const StoreSession& session,
                const view::RelayView& view, const Listing& listing, bool wide) {
  // A wide table says with the host what id and URL say.
  Table table(invocation.out, terminal_width(invocation.out, invocation.environment),
              wide ? std::vector<std::size_t>{kIdColumn, kUrlColumn} : std::vector<std::size_t>());
  std::vector<std::string> head{"SUBDOMAIN", "STATUS", "SYNC", "REVISION", "ID"};
  if (wide) {
    head.insert(head.end(), {"PLAN", "HOST", "URL"});
  }
  head.emplace_back("NAME");
  table.add(std::move(head));
  listing.print(invocation, session, view,
                [&](const Relay& relay) { table.add(row_of(relay, view, wide)); });
  table.finish();
}

ExitCode list_relays(const Invocation& invocation) {
  const Format format = read_format(invocation);
  const Listing listing(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  const view::RelayView view = session.relay_view();
  if (format == Format::json) {
    JsonArray array(invocation.out);
    listing.print(invocation, session, view,
                  [&](Relay relay) { array.add(view.to_json(std::move(relay))); });
    array.finish();
  } else if (format == Format::name) {
    listing.print(invocation, session, view, [&](const Relay& relay) {
      fmt::print(invocation.out, "{}\n", visible(relay.subdomain));
    });
  } else {
    print_rows(invocation, session, view, listing, format == Format::wide);
  }
  return ExitCode::ok;
}

std::vector<Option> list_options() {
  std::vector<std::string> states;
  for (const view::SyncState state : view::sync_states()) {
    states.push_back(view::to_json_name(state));
  }
  std::vector<std::string> sorts;
  sorts.reserve(kSortWords.size());
  for (const SortWord& each : kSortWords) {
    sorts.emplace_back(each.word);
  }
  return {{.name = "status",
           .help = "Only relays of this status",
           .value_name = "STATUS",
           .values = {"active", "inactive", "delinquent", "deleted"}},
          {.name = "tenant", .help = "Only relays of this owner", .value_name = "KEY"},
          {.name = "state",
           .help = "Only relays of which SYNC says this",
           .value_name = "STATE",
           .values = std::move(states)},
          {.name = "search",
           .help = "Only relays whose subdomain, name or id contains this",
           .value_name = "TEXT"},
          {.name = "sort",
           .help = "The order; -created: the newest first, -revision: the most changed first",
           .value_name = "FIELD",
           .default_value = "created",
           .values = std::move(sorts)},
          {.name = "limit", .help = "At most so many relays", .value_name = "N"},
          {.name = "output",
           .help = "More columns, only the subdomains, or JSON",
           .value_name = "FORMAT",
           .values = {"wide", "name", "json"},
           .letter = 'o'}};
}

}  // namespace

const CommandSpec kRelayList{.name = "relay list",
                             .arguments = "",
                             .min_names = 0,
                             .max_names = 0,
                             .summary = "List relays and whether zooid is in step with them",
                             .example = "tender relay list --state held -o wide",
                             .prints_data = true,
                             .options = list_options,
                             .run = list_relays};

}  // namespace tender::cli
