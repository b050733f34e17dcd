#include "tender/outbox/outbox.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

#define TENDER_JOB_COLUMNS                                                                 \
  "kind, key, destination, generation, priority, attempt, not_before, asked_seq, forced, " \
  "recreate, "                                                                             \
  "payload, policy, coalesce(last_error, ''), expires_at"

Job read_job(const store::Statement& row) {
  Job job;
  job.kind = row.text(0);
  job.key = row.text(1);
  job.destination = row.text(2);
  job.generation = row.integer(3);
  job.priority = static_cast<Priority>(
      std::clamp(row.integer(4), std::int64_t{0}, static_cast<std::int64_t>(Priority::bulk)));
  job.attempt = row.count(5);
  job.not_before = row.time(6);
  job.asked_seq = row.integer(7);
  job.forced = row.boolean(8);
  job.recreate = row.boolean(9);
  job.payload = row.text(10);
  job.policy = row.text(11);
  job.last_error = row.text(12);
  if (!row.is_null(13)) {
    job.expires_at = row.time(13);
  }
  return job;
}

constexpr std::array<std::string_view, 3> kPriorityNames{"urgent", "normal", "bulk"};
constexpr std::array kPriorities{Priority::urgent, Priority::normal, Priority::bulk};

// The most urgent first.
std::span<const Priority> down_to(Priority floor) {
  return std::span(kPriorities).first(static_cast<std::size_t>(floor) + 1);
}

bool goes_before(const Job& job, const Job& other) {
  return std::tie(job.not_before, job.asked_seq, job.key) <
         std::tie(other.not_before, other.asked_seq, other.key);
}

