#include "support/sql_writer.hpp"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "tender/store/store_error.hpp"

#include "support/world.hpp"

namespace tender::test {
namespace {

constexpr std::array<const char*, 5> kIds{"r0", "r1", "r2", "r3", "r4"};

std::string quoted(const std::string& text) {
  return fmt::format("'{}'", text);
}

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "NULL";
}

}  // namespace

SqlWriter::SqlWriter(const std::filesystem::path& path, const Clock& clock, std::uint64_t seed,
                     bool recursive)
    : database_(path, clock, {}), query_(database_), random_(seed) {
  database_.execute(fmt::format("PRAGMA recursive_triggers = {}", recursive ? 1 : 0));
}

std::size_t SqlWriter::below(std::size_t end) {
  return static_cast<std::size_t>(random_.unit() * static_cast<double>(end));
}

std::string SqlWriter::any_name() {
  // Sometimes what was there before, so that nothing needs to be sent.
  return fmt::format("name {}", below(4) == 0 ? below(3) : static_cast<std::size_t>(++names_ + 3));
}

// Each id has one subdomain and one schema; `renamed`: with what may be another's.
SqlWriter::Row SqlWriter::any_row(bool renamed) {
  const std::string id = kIds.at(below(kIds.size()));
  const std::string other = kIds.at(below(kIds.size()));
  const bool subdomain = renamed && below(2) == 0;
  return {.id = id,
          .subdomain = "s" + (subdomain ? other : id),
          .schema = "schema_" + (renamed && !subdomain ? other : id),
          .name = any_name()};
}

SqlWriter::Step SqlWriter::step() {
  if (below(3) == 0) {
    for (Relay& relay : query_.list_relays()) {
      read_[relay.id.text] = std::move(relay);
    }
  }
  const Plan plan = this->plan();
  Step step{.sql = plan.sql, .refused = {}};
  try {
    database_.execute(plan.sql);
    remember(plan);
  } catch (const store::StoreError& error) {
    step.refused = error.what();
    try {
      database_.execute("ROLLBACK");
    } catch (const store::StoreError&) {  // there was no transaction
    }
  }
  return step;
}

void SqlWriter::remember(const Plan& plan) {
  if (plan.deletes == "*") {
    wanted_.clear();
  } else {
    wanted_.erase(plan.deletes);
  }
  if (plan.row) {
    wanted_[plan.row->id] = plan.row->name;
  }
  if (plan.maybe) {
    wanted_.emplace(plan.maybe->id, plan.maybe->name);
  }
}

SqlWriter::Plan SqlWriter::plan() {
  switch (below(4)) {
    case 0:
      return plan_update(any_row(false));
    case 1:
      return plan_trespass(any_row(true));
    default:
      return plan_insert(any_row(false));
  }
}

SqlWriter::Plan SqlWriter::plan_insert(const Row& row) {
  const std::string columns = "INTO relay (id, tenant, subdomain, schema, info_name)";
  const std::string values =
      fmt::format("VALUES ({}, '{}', {}, {}, {})", quoted(row.id), kTenant, quoted(row.subdomain),
                  quoted(row.schema), quoted(row.name));
  const std::string remove = fmt::format("DELETE FROM relay WHERE id = {}", quoted(row.id));
  switch (below(9)) {
    case 0:
      return {.sql = fmt::format("INSERT {} {}", columns, values), .row = row, .maybe = {}};
    case 1:
      return {.sql = fmt::format("REPLACE {} {}", columns, values), .row = row, .maybe = {}};
    case 2:
      return {.sql = write_back(row, "INSERT OR REPLACE"), .row = row, .maybe = {}};
    case 3:
      return {
          .sql = fmt::format("INSERT OR IGNORE {} {}", columns, values), .row = {}, .maybe = row};
    case 4:
      return {.sql = fmt::format("INSERT {} {} ON CONFLICT (id) DO UPDATE SET info_name = "
                                 "excluded.info_name",
                                 columns, values),
              .row = row,
              .maybe = {}};
    case 5:
      return {.sql = fmt::format("BEGIN; {}; INSERT {} {}; COMMIT", remove, columns, values),
              .row = row,
              .maybe = {}};
    case 6:
      return {.sql = remove, .row = {}, .maybe = {}, .deletes = row.id};
    case 7:
      return {
          .sql = fmt::format("BEGIN; DELETE FROM relay; REPLACE {} {}; COMMIT", columns, values),
          .row = row,
          .maybe = {},
          .deletes = "*"};
    default:
      return {.sql = fmt::format("BEGIN; INSERT OR REPLACE {} {}; REPLACE {} {}; COMMIT", columns,
                                 values, columns, values),
              .row = row,
              .maybe = {}};
  }
}

