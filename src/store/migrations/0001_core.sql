-- The relay row is the desired state. Whatever program writes it: the triggers below count revisions and
-- mark the relay as pending, so that a writer needs to set only what it wants to change.
CREATE TABLE relay (
  id TEXT PRIMARY KEY NOT NULL
    CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
  tenant TEXT NOT NULL CHECK (length(tenant) = 64 AND tenant NOT GLOB '*[^0-9a-f]*'),
  subdomain TEXT NOT NULL UNIQUE
    CHECK (length(subdomain) BETWEEN 1 AND 63 AND subdomain NOT GLOB '*[^a-z0-9-]*'
           AND subdomain GLOB '[a-z]*' AND subdomain NOT GLOB '*-'),
  schema TEXT NOT NULL UNIQUE
    CHECK (length(schema) BETWEEN 1 AND 128 AND schema GLOB '[a-z_]*' AND schema NOT GLOB '*[^a-z0-9_]*'),
  plan TEXT NOT NULL DEFAULT 'free' CHECK (plan <> ''),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'delinquent')),
  info_name TEXT NOT NULL DEFAULT '',
  info_icon TEXT NOT NULL DEFAULT '',
  info_description TEXT NOT NULL DEFAULT '',
  policy_public_join INTEGER NOT NULL DEFAULT 0 CHECK (policy_public_join IN (0, 1)),
  policy_strip_signatures INTEGER NOT NULL DEFAULT 0 CHECK (policy_strip_signatures IN (0, 1)),
  policy_public_read INTEGER NOT NULL DEFAULT 0 CHECK (policy_public_read IN (0, 1)),
  policy_public_write INTEGER NOT NULL DEFAULT 0 CHECK (policy_public_write IN (0, 1)),
  groups_enabled INTEGER NOT NULL DEFAULT 1 CHECK (groups_enabled IN (0, 1)),
  management_enabled INTEGER NOT NULL DEFAULT 1 CHECK (management_enabled IN (0, 1)),
  push_enabled INTEGER NOT NULL DEFAULT 1 CHECK (push_enabled IN (0, 1)),
  blossom_enabled INTEGER NOT NULL DEFAULT 0 CHECK (blossom_enabled IN (0, 1)),
  livekit_enabled INTEGER NOT NULL DEFAULT 0 CHECK (livekit_enabled IN (0, 1)),
  created_at INTEGER NOT NULL
    DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
  synced INTEGER NOT NULL DEFAULT 0 CHECK (synced IN (0, 1)),
  sync_error TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
  synced_revision INTEGER CHECK (synced_revision BETWEEN 1 AND revision),
  synced_digest TEXT NOT NULL DEFAULT '',
  CHECK (synced = 0 OR (synced_revision IS NOT NULL AND synced_revision = revision)),
  CHECK (synced = 0 OR sync_error = '')
) STRICT;

CREATE INDEX relay_pending ON relay (created_at) WHERE synced = 0;

CREATE TRIGGER relay_identity_is_immutable BEFORE UPDATE OF id, schema ON relay
WHEN NEW.id IS NOT OLD.id OR NEW.schema IS NOT OLD.schema
BEGIN
  SELECT RAISE(ABORT, 'a relay''s id and schema never change: zooid keeps its data under them');
END;

CREATE TRIGGER relay_revision_goes_up
AFTER UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled ON relay
WHEN NEW.revision = OLD.revision
BEGIN
  UPDATE relay SET revision = OLD.revision + 1, synced = 0, sync_error = '' WHERE id = NEW.id;
END;

-- The append-only history of commands and results. seq is the order of commits, across all writers.
CREATE TABLE activity (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
  tenant TEXT NOT NULL,
  created_at INTEGER NOT NULL
    DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
  activity_type TEXT NOT NULL CHECK (activity_type <> ''),
  resource_type TEXT NOT NULL CHECK (resource_type <> ''),
  resource_id TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}' CHECK (detail GLOB '{*}')  -- a JSON object; readers bear with others
) STRICT;

CREATE INDEX activity_resource ON activity (resource_type, resource_id, seq);

-- The work to be done, at most one row a relay. States and edges: docs/outbox.md.
CREATE TABLE outbox (
  kind TEXT NOT NULL CHECK (kind IN ('relay_sync')),
  key TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
  priority INTEGER NOT NULL DEFAULT 1 CHECK (priority IN (0, 1)),  -- 0 urgent, 1 normal
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),         -- failures behind it
  not_before INTEGER NOT NULL,
  forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),      -- send even what did not change
  recreate INTEGER NOT NULL DEFAULT 0 CHECK (recreate IN (0, 1)),  -- make anew what zooid lost
  last_error TEXT,
  PRIMARY KEY (kind, key),
  CHECK ((attempt = 0) = (last_error IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (priority, not_before);

-- Work that waits for a person. Rows are never deleted.
CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('relay_sync')),
  key TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('rejected', 'lost', 'exhausted')),
  error TEXT NOT NULL CHECK (error <> ''),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  revision INTEGER NOT NULL CHECK (revision >= 1),  -- of the relay, when it was given up
  created_at INTEGER NOT NULL,
  resolution TEXT CHECK (resolution IN ('retried', 'discarded', 'superseded')),
  resolved_at INTEGER,
  CHECK ((resolution IS NULL) = (resolved_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX dead_letter_open ON dead_letter (kind, key) WHERE resolution IS NULL;
CREATE INDEX dead_letter_key ON dead_letter (kind, key, id);

-- How far the router has read the log.
CREATE TABLE router_offset (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT;

INSERT INTO router_offset (id, seq) VALUES (1, 0);