// Skips no more rows than there are busy keys, because a key has one row of each kind.
std::optional<Job> first_free(store::Statement rows, const std::set<std::string>& busy) {
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

std::string_view to_string(Priority priority) {
  return kPriorityNames.at(static_cast<std::size_t>(priority));
}

void Outbox::enqueue(const Job& job, TimePoint now) {
  database_
      .prepare(
          "INSERT INTO outbox (kind, key, destination, priority, not_before, asked_seq, forced, "
          "recreate, payload, policy, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (kind, key) DO UPDATE SET destination = excluded.destination, "
          "payload = excluded.payload, policy = excluded.policy, "
          "expires_at = excluded.expires_at, "
          "generation = generation + 1, priority = min(priority, excluded.priority), attempt = 0, "
          "not_before = excluded.not_before, asked_seq = excluded.asked_seq, "
          "forced = max(forced, excluded.forced), recreate = max(recreate, excluded.recreate), "
          "last_error = NULL",
          job.kind, job.key, job.destination, static_cast<int>(job.priority), now, job.asked_seq,
          job.forced, job.recreate, job.payload, job.policy, job.expires_at)
      .run();
}

void Outbox::schedule(const Job& job) {
  database_
      .prepare(
          "INSERT INTO outbox (kind, key, destination, priority, attempt, not_before, last_error, "
          "payload, policy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO NOTHING",
          job.kind, job.key, job.destination, static_cast<int>(job.priority), job.attempt,
          job.not_before, error_of(job), job.payload, job.policy)
      .run();
}

std::optional<Job> Outbox::next(Line line, Order order, TimePoint now, Milliseconds horizon,
                                Priority floor, const std::set<std::string>& busy) {
  std::optional<Job> chosen;
  for (const Priority priority : down_to(floor)) {
    auto job = longest_due(line, priority, now, horizon, busy);
    if (job && (!chosen || goes_before(*job, *chosen))) {
      chosen = std::move(job);
    }
    if (chosen && order == Order::most_urgent) {
      break;
    }
  }
  return chosen;
}

std::optional<Job> Outbox::longest_due(Line line, Priority priority, TimePoint now,
                                       Milliseconds horizon, const std::set<std::string>& busy) {
  const char* const due =
      "SELECT " TENDER_JOB_COLUMNS
      " FROM outbox WHERE kind = ? AND destination = ? AND priority = ? AND not_before <= ? "
      "ORDER BY not_before, asked_seq, key";
  const char* const too_far_ahead =
      "SELECT " TENDER_JOB_COLUMNS
      " FROM outbox WHERE kind = ? AND destination = ? AND priority = ? AND not_before > ? "
      "ORDER BY not_before, asked_seq, key";
  const auto rank = static_cast<int>(priority);
  if (auto job = first_free(database_.prepare(due, line.kind, line.destination, rank, now), busy)) {
    return job;
  }
  return first_free(
      database_.prepare(too_far_ahead, line.kind, line.destination, rank, now + horizon), busy);
}

std::optional<TimePoint> Outbox::next_due(Line line, Priority floor,
                                          const std::set<std::string>& busy) {
  std::optional<TimePoint> soonest;
  for (const Priority priority : down_to(floor)) {
    const auto job = first_free(
        database_.prepare("SELECT " TENDER_JOB_COLUMNS
                          " FROM outbox WHERE kind = ? AND destination = ? AND priority = ? "
                          "ORDER BY not_before, asked_seq, key",
                          line.kind, line.destination, static_cast<int>(priority)),
        busy);
    if (job && (!soonest || job->not_before < *soonest)) {
      soonest = job->not_before;
    }
  }
  return soonest;
}

std::optional<TimePoint> Outbox::newest_due(Line line, Priority priority, TimePoint now) {
  store::Statement row = database_.prepare(
      "SELECT not_before FROM outbox WHERE kind = ? AND destination = ? AND priority = ? "
      "AND not_before <= ? ORDER BY not_before DESC LIMIT 1",
      line.kind, line.destination, static_cast<int>(priority), now);
  return row.step() ? std::optional(row.time(0)) : std::nullopt;
}

std::optional<Job> Outbox::find(std::string_view kind, const std::string& key) {
  store::Statement row = database_.prepare(
      "SELECT " TENDER_JOB_COLUMNS " FROM outbox WHERE kind = ? AND key = ?", kind, key);
  return row.step() ? std::optional(read_job(row)) : std::nullopt;
}

std::vector<std::string> Outbox::list_keys(std::string_view kind, const std::string& after,
                                           int limit) {
  std::vector<std::string> keys;
  store::Statement rows = database_.prepare(
      "SELECT key FROM outbox WHERE kind = ? AND key > ? ORDER BY key LIMIT ?", kind, after, limit);
  while (rows.step()) {
    keys.push_back(rows.text(0));
  }
  return keys;
}

std::vector<Job> Outbox::list(const std::string& after_kind, const std::string& after_key,
                              int limit) {
  std::vector<Job> jobs;
  store::Statement rows = database_.prepare("SELECT " TENDER_JOB_COLUMNS
                                            " FROM outbox WHERE (kind, key) > (?, ?) "
                                            "ORDER BY kind, key LIMIT ?",
                                            after_kind, after_key, limit);
  while (rows.step()) {
    jobs.push_back(read_job(rows));
  }
  return jobs;
}

bool Outbox::has_other(std::string_view kind, const std::set<std::string>& keys) {
  store::Statement rows = database_.prepare("SELECT key FROM outbox WHERE kind = ?", kind);
  while (rows.step()) {
    if (!keys.contains(rows.text(0))) {
      return true;
    }
  }
  return false;
}

bool Outbox::remove(const Job& job) {
  return database_
             .prepare("DELETE FROM outbox WHERE kind = ? AND key = ? AND generation = ?", job.kind,
                      job.key, job.generation)
             .run() == 1;
}

void Outbox::remove_all(std::string_view kind, const std::string& key) {
  database_.prepare("DELETE FROM outbox WHERE kind = ? AND key = ?", kind, key).run();
}

bool Outbox::retry_later(const Job& job, int attempt, TimePoint not_before,
                         const std::string& error) {
  return database_
             .prepare(
                 "UPDATE outbox SET attempt = ?, not_before = ?, last_error = ?, "
                 "priority = max(priority, ?) WHERE kind = ? AND key = ? AND generation = ?",
                 attempt, not_before, error, static_cast<int>(Priority::normal), job.kind, job.key,
                 job.generation)
             .run() == 1;
}

bool Outbox::wait_until(const Job& job, TimePoint not_before) {
  return database_
             .prepare(
                 "UPDATE outbox SET not_before = ? WHERE kind = ? AND key = ? AND generation = ?",
                 not_before, job.kind, job.key, job.generation)
             .run() == 1;
}

bool Outbox::do_again(const Job& job, TimePoint not_before) {
  return database_
             .prepare(
                 "UPDATE outbox SET attempt = 0, not_before = ?, last_error = NULL, "
                 "priority = max(priority, ?), forced = 0, recreate = 0 WHERE kind = ? AND key = ? "
                 "AND generation = ?",
                 not_before, static_cast<int>(Priority::normal), job.kind, job.key, job.generation)
             .run() == 1;
}

std::vector<Job> Outbox::list_expired(std::string_view kind, TimePoint now, int limit) {
  std::vector<Job> jobs;
  store::Statement rows = database_.prepare("SELECT " TENDER_JOB_COLUMNS
                                            " FROM outbox WHERE kind = ? AND expires_at <= ? "
                                            "ORDER BY expires_at LIMIT ?",
                                            kind, now, limit);
  while (rows.step()) {
    jobs.push_back(read_job(rows));
  }
  return jobs;
}

Outbox::Mended Outbox::mend() {
// Word for word as in the index outbox_odd (migration 8), which is usually empty.
#define TENDER_ODD_VALUES                                                        \
  "generation < 1 OR priority NOT IN (0, 1, 2) OR attempt < 0 OR asked_seq < 0 " \
  "OR forced NOT IN (0, 1) OR recreate NOT IN (0, 1) OR (attempt = 0) <> (last_error IS NULL)"
  {
    store::Statement row = database_.prepare(
        "SELECT 1 FROM outbox INDEXED BY outbox_odd WHERE " TENDER_ODD_VALUES " LIMIT 1");
    if (!row.step()) {
      return {};
    }
  }
  return {.reset =
              database_
                  .prepare("UPDATE outbox SET generation = max(generation, 1), "
                           "priority = CASE WHEN priority IN (0, 1, 2) THEN priority ELSE 2 END, "
                           "attempt = 0, last_error = NULL, asked_seq = max(asked_seq, 0), "
                           "forced = (forced <> 0), recreate = (recreate = 1) "
                           "WHERE " TENDER_ODD_VALUES)
                  .run()};
#undef TENDER_ODD_VALUES
}

std::vector<Outbox::Kept> Outbox::lines() {
  std::vector<Kept> lines;
  Kept last;
  while (true) {
    store::Statement row = database_.prepare(
        "SELECT kind, destination FROM outbox INDEXED BY outbox_due "
        "WHERE (kind, destination) > (?, ?) ORDER BY kind, destination LIMIT 1",
        last.kind, last.destination);
    if (!row.step()) {
      return lines;
    }
    last = {row.text(0), row.text(1)};
    lines.push_back(last);
  }
}

std::vector<Outbox::Depth> Outbox::depths() {
  std::vector<Depth> all;
  store::Statement rows = database_.prepare(
      "SELECT kind, destination, priority, count(*), min(not_before) FROM outbox "
      "INDEXED BY outbox_due GROUP BY kind, destination, priority");
  while (rows.step()) {
    all.push_back({rows.text(0), rows.text(1), rows.integer(2), rows.integer(3), rows.time(4)});
  }
  return all;
}

Outbox::Counts Outbox::count(std::string_view kind, TimePoint now) {
  store::Statement row = database_.prepare(
      "SELECT coalesce(sum(not_before <= ?1), 0), "
      "coalesce(sum(not_before > ?1 AND attempt > 0), 0), "
      "coalesce(sum(not_before > ?1 AND attempt = 0), 0), "
      "min(CASE WHEN not_before > ?1 THEN not_before END) FROM outbox WHERE kind = ?2",
      now, kind);
  row.step();
  Counts counts;
  counts.due = row.integer(0);
  counts.waiting = row.integer(1);
  counts.in_doubt = row.integer(2);
  if (!row.is_null(3)) {
    counts.next_due = row.time(3);
  }
  return counts;
}

}  // namespace tender::outbox
