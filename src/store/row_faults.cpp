#include "tender/store/row_faults.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

namespace tender::store {
namespace {

using Faults = std::vector<RowFault>;

std::string row_name(const Statement& row) {
  return fmt::format("table relay, id \"{}\" (subdomain \"{}\")", printable(row.text(0), 80),
                     printable(row.text(1), 80));
}

// The condition of the partial index relay_odd_schema, word for word, so that SQLite uses it.
#define TENDER_ODD_SCHEMA "(schema GLOB '*__*' OR schema NOT GLOB '[a-z]*' OR schema GLOB '*_')"

void find_shared_schemas(Database& database, std::size_t limit, Faults& faults) {
  // The other schema may follow today's rule or be odd as well.
  Statement row = database.prepare(
      "WITH odd AS (SELECT id, subdomain, schema FROM relay WHERE " TENDER_ODD_SCHEMA
      ") SELECT odd.id, odd.subdomain, odd.schema, relay.schema FROM odd "
      "JOIN relay ON relay.schema = trim(odd.schema, '_') AND relay.id <> odd.id "
      "UNION SELECT odd.id, odd.subdomain, odd.schema, other.schema FROM odd "
      "JOIN (SELECT id, schema FROM relay WHERE " TENDER_ODD_SCHEMA
      ") AS other ON trim(other.schema, '_') = trim(odd.schema, '_') AND other.id <> odd.id "
      "ORDER BY 1 LIMIT ?",
      static_cast<std::int64_t>(limit));
  while (row.step()) {
    faults.push_back(
        {.what = fmt::format("{}: schema \"{}\" differs from another relay's \"{}\" only "
                             "by underscores at the ends, so zooid keeps the data of "
                             "both in the same tables",
                             row_name(row), row.text(2), row.text(3)),
         .remedy = "deactivate one of the two, and create it again under another id"});
  }
}

void find_odd_schemas(Database& database, std::size_t limit, Faults& faults) {
  const Query query(database);
  Statement row = database.prepare(
      "SELECT id, subdomain, schema FROM relay WHERE " TENDER_ODD_SCHEMA
      " ORDER BY synced_revision IS NOT NULL LIMIT ?",  // first those that may do harm
      static_cast<std::int64_t>(limit));
  while (row.step()) {
    const auto relay = query.get_relay(RelayId{row.text(0)});
    const bool taken = relay && query.standing_of(*relay) == Standing::taken;
    faults.push_back(
        {.what = fmt::format("{}: schema \"{}\" breaks today's rule for schemas", row_name(row),
                             row.text(2)),
         .remedy = taken ? "leave it: zooid has the relay under it, and it works"
                         : "it is not sent to zooid: delete the row in SQL, and create the relay "
                           "again under another id",
         .harmful = !taken});
  }
}

void find_relay_on_api_host(Database& database, const std::string& reserved, Faults& faults) {
  Statement row = database.prepare(
      "SELECT id, subdomain FROM relay WHERE subdomain = ? AND status <> 'deleted'", reserved);
  while (row.step()) {
    faults.push_back(
        {.what = fmt::format(
             "{}: it has the host of ZOOID_API_URL, where zooid serves its API and never a relay",
             row_name(row)),
         .remedy = fmt::format("give it another subdomain: `tender relay update {} "
                               "--subdomain …`",
                               reserved)});
  }
}

// The values that the schema's CHECK of a field lets in, as SQL; empty: it has none.
struct AllowedValues {
  const RelayField& field;

  std::string operator()(const RelayMember<bool>&) const { return "IN (0, 1)"; }
  std::string operator()(const RelayMember<std::int64_t>&) const {
    return fmt::format("BETWEEN {} AND {}", field.smallest, field.largest);
  }
  std::string operator()(const RelayMember<RelayStatus>&) const {
    std::string names;
    for (auto status = RelayStatus::active; status != RelayStatus::unknown;
         status = static_cast<RelayStatus>(static_cast<int>(status) + 1)) {
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", to_string(status));
    }
    return fmt::format("IN ({})", names);
  }
  // Read as text, and judged before each sync.
  std::string operator()(const RelayMember<std::string>&) const { return {}; }
  std::string operator()(const RelayMember<RelayId>&) const { return {}; }
};

std::string when_odd(const RelayField& field) {
  const std::string allowed = std::visit(AllowedValues{field}, field.member);
  return allowed.empty()
             ? ""
             : fmt::format("WHEN {0} IS NULL OR {0} NOT {1} THEN '{0}' ", field.column, allowed);
}

std::string select_odd_values() {
  std::string fields;
  for (const RelayField& field : relay_fields()) {
    fields += when_odd(field);
  }
  return fmt::format(
      "SELECT id, subdomain, field FROM (SELECT id, subdomain, CASE {}"
      "WHEN revision IS NULL OR revision < 1 THEN 'revision' "
      "WHEN synced_revision < 1 OR synced_revision > revision THEN 'synced_revision' "
      "WHEN synced IS NULL OR synced NOT IN (0, 1) THEN 'synced' "
      "WHEN synced = 1 AND synced_revision IS NOT revision THEN 'synced' "
      "WHEN live NOT IN (0, 1) THEN 'live' "
      "WHEN live_pushes IS NULL OR live_pushes < 0 THEN 'live_pushes' END AS field FROM relay) "
      "WHERE field IS NOT NULL ORDER BY id LIMIT ?",
      fields);
}

// The CHECKs of the relay table: only a program that switches them off can break them.
void find_odd_values(Database& database, std::size_t limit, Faults& faults) {
  static const std::string sql = select_odd_values();
  Statement row = database.prepare(sql.c_str(), static_cast<std::int64_t>(limit));
  while (row.step()) {
    faults.push_back(
        {.what = fmt::format("{}: {} has an invalid value", row_name(row), row.text(2)),
         .remedy = "correct it in SQL, with CHECK constraints on"});
  }
}

}  // namespace

std::vector<RowFault> find_row_faults(Database& database,
                                      const std::set<std::string>& reserved_subdomains,
                                      RowLook look, std::size_t limit) {
  Faults faults;
  find_shared_schemas(database, limit, faults);
  for (const std::string& reserved : reserved_subdomains) {
    find_relay_on_api_host(database, reserved, faults);
  }
  if (look == RowLook::whole) {
    find_odd_values(database, limit, faults);
  }
  find_odd_schemas(database, limit, faults);
  faults.resize(std::min(faults.size(), limit));
  return faults;
}

}  // namespace tender::store
