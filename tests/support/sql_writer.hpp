// A program that writes relay rows with every kind of statement that SQL has, sensible or not, and
// knows nothing of tender's rules. What it wrote last, and was not refused, is what each relay
// should be.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/model/relay.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

#include "support/seeded_random.hpp"

namespace tender::test {

class SqlWriter {
 public:
  /// Connects to the database at `path`, with recursive_triggers as `recursive` says.
  SqlWriter(const std::filesystem::path& path, const Clock& clock, std::uint64_t seed,
            bool recursive);

  /// One statement, or a few in a transaction; what SQLite said when it refused them.
  struct Step {
    std::string sql;
    std::optional<std::string> refused;
  };
  Step step();

  /// By the relay's id: the name (info_name) that was written last. Relays that were deleted are
  /// not there.
  [[nodiscard]] const std::map<std::string, std::string>& wanted() const { return wanted_; }

 private:
  struct Row {
    std::string id;
    std::string subdomain;
    std::string schema;
    std::string name;
  };
  struct Plan {
    std::string sql;
    std::optional<Row> row;    // that must be there when it was not refused
    std::optional<Row> maybe;  // that is there if nothing was in the way
    std::string deletes{};     // an id, or "*"
  };

  std::size_t below(std::size_t end);
  Row any_row(bool renamed);
  std::string any_name();
  Plan plan();
  Plan plan_insert(const Row& row);
  Plan plan_update(const Row& row);
  Plan plan_trespass(const Row& row);
  std::string write_back(const Row& row, const char* verb);
  void remember(const Plan& plan);

  store::Database database_;
  store::Query query_;
  SeededRandom random_;
  std::map<std::string, std::string> wanted_;
  std::map<std::string, Relay> read_;  // some time ago
  int names_ = 0;
};

}  // namespace tender::test
