// The table `idempotent_answer`: what writes of the admin API answered, by the key that the client
// gave them. A client that got no answer sends the same again, gets the same answer, and nothing is
// done twice. Each method is one transaction, or joins the one under way. Calls block as Database
// says; throws StoreError. Borrows the database.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::store {

class Database;

class IdempotentAnswers {
 public:
  /// How long an answer is kept.
  static constexpr std::chrono::hours kKept{24};

  explicit IdempotentAnswers(Database& database) : database_(database) {}

  struct Row {
    std::string request;   // identifies the request that was answered
    int status = 200;      // 200 to 299: only what was done is kept
    std::string location;  // empty: none
    std::string body;
  };

  /// Those of one principal only, and none that is older than kKept.
  [[nodiscard]] std::optional<Row> find(const std::string& principal, const std::string& key,
                                        TimePoint now) const;

  /// Removes what is too old by then.
  void add(const std::string& principal, const std::string& key, const Row& row, TimePoint now);

 private:
  Database& database_;
};

}  // namespace tender::store
