// The dead_letter table: work that was given up and waits for a person. Rows are resolved, never
// deleted. Methods are part of the caller's transaction, or one of their own. Borrows the database.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tender/base/clock.hpp"

namespace tender::store {
class Database;
}

namespace tender::outbox {

enum class DeadLetterReason : std::uint8_t {
  rejected,    // the destination refuses it as it is: only an edit can help
  lost,        // zooid has lost a relay that it once took
  exhausted,   // all retries failed
  torn,        // zooid's file of the relay is damaged
  not_served,  // zooid took it, again and again, and does not serve it
  contested,   // some other program changes it back each time that tender puts it right
  gone,        // a webhook: its receiver wants no more of them (410)
  disabled,    // a webhook: its trigger was disabled when its turn came
  expired,     // a webhook: it could not be delivered in its time
};
[[nodiscard]] std::string_view to_string(DeadLetterReason reason);
/// All of them, as text.
[[nodiscard]] std::span<const std::string_view> dead_letter_reasons();

enum class Resolution : std::uint8_t {
  retried,     // a person asked for another try
  discarded,   // a person let it go
  superseded,  // a newer command on the relay started over
};
[[nodiscard]] std::string_view to_string(Resolution resolution);

struct DeadLetter {
  std::int64_t id = 0;
  std::string kind;
  std::string key;
  std::string reason;
  std::string error;
  int attempt = 0;
  std::int64_t revision = 0;  // of the relay, when it was given up
  TimePoint created_at{};
  std::optional<std::string> resolution;
  std::optional<TimePoint> resolved_at;
  std::string payload = "{}";                 // of its job
  std::optional<std::string> handler_failed;  // why a handler of dead letters was not told of it
};

class DeadLetters {
 public:
  explicit DeadLetters(store::Database& database) : database_(database) {}

  /// Adds an open letter; one that is still open for the same work is superseded. Returns its
  /// number.
  std::int64_t add(std::string_view kind, const std::string& key, DeadLetterReason reason,
                   const std::string& error, int attempt, std::int64_t revision, TimePoint now,
                   const std::string& payload = "{}");

  /// Notes that a handler was not told of the letter.
  void note_handler_failed(std::int64_t id, const std::string& error);

  /// Resolves the open letter of the work; false when there is none.
  bool resolve(std::string_view kind, const std::string& key, Resolution resolution, TimePoint now);
  /// Resolves this letter and no newer one of the same work; false when it is not open.
  bool resolve(std::int64_t id, Resolution resolution, TimePoint now);

  /// Whether a letter, open or discarded, holds the work at this revision: it waits for a person,
  /// and a restart must not try again by itself.
  [[nodiscard]] bool holds(std::string_view kind, const std::string& key, std::int64_t revision);

  [[nodiscard]] std::optional<DeadLetter> find(std::int64_t id);
  [[nodiscard]] std::optional<DeadLetter> find_open(std::string_view kind, const std::string& key);
  /// Oldest first; the open ones only, unless `all`. A part of them: those after the last one of
  /// the part before, at most `limit`, if that is not negative.
  [[nodiscard]] std::vector<DeadLetter> list(bool all, std::int64_t after_id = 0, int limit = -1);
  [[nodiscard]] std::int64_t count_open();
  /// The same by reason, as text; none for reasons without an open letter. Reads every open letter.
  [[nodiscard]] std::map<std::string, std::int64_t> count_open_by_reason();
  /// The oldest open ones of that reason, at most `limit`; empty: of any. Reads on until it has
  /// them.
  [[nodiscard]] std::vector<DeadLetter> list_open(std::string_view reason, std::int64_t limit);

 private:
  store::Database& database_;
};

}  // namespace tender::outbox
