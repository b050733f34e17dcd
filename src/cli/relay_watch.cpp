// `tender relay watch`: how relays change, a line for each change.
#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <tuple>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/store/relay_pages.hpp"
#include "tender/view/relay.hpp"

#include "command.hpp"
#include "follow.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

// Remembers what it has shown of each relay, and shows a relay again when that is no longer so.
class RelayWatch {
 public:
  RelayWatch(const Invocation& invocation, StoreSession& session)
      : invocation_(invocation), session_(session) {
    for (const std::string& name : invocation.names) {
      ids_.insert(view::require_relay(session.query, name).id);
    }
  }

  // All of them.
  void look() {
    const view::RelayView view = session_.relay_view();
    std::set<RelayId> seen;
    const auto take = [&](const Relay& relay) {
      seen.insert(relay.id);
      show_if_new(view, relay);
    };
    if (ids_.empty()) {
      store::RelayPages pages(session_.query, &store::Query::next_relays);
      for (auto relays = pages.next(); !relays.empty() && invocation_.out; relays = pages.next()) {
        std::ranges::for_each(relays, take);
      }
    } else {
      for (const RelayId& id : ids_) {
        if (const auto relay = session_.query.get_relay(id)) {
          take(*relay);
        }
      }
    }
    if (invocation_.out) {
      show_gone(seen);
    }
  }

  void look_at(const Activity& activity) {
    const RelayId id{activity.resource_id};
    if (activity.resource_type != kRelayResource || (!ids_.empty() && !ids_.contains(id))) {
      return;
    }
    if (const auto relay = session_.query.get_relay(id)) {
      show_if_new(session_.relay_view(), *relay);
    }
  }

 private:
  struct Shown {
    std::string subdomain;
    RelayStatus status = RelayStatus::unknown;
    view::SyncState state{};
    std::int64_t revision = 0;
    friend bool operator==(const Shown&, const Shown&) = default;
  };

  void show_if_new(const view::RelayView& view, const Relay& relay) {
    const Shown now{relay.subdomain, relay.status, view.state(relay), relay.revision};
    const auto [shown, is_new] = shown_.try_emplace(relay.id, now);
    if (!is_new && shown->second == now) {
      return;
    }
    shown->second = now;
    if (invocation_.json()) {
      invocation_.out << ordered_json_line(view.to_json(relay)) << '\n';
    } else {
      print(now.subdomain, to_string(now.status), to_string(now.state), now.revision);
    }
  }

  // Rows that another program deleted, or that are forgotten with the activities.
  void show_gone(const std::set<RelayId>& seen) {
    std::erase_if(shown_, [&](const auto& entry) {
      const bool gone = !seen.contains(entry.first) && !session_.query.get_relay(entry.first);
      if (gone && invocation_.json()) {
        invocation_.out << ordered_json_line({{"id", entry.first.text},
                                              {"subdomain", entry.second.subdomain},
                                              {"state", "gone"}})
                        << '\n';
      } else if (gone) {
        print(entry.second.subdomain, "-", "gone", entry.second.revision);
      }
      return gone;
    });
  }

  void print(const std::string& subdomain, std::string_view status, std::string_view state,
             std::int64_t revision) const {
    fmt::print(invocation_.out, "{}  {:<20} {:<10} {:<10} {}\n", format_time(session_.clock.now()),
               visible(subdomain), status, state, revision);
  }

  const Invocation& invocation_;
  StoreSession& session_;
  std::set<RelayId> ids_;  // empty: all relays
  std::map<RelayId, Shown> shown_;
};

ExitCode watch_relays(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  RelayWatch relays(invocation, session);
  const std::int64_t seen = session.query.last_activity_seq();
  relays.look();
  Follow(invocation, session.database, seen,
         {.activity = [&relays](const Activity& activity) { relays.look_at(activity); },
          .commit = [&relays] { relays.look(); }})
      .to_end();
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kRelayWatch{
    .name = "relay watch",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 10'000,
    .summary = "Print a line for each change of a relay's state, until SIGINT",
    .example = "tender relay watch blue",
    .prints_data = true,
    .options = nullptr,
    .run = watch_relays};

}  // namespace tender::cli
