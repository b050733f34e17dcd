#include "tender/store/query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tender/model/sync_detail.hpp"
#include "tender/store/database.hpp"

#include "activity_table.hpp"
#include "relay_table.hpp"

// zooid serves it with another key than at first. Tombstones do not count.
#define HAS_OTHER_IDENTITY "other_identity <> '' AND NOT (status = 'deleted' AND synced = 1)"

namespace tender::store {
namespace {

// RelayFilter: status, tenant, search, synced.
constexpr std::string_view kFilter =
    "(?1 = '' OR status = ?1) AND (?2 = '' OR tenant = ?2) "
    "AND (?3 = '' OR instr(lower(subdomain), lower(?3)) > 0 "
    "OR instr(lower(info_name), lower(?3)) > 0 OR instr(lower(id), lower(?3)) > 0) "
    "AND (?4 IS NULL OR synced = ?4)";

// The statements of a page of relays by age that fulfil a filter: RelayFilter as in kFilter, and ?5
// and ?6 for the place behind which it begins.
struct PageOfMatches {
  // `among`: a part of the relays that an index has by age.
  explicit PageOfMatches(std::string_view among)
      : end(fmt::format("SELECT created_at, id FROM relay WHERE {} AND (created_at, id) > (?5, ?6) "
                        "ORDER BY created_at, id LIMIT 1 OFFSET ?7",
                        among)),
        bounded(select_relays(
            fmt::format("{} AND {} AND (created_at, id) > (?5, ?6) AND (created_at, id) <= (?7, "
                        "?8) ORDER BY created_at, id",
                        among, kFilter))),
        rest(select_relays(fmt::format(
            "{} AND {} AND (created_at, id) > (?5, ?6) ORDER BY created_at, id", among, kFilter))) {
  }

