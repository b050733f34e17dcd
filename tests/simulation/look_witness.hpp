// Watches the looks at relays' NIP-11 documents, and what the worker makes of them: a relay is not
// called live when it was just seen to be something else; it is sent again for a look only when it
// was seen wrong after the time that zooid needs to reload it, and no other relay came right of
// late; that happens three times at most, and it is given up only when it was wrong after each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tender/base/clock.hpp"

#include "simulation/meaning.hpp"
#include "simulation/network.hpp"
#include "simulation/tables.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class LookWitness {
 public:
  LookWitness(const Timeline& timeline, Trace& trace) : timeline_(timeline), trace_(trace) {}

  /// Who asked for a look: a sync that may have nothing to send, the sync that sent something, or
  /// somebody who did not know when that was.
  enum class Asker : std::uint8_t { unsent_sync, sent_sync, other };

  /// A look at `relay`, as its row is now, goes out; its answer is heard.
  void sent(const Call& call, RelayRow relay, Asker asker);
  void heard(const Call& call, const Tables& tables);

  /// How many looks are under way.
  [[nodiscard]] int under_way() const { return static_cast<int>(under_way_.size()); }
  /// And how many of them no sync has asked for.
  [[nodiscard]] int checks_under_way() const;
  /// How many were heard in this instant.
  [[nodiscard]] int heard_now() const;

  /// Whether a look at the relay is under way.
  [[nodiscard]] bool any_at(const std::string& relay) const;

  /// Whether the answer of one was heard in this instant; when the newest was.
  [[nodiscard]] bool heard_now(const std::string& relay) const;
  [[nodiscard]] TimePoint heard_at(const std::string& relay) { return records_[relay].heard_at; }

  /// Nothing more happens in this instant: what the looks of it showed is in the database, unless
  /// they do not count now.
  void instant_ended(const Tables& tables, bool do_not_count);

  /// zooid is to be sent what it has, and nothing but a look can be the cause; `asked`: that and a
  /// command.
  void sent_again(const std::string& relay, bool asked);
  /// The log says that zooid took the relay; `changed`: another revision than before.
  void taken(const std::string& relay, bool changed);
  /// A person or a program has said something about the relay.
  void commanded(const std::string& relay) { records_[relay].pushes = 0; }

  /// The relay became a dead letter because zooid does not serve it.
  void given_up(const std::string& relay);

  /// Whether all that is known of the relay, since zooid took it last, is a look that says nothing.
  [[nodiscard]] bool is_unclear(const std::string& relay) { return records_[relay].unclear; }

  /// Whether the newest look, since zooid took the relay last, got its answer from something else
  /// that speaks as zooid would of a relay that is not active.
  [[nodiscard]] bool is_misled(const std::string& relay) { return records_[relay].misled; }

  /// What was just seen may not be in the row yet.
  void store_failed();
  void process_ended();
  /// Waits that began before it prove nothing.
  void clock_jumped();

 private:
  struct Record {
    TimePoint taken_at{};
    TimePoint heard_at{};
    bool wrong = false;    // seen so since then, after the grace time
    bool unclear = false;  // the newest look since then
    bool misled = false;   // it as well
    bool pushed = false;   // sent again for a look, and not taken yet
    int wrong_rounds = 0;  // how often zooid took this revision and was then seen not to serve it
    int pushes = 0;        // for looks alone, in a row
    bool came = false;     // seen as described since it was taken
    bool ever_wrong = false;  // since it was taken, and it has not come since
    bool may_come = false;    // others did of late, when it was wrong last
  };

  const Timeline& timeline_;
  Trace& trace_;
  struct UnderWay {
    RelayRow relay;
    Asker asker;
  };

  std::map<int, UnderWay> under_way_;  // by the number of the call
  std::vector<RelayRow> seen_wrong_;   // in this instant
  TimePoint store_works_at_{};         // it failed, and is tried again by then
  std::vector<RelayRow> came_;         // were wrong, and are right now, in this instant
  TimePoint came_at_{};                // when one did last
  TimePoint newest_came_{};            // when zooid took the newest of those that are right
  std::map<std::string, Record> records_;
};

}  // namespace tender::simulation
