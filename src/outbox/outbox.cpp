#include "tender/outbox/outbox.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

#define TENDER_JOB_COLUMNS                                                              \
  "kind, key, generation, priority, attempt, not_before, asked_seq, forced, recreate, " \
  "coalesce(last_error, '')"

Job read_job(const Statement& row) {
  Job job;
  job.kind =
      row.text(0) == to_string(JobKind::relay_check) ? JobKind::relay_check : JobKind::relay_sync;
  job.key = row.text(1);
  job.generation = row.integer(2);
  job.priority = static_cast<Priority>(
      std::clamp(row.integer(3), std::int64_t{0}, static_cast<std::int64_t>(Priority::bulk)));
  job.attempt = row.count(4);
  job.not_before = row.time(5);
  job.asked_seq = row.integer(6);
  job.forced = row.boolean(7);
  job.recreate = row.boolean(8);
  job.last_error = row.text(9);
  return job;
}

constexpr std::array kPriorities{Priority::urgent, Priority::normal, Priority::bulk};

// The most urgent first.
std::span<const Priority> down_to(Priority floor) {
  return std::span(kPriorities).first(static_cast<std::size_t>(floor) + 1);
}

bool goes_before(const Job& job, const Job& other) {
  return std::tie(job.not_before, job.asked_seq, job.key) <
         std::tie(other.not_before, other.asked_seq, other.key);
}

// Steps over no more rows than there are busy keys: a key has one row of each kind.
std::optional<Job> first_free(Statement rows, const std::set<std::string>& busy) {
  while (rows.step()) {
    Job job = read_job(rows);
    if (!busy.contains(job.key)) {
      return job;
    }
  }
  return std::nullopt;
}

std::optional<std::string> error_of(const Job& job) {
  return job.attempt == 0 ? std::nullopt : std::optional(job.last_error);
}

}  // namespace

void Outbox::enqueue(const Job& job, TimePoint now) {
  database_
      .prepare(
          "INSERT INTO outbox (kind, key, priority, not_before, asked_seq, forced, recreate) "
          "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET "
          "generation = generation + 1, priority = min(priority, excluded.priority), attempt = 0, "
          "not_before = excluded.not_before, asked_seq = excluded.asked_seq, "
          "forced = max(forced, excluded.forced), recreate = max(recreate, excluded.recreate), "
          "last_error = NULL",
          to_string(job.kind), job.key, static_cast<int>(job.priority), now, job.asked_seq,
          job.forced, job.recreate)
      .run();
}

void Outbox::schedule(const Job& job) {
  database_
      .prepare(
          "INSERT INTO outbox (kind, key, priority, attempt, not_before, last_error) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO NOTHING",
          to_string(job.kind), job.key, static_cast<int>(job.priority), job.attempt, job.not_before,
          error_of(job))
      .run();
}

std::optional<Job> Outbox::next(JobKind kind, Order order, TimePoint now, Milliseconds horizon,
                                Priority floor, const std::set<std::string>& busy) {
  std::optional<Job> chosen;
  for (const Priority priority : down_to(floor)) {
    auto job = longest_due(kind, priority, now, horizon, busy);
    if (job && (!chosen || goes_before(*job, *chosen))) {
      chosen = std::move(job);
    }
    if (chosen && order == Order::most_urgent) {
      break;
    }
  }
  return chosen;
}

std::optional<Job> Outbox::longest_due(JobKind kind, Priority priority, TimePoint now,
                                       Milliseconds horizon, const std::set<std::string>& busy) {
  const char* const due = "SELECT " TENDER_JOB_COLUMNS
                          " FROM outbox WHERE kind = ? AND priority = ? AND not_before <= ? "
                          "ORDER BY not_before, asked_seq, key";
  const char* const too_far_ahead =
      "SELECT " TENDER_JOB_COLUMNS
      " FROM outbox WHERE kind = ? AND priority = ? AND not_before > ? "
      "ORDER BY not_before, asked_seq, key";
  const auto rank = static_cast<int>(priority);
  if (auto job = first_free(database_.prepare(due, to_string(kind), rank, now), busy)) {
    return job;
  }
  return first_free(database_.prepare(too_far_ahead, to_string(kind), rank, now + horizon), busy);
}

std::optional<TimePoint> Outbox::next_due(JobKind kind, Priority floor,
                                          const std::set<std::string>& busy) {
  std::optional<TimePoint> soonest;
  for (const Priority priority : down_to(floor)) {
    const auto job = first_free(database_.prepare("SELECT " TENDER_JOB_COLUMNS
                                                  " FROM outbox WHERE kind = ? AND priority = ? "
                                                  "ORDER BY not_before, asked_seq, key",
                                                  to_string(kind), static_cast<int>(priority)),
                                busy);
    if (job && (!soonest || job->not_before < *soonest)) {
      soonest = job->not_before;
    }
  }
  return soonest;
}