  std::string end;      // the place that many rows on (?7)
  std::string bounded;  // up to a place (?7, ?8)
  std::string rest;
};

// The statements that read the fewest rows for the filter.
const PageOfMatches& page_of_matches(const RelayFilter& filter) {
  static const PageOfMatches deleted("status = 'deleted'");
  static const PageOfMatches of_tenant("tenant = ?2 AND (status <> 'deleted' OR synced = 0)");
  static const PageOfMatches pending("synced = 0");
  static const PageOfMatches listed("(status <> 'deleted' OR synced = 0)");
  if (filter.status == "deleted") {
    return deleted;
  }
  if (!filter.tenant.empty()) {
    return of_tenant;
  }
  return filter.synced == false ? pending : listed;
}

template <typename Read>
auto read_all(Statement statement, Read read) {
  std::vector<decltype(read(statement))> rows;
  while (statement.step()) {
    rows.push_back(read(statement));
  }
  return rows;
}

std::optional<Relay> read_one(Statement statement) {
  return statement.step() ? std::optional(read_relay(statement)) : std::nullopt;
}

// A page of the relays that fulfil the condition.
std::string select_page(std::string_view condition) {
  return select_relays(
      fmt::format("{} AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?", condition));
}

std::vector<Relay> read_page(Statement rows, RelayPage& page) {
  std::vector<Relay> relays;
  while (rows.step()) {
    relays.push_back(read_relay(rows));
    page.created_at = rows.integer(created_at_column());
    page.id = relays.back().id;
  }
  return relays;
}

std::vector<Relay> read_page(Database& database, const std::string& sql, RelayPage& page) {
  return read_page(database.prepare(sql.c_str(), page.created_at, page.id.text, page.limit), page);
}

}  // namespace

std::optional<Relay> Query::get_relay(const RelayId& id) const {
  static const std::string sql = select_relays("id = ?");
  return read_one(database_->prepare(sql.c_str(), id.text));
}

std::optional<Relay> Query::find_relay(std::string_view id_or_subdomain) const {
  auto by_id = get_relay(RelayId{std::string(id_or_subdomain)});
  if (by_id && by_id->status != RelayStatus::deleted) {
    return by_id;
  }
  if (auto relay = get_relay_of_subdomain(id_or_subdomain)) {
    return relay;
  }
  if (by_id) {
    return by_id;
  }
  static const std::string sql = select_relays(
      "subdomain = ? AND status = 'deleted' ORDER BY created_at DESC, id DESC LIMIT 1");
  return read_one(database_->prepare(sql.c_str(), id_or_subdomain));
}

std::optional<Relay> Query::get_other_relay_of_identity(const Relay& relay,
                                                        std::string_view identity) const {
  static const std::string sql =
      select_relays("identity = ? AND identity <> '' AND id <> ? LIMIT 1");
  return relay.identity == identity
             ? std::nullopt
             : read_one(database_->prepare(sql.c_str(), identity, relay.id.text));
}

std::optional<Relay> Query::get_relay_taken_under(std::string_view subdomain) const {
  static const std::string sql =
      select_relays("taken_subdomain = ? AND taken_subdomain <> '' LIMIT 1");
  return read_one(database_->prepare(sql.c_str(), subdomain));
}

std::optional<Relay> Query::get_relay_being_deleted(std::string_view subdomain) const {
  static const std::string sql =
      select_relays("subdomain = ? AND status = 'deleted' AND synced = 0 LIMIT 1");
  return read_one(database_->prepare(sql.c_str(), subdomain));
}

std::optional<Relay> Query::get_relay_of_subdomain(std::string_view subdomain) const {
  static const std::string sql = select_relays("subdomain = ? AND status <> 'deleted'");
  return read_one(database_->prepare(sql.c_str(), subdomain));
}

std::optional<Relay> Query::get_relay_of_schema(std::string_view schema) const {
  static const std::string sql = select_relays("schema = ?");
  return read_one(database_->prepare(sql.c_str(), schema));
}

std::vector<Relay> Query::next_relays(RelayPage& page) const {
  static const std::string sql = select_page("(status <> 'deleted' OR synced = 0)");
  return read_page(*database_, sql, page);
}

std::vector<RelayId> Query::list_relay_ids(const RelayFilter& filter) const {
  // By RelayOrder.
  static const std::array<std::string, 9> statements = [] {
    constexpr std::array<std::string_view, 9> columns{
        "created_at", "created_at DESC", "subdomain", "info_name COLLATE NOCASE", "tenant", "plan",
        "status",     "revision DESC",   "seen_at"};
    std::array<std::string, 9> made;
    std::ranges::transform(columns, made.begin(), [](std::string_view column) {
      return fmt::format(
          "SELECT id FROM relay WHERE (status <> 'deleted' OR synced = 0 OR ?1 = 'deleted') AND {} "
          "ORDER BY {}, id LIMIT ?5",
          kFilter, column);
    });
    return made;
  }();
  return read_all(
      database_->prepare(statements.at(static_cast<std::size_t>(filter.order)).c_str(),
                         filter.status, filter.tenant, filter.search, filter.synced, filter.limit),
      [](const Statement& row) { return RelayId{row.text(0)}; });
}

RelayMatches Query::next_relays_matching(const RelayFilter& filter, RelayPage& page, int most,
                                         const std::function<bool(const Relay&)>& accept) const {
  const PageOfMatches& sql = page_of_matches(filter);
  const auto prepare = [&](const std::string& statement, auto... more) {
    return database_->prepare(statement.c_str(), filter.status, filter.tenant, filter.search,
                              filter.synced, page.created_at, page.id.text, more...);
  };
  std::optional<RelayPage> end;  // the last one that may be read, if that is not the last one
  if (Statement row = prepare(sql.end, most - 1); row.step()) {
    end = {.created_at = row.integer(0), .id = RelayId{row.text(1)}, .limit = page.limit};
  }
  Statement rows = end ? prepare(sql.bounded, end->created_at, end->id.text) : prepare(sql.rest);
  RelayMatches matches;
  const auto is_full = [&] { return std::cmp_equal(matches.relays.size(), page.limit); };
  while (!is_full() && rows.step()) {
    Relay relay = read_relay(rows);
    page.created_at = rows.integer(created_at_column());
    page.id = relay.id;
    if (accept(relay)) {
      matches.relays.push_back(std::move(relay));
    }
  }
  matches.more = is_full() || end;
  if (end && !is_full()) {
    page = *std::move(end);
  }
  return matches;
}

std::vector<Relay> Query::next_relays_pending_sync(RelayPage& page) const {
  static const std::string sql = select_page("synced = 0");
  return read_page(*database_, sql, page);
}

std::vector<Relay> Query::next_relays_in_doubt(RelayPage& page) const {
  static const std::string sql = select_page("doubt_until IS NOT NULL");
  return read_page(*database_, sql, page);
}

std::vector<Relay> Query::list_relays() const {
  RelayPage all;
  return next_relays(all);
}

std::vector<Relay> Query::list_relays_pending_sync() const {
  RelayPage all;
  return next_relays_pending_sync(all);
}

std::vector<Relay> Query::list_relays_in_doubt() const {
  RelayPage all;
  return next_relays_in_doubt(all);
}

std::vector<Activity> Query::list_activity(const ActivityFilter& filter) const {
  if (filter.relay) {
    return read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                       " FROM activity WHERE resource_type = 'relay' AND "
                                       "resource_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                                       filter.relay->text, filter.after_seq, filter.limit),
                    read_activity);
  }
  return read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                     " FROM activity WHERE seq > ? ORDER BY seq LIMIT ?",
                                     filter.after_seq, filter.limit),
                  read_activity);
}

