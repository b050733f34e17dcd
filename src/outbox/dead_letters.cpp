#include "tender/outbox/dead_letters.hpp"

#include <array>

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

constexpr std::array<std::string_view, 9> kReasons{"rejected", "lost",       "exhausted",
                                                   "torn",     "not_served", "contested",
                                                   "gone",     "disabled",   "expired"};
constexpr std::array<std::string_view, 3> kResolutions{"retried", "discarded", "superseded"};

#define TENDER_DEAD_LETTER_COLUMNS                                                         \
  "id, key, reason, error, attempt, revision, created_at, resolution, resolved_at, kind, " \
  "payload, handler_failed"

DeadLetter read_dead_letter(const store::Statement& row) {
  DeadLetter letter;
  letter.id = row.integer(0);
  letter.key = row.text(1);
  letter.reason = row.text(2);
  letter.error = row.text(3);
  letter.attempt = row.count(4);
  letter.revision = row.integer(5);
  letter.created_at = row.time(6);
  letter.resolution = row.optional_text(7);
  if (!row.is_null(8)) {
    letter.resolved_at = row.time(8);
  }
  letter.kind = row.text(9);
  letter.payload = row.text(10);
  letter.handler_failed = row.optional_text(11);
  return letter;
}

}  // namespace

std::string_view to_string(DeadLetterReason reason) {
  return kReasons.at(static_cast<std::size_t>(reason));
}

std::span<const std::string_view> dead_letter_reasons() {
  return kReasons;
}

std::string_view to_string(Resolution resolution) {
  return kResolutions.at(static_cast<std::size_t>(resolution));
}

std::int64_t DeadLetters::add(std::string_view kind, const std::string& key,
                              DeadLetterReason reason, const std::string& error, int attempt,
                              std::int64_t revision, TimePoint now, const std::string& payload) {
  // One of an older revision may still be open, if a program changed the relay without an activity
  // row.
  resolve(kind, key, Resolution::superseded, now);
  store::Statement added = database_.prepare(
      "INSERT INTO dead_letter (kind, key, reason, error, attempt, revision, created_at, payload) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      kind, key, to_string(reason), error, attempt, revision, now, payload);
  added.step();
  return added.integer(0);
}

void DeadLetters::note_handler_failed(std::int64_t id, const std::string& error) {
  database_.prepare("UPDATE dead_letter SET handler_failed = ? WHERE id = ?", error, id).run();
}

bool DeadLetters::resolve(std::string_view kind, const std::string& key, Resolution resolution,
                          TimePoint now) {
  return database_
             .prepare(
                 "UPDATE dead_letter SET resolution = ?, resolved_at = ? "
                 "WHERE kind = ? AND key = ? AND resolution IS NULL",
                 to_string(resolution), now, kind, key)
             .run() == 1;
}

bool DeadLetters::resolve(std::int64_t id, Resolution resolution, TimePoint now) {
  return database_
             .prepare(
                 "UPDATE dead_letter SET resolution = ?, resolved_at = ? "
                 "WHERE id = ? AND resolution IS NULL",
                 to_string(resolution), now, id)
             .run() == 1;
}

bool DeadLetters::holds(std::string_view kind, const std::string& key, std::int64_t revision) {
  store::Statement newest = database_.prepare(
      "SELECT revision = ? AND (resolution IS NULL OR resolution = 'discarded') FROM dead_letter "
      "WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1",
      revision, kind, key);
  return newest.step() && newest.boolean(0);
}

std::optional<DeadLetter> DeadLetters::find(std::int64_t id) {
  store::Statement row =
      database_.prepare("SELECT " TENDER_DEAD_LETTER_COLUMNS " FROM dead_letter WHERE id = ?", id);
  return row.step() ? std::optional(read_dead_letter(row)) : std::nullopt;
}

std::optional<DeadLetter> DeadLetters::find_open(std::string_view kind, const std::string& key) {
  store::Statement row =
      database_.prepare("SELECT " TENDER_DEAD_LETTER_COLUMNS
                        " FROM dead_letter WHERE kind = ? AND key = ? AND resolution IS NULL",
                        kind, key);
  return row.step() ? std::optional(read_dead_letter(row)) : std::nullopt;
}

std::vector<DeadLetter> DeadLetters::list(bool all, std::int64_t after_id, int limit) {
  // Resolved letters are kept, so the open ones have an index of their own.
  const char* const every =
      "SELECT " TENDER_DEAD_LETTER_COLUMNS " FROM dead_letter WHERE id > ? ORDER BY id LIMIT ?";
  const char* const open = "SELECT " TENDER_DEAD_LETTER_COLUMNS
                           " FROM dead_letter INDEXED BY dead_letter_open_by_id "
                           "WHERE resolution IS NULL AND id > ? ORDER BY id LIMIT ?";
  std::vector<DeadLetter> letters;
  store::Statement rows = database_.prepare(all ? every : open, after_id, limit);
  while (rows.step()) {
    letters.push_back(read_dead_letter(rows));
  }
  return letters;
}

std::map<std::string, std::int64_t> DeadLetters::count_open_by_reason() {
  std::map<std::string, std::int64_t> counts;
  store::Statement rows = database_.prepare(
      "SELECT reason, count(*) FROM dead_letter INDEXED BY dead_letter_open_by_id "
      "WHERE resolution IS NULL GROUP BY reason");
  while (rows.step()) {
    counts[rows.text(0)] = rows.integer(1);
  }
  return counts;
}

std::int64_t DeadLetters::count_open() {
  store::Statement row = database_.prepare(
      "SELECT count(*) FROM dead_letter INDEXED BY dead_letter_open WHERE resolution IS NULL");
  row.step();
  return row.integer(0);
}

std::vector<DeadLetter> DeadLetters::list_open(std::string_view reason, std::int64_t limit) {
  std::vector<DeadLetter> letters;
  store::Statement rows = database_.prepare(
      "SELECT " TENDER_DEAD_LETTER_COLUMNS
      " FROM dead_letter INDEXED BY dead_letter_open_by_id "
      "WHERE resolution IS NULL AND id > 0 AND (?1 = '' OR reason = ?1) ORDER BY id LIMIT ?2",
      reason, limit);
  while (rows.step()) {
    letters.push_back(read_dead_letter(rows));
  }
  return letters;
}

}  // namespace tender::outbox
