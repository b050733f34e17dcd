#include "relay_table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/model/relay_fields.hpp"

namespace tender::store {
namespace {

// What only tender writes.
constexpr std::string_view kOwnColumns =
    "created_at, synced, sync_error, revision, synced_revision, synced_digest, doubt_until, live, "
    "live_pushes, seen_at, identity, other_identity, info_sent, taken_subdomain";

// From a table of their own.
constexpr std::string_view kAdmins =
    "admins_managed, (SELECT json_group_array(pubkey) FROM relay_admin WHERE relay_id = id)";

void read(const Statement& row, int column, std::string& to) {
  to = row.text(column);
}
void read(const Statement& row, int column, bool& to) {
  to = row.boolean(column);
}
void read(const Statement& row, int column, std::int64_t& to) {
  to = row.integer(column);
}
void read(const Statement& row, int column, RelayId& to) {
  to.text = row.text(column);
}
void read(const Statement& row, int column, RelayStatus& to) {
  to = parse_relay_status(row.text(column)).value_or(RelayStatus::unknown);
}

template <typename T>
void bind(Statement& statement, const T& value) {
  statement.bind(value);
}
void bind(Statement& statement, const RelayId& id) {
  statement.bind(id.text);
}
void bind(Statement& statement, RelayStatus status) {
  statement.bind(to_string(status));
}

void bind(Statement& statement, const RelayField& field, const Relay& relay) {
  std::visit([&](const auto& member) { bind(statement, relay.*member.relay); }, field.member);
}

// Each column that `chosen` takes, followed by `after`, with ", " in between.
template <typename Choice>
std::string list_columns(Choice chosen, std::string_view after) {
  std::string list;
  for (const RelayField& field : relay_fields()) {
    if (chosen(field)) {
      list += fmt::format("{}{}{}", list.empty() ? "" : ", ", field.column, after);
    }
  }
  return list;
}

bool is_any(const RelayField&) {
  return true;
}
bool is_counted(const RelayField& field) {
  return !field.fixed && field.counts;
}
bool is_uncounted(const RelayField& field) {
  return !field.fixed && !field.counts;
}

// `sql` sets the columns that `chosen` takes.
void update_fields(Database& database, const std::string& sql, bool (*chosen)(const RelayField&),
                   const Relay& relay) {
  Statement statement = database.prepare(sql.c_str());
  for (const RelayField& field : relay_fields()) {
    if (chosen(field)) {
      bind(statement, field, relay);
    }
  }
  statement.bind(relay.id.text);
  statement.run();
}

// The text is SQLite's own; its keys passed the CHECK, unless a program turned that off.
std::vector<std::string> read_admins(const std::string& list) {
  std::vector<std::string> admins;
  for (const auto& key : parse_json(list).value_or(nlohmann::json::array())) {
    admins.push_back(key.is_string() ? key.get<std::string>() : key.dump());
  }
  std::ranges::sort(admins);
  return admins;
}

}  // namespace

std::string select_relays(std::string_view condition) {
  return fmt::format("SELECT {}, {}, {} FROM relay WHERE {}", list_columns(is_any, ""), kOwnColumns,
                     kAdmins, condition);
}

Relay read_relay(const Statement& row) {
  Relay relay;
  int column = 0;
  for (const RelayField& field : relay_fields()) {
    std::visit([&](const auto& member) { read(row, column, relay.*member.relay); }, field.member);
    ++column;
  }
  relay.created_at = row.time(column++);
  relay.synced = row.boolean(column++);
  relay.sync_error = row.text(column++);
  relay.revision = row.integer(column++);
  relay.synced_revision = row.optional_integer(column++);
  relay.synced_digest = row.text(column++);
  if (!row.is_null(column)) {
    relay.doubt_until = row.time(column);
  }
  ++column;
  if (!row.is_null(column)) {
    relay.live = row.boolean(column);
  }
  relay.live_pushes = row.count(++column);
  if (!row.is_null(++column)) {
    relay.seen_at = row.time(column);
  }
  relay.identity = row.text(++column);
  relay.other_identity = row.text(++column);
  relay.info_sent = row.text(++column);
  relay.taken_subdomain = row.text(++column);
  const bool managed = row.boolean(++column);
  auto admins = read_admins(row.text(++column));
  if (managed || !admins.empty()) {
    relay.admins = std::move(admins);
  }
  return relay;
}

int created_at_column() {
  return static_cast<int>(relay_fields().size());
}

void insert_relay(Database& database, const Relay& relay) {
  static const std::string sql = [] {
    std::string values;
    for (std::size_t i = 0; i < relay_fields().size(); ++i) {
      values += "?, ";
    }
    return fmt::format("INSERT INTO relay ({}, created_at) VALUES ({}?)", list_columns(is_any, ""),
                       values);
  }();
  Statement statement = database.prepare(sql.c_str());
  for (const RelayField& field : relay_fields()) {
    bind(statement, field, relay);
  }
  statement.bind(relay.created_at);
  statement.run();
}

void write_admins(Database& database, const Relay& relay, const RelayChange& change) {
  if (change.add_admins.empty() && change.remove_admins.empty()) {
    return;
  }
  database.prepare("UPDATE relay SET admins_managed = 1 WHERE id = ?", relay.id.text).run();
  for (const std::string& key : change.remove_admins) {
    database
        .prepare("DELETE FROM relay_admin WHERE relay_id = ? AND pubkey = ?", relay.id.text, key)
        .run();
  }
  for (const std::string& key : relay.admins.value_or(std::vector<std::string>())) {
    database
        .prepare("INSERT OR IGNORE INTO relay_admin (relay_id, pubkey) VALUES (?, ?)",
                 relay.id.text, key)
        .run();
  }
}

void update_desired_state(Database& database, const Relay& relay) {
  static const std::string sql =
      fmt::format("UPDATE relay SET {} WHERE id = ?", list_columns(is_counted, " = ?"));
  update_fields(database, sql, is_counted, relay);
}

void update_uncounted_fields(Database& database, const Relay& relay) {
  static const std::string sql =
      fmt::format("UPDATE relay SET {} WHERE id = ?", list_columns(is_uncounted, " = ?"));
  update_fields(database, sql, is_uncounted, relay);
}

}  // namespace tender::store