std::vector<Activity> Query::list_latest_activity(const std::optional<RelayId>& relay,
                                                  int limit) const {
  auto rows = relay
                  ? read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                                " FROM activity WHERE resource_type = 'relay' AND "
                                                "resource_id = ? ORDER BY seq DESC LIMIT ?",
                                                relay->text, limit),
                             read_activity)
                  : read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                                " FROM activity ORDER BY seq DESC LIMIT ?",
                                                limit),
                             read_activity);
  std::ranges::reverse(rows);
  return rows;
}

// A webhook-id is the id of an activity, and the id of a trigger behind a `_`.
std::vector<Activity> Query::list_activity_caused_by(std::string_view webhook_id, int limit) const {
  auto rows = read_all(
      database_->prepare(
          "WITH RECURSIVE caused (seq) AS ("
          "SELECT seq FROM activity WHERE cause = ?1 AND cause <> '' UNION "
          "SELECT activity.seq FROM caused JOIN activity AS told ON told.seq = caused.seq "
          "JOIN activity ON activity.cause > told.id || '_' AND activity.cause < told.id || '`' "
          "AND activity.cause <> '') "
          "SELECT " TENDER_ACTIVITY_COLUMNS
          " FROM activity WHERE seq IN (SELECT seq FROM caused) ORDER BY seq DESC LIMIT ?2",
          webhook_id, limit),
      read_activity);
  std::ranges::reverse(rows);
  return rows;
}

Cause Query::find_cause(std::int64_t seq) const {
  Statement row = database_->prepare("SELECT cause, depth FROM activity WHERE seq = ?", seq);
  return row.step() ? Cause{row.text(0), row.count(1)} : Cause();
}

std::int64_t Query::last_activity_seq() const {
  Statement statement = database_->prepare("SELECT coalesce(max(seq), 0) FROM activity");
  statement.step();
  return statement.integer(0);
}

std::vector<std::int64_t> Query::list_activity_seqs(std::int64_t after_seq, int limit) const {
  return read_all(database_->prepare("SELECT seq FROM activity WHERE seq > ? ORDER BY seq LIMIT ?",
                                     after_seq, limit),
                  [](const Statement& row) { return row.integer(0); });
}

