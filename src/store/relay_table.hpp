// The columns of the relay table and how a row becomes a Relay: shared by Query and Command.
#pragma once

#include "tender/model/relay.hpp"
#include "tender/store/database.hpp"

namespace tender {

/// The columns that read_relay expects, in its order.
#define TENDER_RELAY_COLUMNS                                                               \
  "id, tenant, subdomain, schema, plan, status, info_name, info_icon, info_description, "  \
  "policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, " \
  "groups_enabled, management_enabled, push_enabled, blossom_enabled, livekit_enabled, "   \
  "created_at, synced, sync_error, revision, synced_revision, synced_digest, "             \
  "settle_at, live, live_pushes"

inline constexpr int kCreatedAtColumn = 18;

[[nodiscard]] Relay read_relay(const Statement& row);

void insert_relay(Database& database, const Relay& relay);

/// Writes the desired state; the schema's trigger counts the revision.
void update_desired_state(Database& database, const Relay& relay);

}  // namespace tender
