// The outbox table: at most one row for each piece of work, whatever number of commands asked for
// it. Every method is part of the caller's transaction, or one of its own. Used by router (through
// Infra) and dispatcher; `tender status` reads it. Borrows the database.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tender/outbox/job.hpp"

namespace tender::store {
class Database;
}

namespace tender::outbox {

class Outbox {
 public:
  explicit Outbox(store::Database& database) : database_(database) {}

  /// Makes the work due now with attempt 0. A row that is there already becomes the next
  /// generation, so that an execution under way cannot settle it; priority, forced and recreate are
  /// merged into it.
  void enqueue(const Job& job, TimePoint now);

  /// Puts a row with attempt, not_before and last_error as given, unless the work has a row.
  void schedule(const Job& job);

  enum class Order : std::uint8_t {
    most_urgent,  // by priority, then the longest due, then who asked first
    longest_due,  // whatever its priority
  };
  /// One kind's work towards one destination.
  struct Line {
    std::string_view kind;
    std::string_view destination;
  };
  /// The next row of the line that is due, without those whose key is in `busy` and those less
  /// urgent than `floor`. A row that lies further ahead than `horizon` is due too: no wait is that
  /// long, so the clock was set back since. Costs the same however many rows wait.
  [[nodiscard]] std::optional<Job> next(Line line, Order order, TimePoint now, Milliseconds horizon,
                                        Priority floor, const std::set<std::string>& busy);

  /// When the next row of the line outside of `busy`, as urgent as `floor`, becomes due; nothing
  /// when there is none.
  [[nodiscard]] std::optional<TimePoint> next_due(Line line, Priority floor,
                                                  const std::set<std::string>& busy);

  /// When the row of the line and priority that became due last did so; nothing when none is due.
  [[nodiscard]] std::optional<TimePoint> newest_due(Line line, Priority priority, TimePoint now);

  [[nodiscard]] std::optional<Job> find(std::string_view kind, const std::string& key);

  /// The keys of that kind's rows, in their order: those after `after`, at most `limit`.
  [[nodiscard]] std::vector<std::string> list_keys(std::string_view kind, const std::string& after,
                                                   int limit);

  /// All rows by kind and key: those after that one, at most `limit`. For a person's question.
  [[nodiscard]] std::vector<Job> list(const std::string& after_kind, const std::string& after_key,
                                      int limit);

  /// The rows of that kind whose time is over (Job::expires_at), the oldest first, at most `limit`.
  [[nodiscard]] std::vector<Job> list_expired(std::string_view kind, TimePoint now, int limit);

  /// Whether a job of that kind waits or runs for a key that is not among `keys`. Reads at most one
  /// row more than there are keys.
  [[nodiscard]] bool has_other(std::string_view kind, const std::set<std::string>& keys);

  // The end of an execution. Each is void when the row has become a newer generation: it stays due.
  bool remove(const Job& job);
  /// Whatever its generation: it was given up for another reason than its own.
  void remove_all(std::string_view kind, const std::string& key);
  bool retry_later(const Job& job, int attempt, TimePoint not_before, const std::string& error);
  /// Due at that time, and otherwise as it is.
  bool wait_until(const Job& job, TimePoint not_before);
  /// Fresh again, with nothing forced: what was done is to be done once more.
  bool do_again(const Job& job, TimePoint not_before);

  struct Mended {
    int reset = 0;
  };
  /// Looks for rows that only another program can have written, past the table's CHECKs. They start
  /// over.
  Mended mend();

  struct Kept {
    std::string kind;
    std::string destination;
    friend auto operator<=>(const Kept&, const Kept&) = default;
  };
  /// The lines that have rows, in their order. Costs a search for each, however many rows they
  /// have.
  [[nodiscard]] std::vector<Kept> lines();

  struct Counts {
    std::int64_t due = 0;
    std::int64_t waiting = 0;           // for their backoff
    std::int64_t in_doubt = 0;          // done, and to be done once more when requests have settled
    std::optional<TimePoint> next_due;  // of both that wait
    [[nodiscard]] std::int64_t all() const { return due + waiting + in_doubt; }
  };
  /// Reads every row of that kind: for a person's question, not for the dispatcher.
  [[nodiscard]] Counts count(std::string_view kind, TimePoint now);

  struct Depth {
    std::string kind;
    std::string destination;
    std::int64_t priority = 0;  // as the row has it
    std::int64_t rows = 0;
    TimePoint first_due{};  // the earliest not_before
  };
  /// How much work there is, in all. Reads the index of every row.
  [[nodiscard]] std::vector<Depth> depths();

 private:
  [[nodiscard]] std::optional<Job> longest_due(Line line, Priority priority, TimePoint now,
                                               Milliseconds horizon,
                                               const std::set<std::string>& busy);

  store::Database& database_;
};

}  // namespace tender::outbox