std::optional<Job> Outbox::find(JobKind kind, const std::string& key) {
  Statement row = database_.prepare(
      "SELECT " TENDER_JOB_COLUMNS " FROM outbox WHERE kind = ? AND key = ?", to_string(kind), key);
  return row.step() ? std::optional(read_job(row)) : std::nullopt;
}

std::vector<std::string> Outbox::list_keys(JobKind kind, const std::string& after, int limit) {
  std::vector<std::string> keys;
  Statement rows =
      database_.prepare("SELECT key FROM outbox WHERE kind = ? AND key > ? ORDER BY key LIMIT ?",
                        to_string(kind), after, limit);
  while (rows.step()) {
    keys.push_back(rows.text(0));
  }
  return keys;
}

bool Outbox::has_other(JobKind kind, const std::set<std::string>& keys) {
  Statement rows = database_.prepare("SELECT key FROM outbox WHERE kind = ?", to_string(kind));
  while (rows.step()) {
    if (!keys.contains(rows.text(0))) {
      return true;
    }
  }
  return false;
}

bool Outbox::remove(const Job& job) {
  return database_
             .prepare("DELETE FROM outbox WHERE kind = ? AND key = ? AND generation = ?",
                      to_string(job.kind), job.key, job.generation)
             .run() == 1;
}

void Outbox::remove_all(JobKind kind, const std::string& key) {
  database_.prepare("DELETE FROM outbox WHERE kind = ? AND key = ?", to_string(kind), key).run();
}

bool Outbox::retry_later(const Job& job, int attempt, TimePoint not_before,
                         const std::string& error) {
  return database_
             .prepare(
                 "UPDATE outbox SET attempt = ?, not_before = ?, last_error = ?, "
                 "priority = max(priority, ?) WHERE kind = ? AND key = ? AND generation = ?",
                 attempt, not_before, error, static_cast<int>(Priority::normal),
                 to_string(job.kind), job.key, job.generation)
             .run() == 1;
}

bool Outbox::do_again(const Job& job, TimePoint not_before) {
  return database_
             .prepare(
                 "UPDATE outbox SET attempt = 0, not_before = ?, last_error = NULL, "
                 "priority = max(priority, ?), forced = 0, recreate = 0 WHERE kind = ? AND key = ? "
                 "AND generation = ?",
                 not_before, static_cast<int>(Priority::normal), to_string(job.kind), job.key,
                 job.generation)
             .run() == 1;
}

Outbox::Mended Outbox::mend() {
// Word for word as in the index outbox_odd (migration 7), which is empty in good times.
#define TENDER_UNKNOWN_KIND "kind NOT IN ('relay_sync', 'relay_check')"
#define TENDER_ODD_VALUES                                                        \
  "generation < 1 OR priority NOT IN (0, 1, 2) OR attempt < 0 OR asked_seq < 0 " \
  "OR forced NOT IN (0, 1) OR recreate NOT IN (0, 1) OR (attempt = 0) <> (last_error IS NULL)"
  Mended mended;
  int odd = 0;
  {
    Statement row =
        database_.prepare("SELECT count(*), coalesce(sum(" TENDER_UNKNOWN_KIND
                          "), 0) FROM outbox INDEXED BY outbox_odd WHERE " TENDER_UNKNOWN_KIND
                          " OR " TENDER_ODD_VALUES);
    row.step();
    odd = static_cast<int>(row.integer(0));
    mended.unknown = static_cast<int>(row.integer(1));
  }
  if (odd > mended.unknown) {
    mended.reset =
        database_
            .prepare(
                "UPDATE outbox SET generation = max(generation, 1), "
                "priority = CASE WHEN priority IN (0, 1, 2) THEN priority ELSE 2 END, "
                "attempt = 0, last_error = NULL, asked_seq = max(asked_seq, 0), "
                "forced = (forced <> 0), recreate = (recreate = 1) "
                "WHERE kind IN ('relay_sync', 'relay_check') AND (" TENDER_ODD_VALUES ")")
            .run();
  }
  return mended;
#undef TENDER_ODD_VALUES
#undef TENDER_UNKNOWN_KIND
}

Outbox::Counts Outbox::count(TimePoint now) {
  Statement row = database_.prepare(
      "SELECT coalesce(sum(not_before <= ?1), 0), "
      "coalesce(sum(not_before > ?1 AND attempt > 0), 0), "
      "coalesce(sum(not_before > ?1 AND attempt = 0), 0), "
      "min(CASE WHEN not_before > ?1 THEN not_before END), "
      "(SELECT count(*) FROM outbox WHERE kind = 'relay_check') "
      "FROM outbox WHERE kind = 'relay_sync'",
      now);
  row.step();
  Counts counts;
  counts.due = row.integer(0);
  counts.waiting = row.integer(1);
  counts.in_doubt = row.integer(2);
  if (!row.is_null(3)) {
    counts.next_due = row.time(3);
  }
  counts.checks = row.integer(4);
  return counts;
}

}  // namespace tender::outbox
