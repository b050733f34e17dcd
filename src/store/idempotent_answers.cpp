#include "tender/store/idempotent_answers.hpp"

#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {

std::optional<IdempotentAnswers::Row> IdempotentAnswers::find(const std::string& principal,
                                                              const std::string& key,
                                                              TimePoint now) const {
  Statement row = database_.prepare(
      "SELECT request, status, location, body FROM idempotent_answer WHERE principal = ? AND key = "
      "? AND created_at > ?",
      principal, key, now - kKept);
  if (!row.step()) {
    return std::nullopt;
  }
  return Row{.request = row.text(0),
             .status = static_cast<int>(row.integer(1)),
             .location = row.text(2),
             .body = row.text(3)};
}

void IdempotentAnswers::add(const std::string& principal, const std::string& key, const Row& row,
                            TimePoint now) {
  Transaction transaction(database_);
  database_.prepare("DELETE FROM idempotent_answer WHERE created_at <= ?", now - kKept).run();
  database_
      .prepare(
          "INSERT OR REPLACE INTO idempotent_answer (principal, key, request, status, location, "
          "body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
          principal, key, row.request, row.status, row.location, row.body, now)
      .run();
  transaction.commit();
}

}  // namespace tender::store