SqlWriter::Plan SqlWriter::plan_update(const Row& row) {
  constexpr std::array<const char*, 8> kMore{"",
                                             ", revision = 1",
                                             ", revision = revision + 3, synced = 0",
                                             ", revision = max(revision - 2, 1)",
                                             ", synced = 1, synced_revision = revision",
                                             ", synced = 0, sync_error = ''",
                                             ", synced_digest = 'd', doubt_until = NULL",
                                             ", live = 1, live_pushes = 0"};
  constexpr std::array<const char*, 4> kVerbs{"UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE",
                                              "UPDATE OR FAIL"};
  const auto there = wanted_.contains(row.id) ? std::optional(row) : std::nullopt;
  const std::string where = fmt::format("WHERE id = {}", quoted(row.id));
  const char* const verb = kVerbs.at(below(kVerbs.size()));
  switch (below(4)) {
    case 0:
      return {.sql = write_back(row, "UPDATE"), .row = there, .maybe = {}};
    case 1:  // without a change that zooid would hear of
      return {.sql = fmt::format("{} relay SET created_at = created_at{} {}", verb,
                                 kMore.at(below(6)), where),
              .row = {},
              .maybe = {}};
    default:
      // OR IGNORE drops a row that breaks a CHECK without a word: only what cannot break one.
      const bool ignores = std::strstr(verb, "IGNORE") != nullptr;
      return {.sql = fmt::format("{} relay SET info_name = {}{} {}", verb, quoted(row.name),
                                 kMore.at(ignores ? 0 : below(kMore.size())), where),
              .row = there,
              .maybe = {}};
  }
}

// What is another relay's, or never changes.
SqlWriter::Plan SqlWriter::plan_trespass(const Row& row) {
  const std::string where = fmt::format("WHERE id = {}", quoted(row.id));
  const std::string other = kIds.at(below(kIds.size()));
  switch (below(5)) {
    case 0:
      return plan_insert(row);
    case 1:
      return {.sql = fmt::format("UPDATE OR REPLACE relay SET subdomain = {} {}",
                                 quoted(row.subdomain), where),
              .row = {},
              .maybe = {}};
    case 2:
      return {.sql = fmt::format("UPDATE OR REPLACE relay SET id = {} {}", quoted(other), where),
              .row = {},
              .maybe = {}};
    case 3:
      return {.sql = fmt::format("UPDATE OR REPLACE relay SET rowid = (SELECT rowid FROM relay "
                                 "WHERE id = {}) {} AND EXISTS (SELECT 1 FROM relay WHERE id = {})",
                                 quoted(other), where, quoted(other)),
              .row = {},
              .maybe = {}};
    default:
      return {
          .sql = fmt::format("INSERT OR REPLACE INTO relay (rowid, id, tenant, subdomain, schema, "
                             "info_name) SELECT rowid, {}, tenant, {}, {}, {} FROM relay WHERE "
                             "id = {} AND id <> {}",
                             quoted(row.id), quoted("s" + row.id), quoted("schema_" + row.id),
                             quoted(row.name), quoted(other), quoted(row.id)),
          .row = {},
          .maybe = {}};
  }
}

// As a program does that reads whole rows and writes them back later, tender's columns included.
std::string SqlWriter::write_back(const Row& row, const char* verb) {
  const auto found = read_.find(row.id);
  const Relay old = found == read_.end() ? Relay() : found->second;
  const std::string columns =
      "info_name, revision, synced, synced_revision, synced_digest, doubt_until, live, live_pushes";
  const auto doubt_until =
      old.doubt_until ? std::optional(old.doubt_until->time_since_epoch().count()) : std::nullopt;
  const auto live = old.live ? std::optional<std::int64_t>(*old.live ? 1 : 0) : std::nullopt;
  const std::string values =
      fmt::format("{}, {}, {}, {}, {}, {}, {}, {}", quoted(row.name), old.revision,
                  old.synced ? 1 : 0, number(old.synced_revision), quoted(old.synced_digest),
                  number(doubt_until), number(live), old.live_pushes);
  if (std::strcmp(verb, "UPDATE") == 0) {
    return fmt::format("UPDATE relay SET ({}) = ({}) WHERE id = {}", columns, values,
                       quoted(row.id));
  }
  return fmt::format(
      "{} INTO relay (id, tenant, subdomain, schema, {}) VALUES ({}, '{}', {}, {}, {})", verb,
      columns, quoted(row.id), kTenant, quoted(row.subdomain), quoted(row.schema), values);
}

}  // namespace tender::test
