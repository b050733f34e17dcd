#include "relay_table.hpp"

namespace tender {

Relay read_relay(const Statement& row) {
  Relay relay;
  int column = 0;
  relay.id.text = row.text(column++);
  relay.tenant = row.text(column++);
  relay.subdomain = row.text(column++);
  relay.schema = row.text(column++);
  relay.plan = row.text(column++);
  relay.status = parse_relay_status(row.text(column++)).value_or(RelayStatus::unknown);
  relay.info_name = row.text(column++);
  relay.info_icon = row.text(column++);
  relay.info_description = row.text(column++);
  for (bool* flag :
       {&relay.policy_public_join, &relay.policy_strip_signatures, &relay.policy_public_read,
        &relay.policy_public_write, &relay.groups_enabled, &relay.management_enabled,
        &relay.push_enabled, &relay.blossom_enabled, &relay.livekit_enabled}) {
    *flag = row.boolean(column++);
  }
  relay.created_at = row.time(column++);
  relay.synced = row.boolean(column++);
  relay.sync_error = row.text(column++);
  relay.revision = row.integer(column++);
  relay.synced_revision = row.optional_integer(column++);
  relay.synced_digest = row.text(column++);
  if (!row.is_null(column)) {
    relay.settle_at = row.time(column);
  }
  ++column;
  if (!row.is_null(column)) {
    relay.live = row.boolean(column);
  }
  relay.live_pushes = row.count(++column);
  return relay;
}

void insert_relay(Database& database, const Relay& relay) {
  database
      .prepare(
          "INSERT INTO relay (id, tenant, subdomain, schema, plan, status, info_name, info_icon, "
          "info_description, policy_public_join, policy_strip_signatures, policy_public_read, "
          "policy_public_write, groups_enabled, management_enabled, push_enabled, blossom_enabled, "
          "livekit_enabled, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
          relay.id.text, relay.tenant, relay.subdomain, relay.schema, relay.plan,
          to_string(relay.status), relay.info_name, relay.info_icon, relay.info_description,
          relay.policy_public_join, relay.policy_strip_signatures, relay.policy_public_read,
          relay.policy_public_write, relay.groups_enabled, relay.management_enabled,
          relay.push_enabled, relay.blossom_enabled, relay.livekit_enabled, relay.created_at)
      .run();
}

void update_desired_state(Database& database, const Relay& relay) {
  database
      .prepare(
          "UPDATE relay SET tenant = ?, subdomain = ?, plan = ?, status = ?, info_name = ?, "
          "info_icon = ?, info_description = ?, policy_public_join = ?, policy_strip_signatures = "
          "?, "
          "policy_public_read = ?, policy_public_write = ?, groups_enabled = ?, "
          "management_enabled = ?, push_enabled = ?, blossom_enabled = ?, livekit_enabled = ? "
          "WHERE id = ?",
          relay.tenant, relay.subdomain, relay.plan, to_string(relay.status), relay.info_name,
          relay.info_icon, relay.info_description, relay.policy_public_join,
          relay.policy_strip_signatures, relay.policy_public_read, relay.policy_public_write,
          relay.groups_enabled, relay.management_enabled, relay.push_enabled, relay.blossom_enabled,
          relay.livekit_enabled, relay.id.text)
      .run();
}

}  // namespace tender
