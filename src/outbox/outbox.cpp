#include "tender/outbox/outbox.hpp"

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

#define TENDER_JOB_COLUMNS \
  "key, generation, priority, attempt, not_before, forced, recreate, coalesce(last_error, '')"

Job read_job(const Statement& row) {
  Job job;
  job.key = row.text(0);
  job.generation = row.integer(1);
  job.priority = static_cast<Priority>(row.integer(2));
  job.attempt = static_cast<int>(row.integer(3));
  job.not_before = row.time(4);
  job.forced = row.boolean(5);
  job.recreate = row.boolean(6);
  job.last_error = row.text(7);
  return job;
}

std::optional<std::string> error_of(const Job& job) {
  return job.attempt == 0 ? std::nullopt : std::optional(job.last_error);
}

}  // namespace

void Outbox::enqueue(const Job& job, TimePoint now) {
  database_
      .prepare(
          "INSERT INTO outbox (kind, key, priority, not_before, forced, recreate) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET "
          "generation = generation + 1, priority = min(priority, excluded.priority), attempt = 0, "
          "not_before = excluded.not_before, forced = max(forced, excluded.forced), "
          "recreate = max(recreate, excluded.recreate), last_error = NULL",
          to_string(job.kind), job.key, static_cast<int>(job.priority), now, job.forced,
          job.recreate)
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

std::vector<Job> Outbox::list_due(TimePoint now, Milliseconds horizon, Priority floor,
                                  const std::set<std::string>& busy, int limit) {
  std::vector<Job> jobs;
  Statement rows = database_.prepare(
      "SELECT " TENDER_JOB_COLUMNS
      " FROM outbox WHERE (not_before <= ? OR not_before > ?) AND priority <= ? "
      "ORDER BY priority, not_before, key LIMIT ?",
      now, now + horizon, static_cast<int>(floor), limit + static_cast<int>(busy.size()));
  while (static_cast<int>(jobs.size()) < limit && rows.step()) {
    Job job = read_job(rows);
    if (!busy.contains(job.key)) {
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

std::optional<TimePoint> Outbox::next_due(Priority floor, const std::set<std::string>& busy) {
  Statement rows = database_.prepare(
      "SELECT key, not_before FROM outbox WHERE priority <= ? ORDER BY not_before LIMIT ?",
      static_cast<int>(floor), 1 + static_cast<int>(busy.size()));
  while (rows.step()) {
    if (!busy.contains(rows.text(0))) {
      return rows.time(1);
    }
  }
  return std::nullopt;
}

std::optional<Job> Outbox::find(JobKind kind, const std::string& key) {
  Statement row = database_.prepare(
      "SELECT " TENDER_JOB_COLUMNS " FROM outbox WHERE kind = ? AND key = ?", to_string(kind), key);
  return row.step() ? std::optional(read_job(row)) : std::nullopt;
}

bool Outbox::remove(const Job& job) {
  return database_
             .prepare("DELETE FROM outbox WHERE kind = ? AND key = ? AND generation = ?",
                      to_string(job.kind), job.key, job.generation)
             .run() == 1;
}

bool Outbox::retry_later(const Job& job, int attempt, TimePoint not_before,
                         const std::string& error) {
  return database_
             .prepare(
                 "UPDATE outbox SET attempt = ?, not_before = ?, last_error = ?, priority = ? "
                 "WHERE kind = ? AND key = ? AND generation = ?",
                 attempt, not_before, error, static_cast<int>(Priority::normal),
                 to_string(job.kind), job.key, job.generation)
             .run() == 1;
}

Outbox::Counts Outbox::count(TimePoint now) {
  Statement row = database_.prepare(
      "SELECT coalesce(sum(not_before <= ?1), 0), coalesce(sum(not_before > ?1), 0), "
      "min(CASE WHEN not_before > ?1 THEN not_before END) FROM outbox",
      now);
  row.step();
  Counts counts;
  counts.due = row.integer(0);
  counts.waiting = row.integer(1);
  if (!row.is_null(2)) {
    counts.next_due = row.time(2);
  }
  return counts;
}

}  // namespace tender::outbox