bool Query::has_completed_sync(const RelayId& id) const {
  Statement newest =
      database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                         " FROM activity WHERE resource_type = 'relay' AND resource_id = ? "
                         "AND activity_type = 'complete_relay_sync' ORDER BY seq DESC LIMIT 1",
                         id.text);
  return newest.step() &&
         read_completion_detail(read_activity(newest)).result != SyncResult::deleted;
}

std::optional<TimePoint> Query::find_last_sync(const RelayId& id) const {
  Statement row = database_->prepare(
      "SELECT created_at FROM activity WHERE resource_type = 'relay' AND resource_id = ? "
      "AND activity_type = 'complete_relay_sync' "
      "AND " TENDER_WAS_SENT("activity") " ORDER BY seq DESC LIMIT 1",
      id.text);
  return row.step() ? std::optional(row.time(0)) : std::nullopt;
}

Standing Query::standing_of(const Relay& relay) const {
  const bool fresh = !relay.synced && !relay.synced_revision && !has_completed_sync(relay.id);
  return fresh ? Standing::fresh : Standing::taken;
}

int Query::count_trailing_sync_failures(const RelayId& id) const {
  Statement statement = database_->prepare(
      "SELECT count(*) FROM activity WHERE resource_type = 'relay' AND resource_id = ?1 "
      "AND activity_type = 'fail_relay_sync' "
      "AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.superseded') IS NOT 1 "
      "AND coalesce(json_extract(detail, '$.revision') = "
      "(SELECT revision FROM relay WHERE id = ?1), true) END "
      "AND seq > "
      "(SELECT coalesce(max(seq), 0) FROM activity WHERE resource_type = 'relay' "
      "AND resource_id = ?1 AND activity_type IN (" TENDER_TYPES_THAT_START_OVER "))",
      id.text);
  statement.step();
  return static_cast<int>(statement.integer(0));
}

int Query::count_enforced_drifts(const RelayId& id, TimePoint since) const {
  Statement statement = database_->prepare(
      "SELECT count(*) FROM activity WHERE resource_type = 'relay' AND resource_id = ?1 "
      "AND activity_type = 'notice_relay_drift' AND created_at >= ?2 "
      "AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.answer') = 'enforce' "
      "AND json_array_length(detail, '$.fields') > 0 END "
      "AND seq > "
      "(SELECT coalesce(max(seq), 0) FROM activity WHERE resource_type = 'relay' "
      "AND resource_id = ?1 AND activity_type IN (" TENDER_COMMAND_TYPES "))",
      id.text, since);
  statement.step();
  return static_cast<int>(statement.integer(0));
}

std::int64_t Query::count_relays_in_step() const {
  Statement statement =
      database_->prepare("SELECT count(*) FROM relay WHERE synced = 1 AND status <> 'deleted'");
  statement.step();
  return statement.integer(0);
}

std::vector<RelayId> Query::list_relays_to_look_at(TimePoint now, TimePoint horizon,
                                                   std::int64_t limit) const {
  const auto read_id = [](const Statement& row) { return RelayId{row.text(0)}; };
  auto due =
      read_all(database_->prepare("SELECT id FROM relay WHERE synced = 1 AND status <> 'deleted' "
                                  "AND next_look_at <= ? ORDER BY next_look_at, id LIMIT ?",
                                  now, limit),
               read_id);
  const auto left = limit - static_cast<std::int64_t>(due.size());
  const auto beyond =
      read_all(database_->prepare("SELECT id FROM relay WHERE synced = 1 AND status <> 'deleted' "
                                  "AND next_look_at > ? ORDER BY next_look_at, id LIMIT ?",
                                  horizon, left),
               read_id);
  due.insert(due.end(), beyond.begin(), beyond.end());
  return due;
}

std::vector<RelayId> Query::list_seen_relays(std::int64_t limit) const {
  return read_all(database_->prepare("SELECT id FROM relay WHERE synced = 1 AND live IS NOT NULL "
                                     "AND status = 'active' ORDER BY seen_at LIMIT ?",
                                     limit),
                  [](const Statement& row) { return RelayId{row.text(0)}; });
}

