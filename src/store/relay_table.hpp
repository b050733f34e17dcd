// The statements of the relay table and how a row becomes a Relay: shared by Query and Command. The
// columns that describe a relay are those of the table of fields.
#pragma once

#include <string>
#include <string_view>

#include "tender/model/relay.hpp"
#include "tender/store/database.hpp"

namespace tender::store {

/// Selects what read_relay expects; `condition` is SQL. The caller keeps the text, for
/// Database::prepare knows a statement by its address.
[[nodiscard]] std::string select_relays(std::string_view condition);

[[nodiscard]] Relay read_relay(const Statement& row);

/// The column of created_at in what select_relays() selects.
[[nodiscard]] int created_at_column();

void insert_relay(Database& database, const Relay& relay);

/// Brings relay_admin in line with `relay.admins`, to which `change` was applied.
void write_admins(Database& database, const Relay& relay, const RelayChange& change);

/// Writes the desired state; the schema's trigger counts the revision.
void update_desired_state(Database& database, const Relay& relay);

/// Writes the fields that do not count (RelayField::counts); the revision stays.
void update_uncounted_fields(Database& database, const Relay& relay);

}  // namespace tender::store