std::int64_t Query::count_reported_drift(bool by_default) const {
  Statement row = database_->prepare(
      "SELECT count(*) FROM relay WHERE live = 0 AND live_pushes = 0 AND synced = 1 AND (drift = "
      "'report' OR (?1 AND drift = ''))",
      by_default);
  row.step();
  return row.integer(0);
}

Query::SettingCounts Query::count_settings() const {
  Statement row = database_->prepare(
      "SELECT count(*) FILTER (WHERE policy_public_read = 1), "
      "count(*) FILTER (WHERE policy_public_write = 1), count(*) FILTER (WHERE blossom_enabled = "
      "1) FROM relay WHERE status <> 'deleted'");
  row.step();
  return {.public_read = row.integer(0), .public_write = row.integer(1), .blossom = row.integer(2)};
}

std::vector<std::string> Query::list_other_identities(std::int64_t limit) const {
  return read_all(
      database_->prepare(
          "SELECT subdomain FROM relay WHERE " HAS_OTHER_IDENTITY " ORDER BY id LIMIT ?", limit),
      [](const Statement& row) { return row.text(0); });
}

Query::RelayCounts Query::count_relays(TimePoint seen_since) const {
  Statement statement = database_->prepare(
      "SELECT (SELECT count(*) FROM relay) - "
      "(SELECT count(*) FROM relay WHERE status = 'deleted' AND synced = 1), "
      "(SELECT count(*) FROM relay WHERE synced = 0), "
      "(SELECT count(*) FROM relay WHERE synced = 0 AND sync_error <> ''), "
      "(SELECT count(*) FROM relay WHERE live = 0), "
      "(SELECT count(*) FROM relay WHERE live = 0 AND synced = 1), "
      "(SELECT count(*) FROM relay WHERE synced = 1 AND live IS NULL AND status <> 'deleted'), "
      "(SELECT count(*) FROM relay WHERE synced = 1 AND live = 1 AND seen_at < ?1), "
      "(SELECT count(*) FROM relay WHERE " HAS_OTHER_IDENTITY
      "), "
      // Those that are not active, which are off whether and whenever they were looked at.
      "(SELECT count(*) FROM relay INDEXED BY relay_off "
      "WHERE synced = 1 AND status <> 'active' AND status <> 'deleted' AND live IS NULL), "
      "(SELECT count(*) FROM relay INDEXED BY relay_off "
      "WHERE synced = 1 AND status <> 'active' AND status <> 'deleted' AND live = 1), "
      "(SELECT count(*) FROM relay INDEXED BY relay_off "
      "WHERE synced = 1 AND status <> 'active' AND status <> 'deleted' AND live = 1 AND seen_at < "
      "?1), "
      "(SELECT count(*) FROM relay WHERE taken_subdomain GLOB 'tender-parked-*'), "
      "(SELECT count(*) FROM relay WHERE status = 'deleted' AND synced = 0)",
      seen_since);
  statement.step();
  RelayCounts counts;
  counts.total = statement.integer(0);
  counts.pending = statement.integer(1);
  counts.synced = counts.total - counts.pending;
  counts.failing = statement.integer(2);
  counts.not_served = statement.integer(3);
  counts.other_identity = statement.integer(7);
  counts.parked = statement.integer(11);
  counts.being_deleted = statement.integer(12);
  const std::int64_t off_not_looked_at = statement.integer(8);
  counts.off = off_not_looked_at + statement.integer(9);
  counts.unknown = statement.integer(6) - statement.integer(10);
  const std::int64_t not_looked_at = statement.integer(5) - off_not_looked_at;
  counts.in_step = not_looked_at;
  counts.in_step_not_served = statement.integer(4);
  counts.live = counts.synced - statement.integer(4) - not_looked_at - counts.unknown - counts.off;
  return counts;
}

}  // namespace tender::store
