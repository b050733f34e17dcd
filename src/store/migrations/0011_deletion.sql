-- Relays can be deleted: the row stays as a tombstone with status `deleted`, so that zooid's copy is deleted however
-- long that takes, and it frees its subdomain at once. SQLite can neither extend a CHECK nor drop a UNIQUE in place, so
-- the table is rebuilt. Rows of other programs that break a CHECK stay as they are: zooid has their data.
CREATE TABLE relay_new (
  id TEXT PRIMARY KEY NOT NULL
    CHECK (length(id) BETWEEN 1 AND 128 AND id NOT GLOB '*[^A-Za-z0-9_.~-]*' AND id NOT GLOB '.*'),
  tenant TEXT NOT NULL CHECK (length(tenant) = 64 AND tenant NOT GLOB '*[^0-9a-f]*'),
  subdomain TEXT NOT NULL
    CHECK (length(subdomain) BETWEEN 1 AND 63 AND subdomain NOT GLOB '*[^a-z0-9-]*'
           AND subdomain GLOB '[a-z]*' AND subdomain NOT GLOB '*-'),
  schema TEXT NOT NULL UNIQUE
    CHECK (length(schema) BETWEEN 1 AND 128 AND schema GLOB '[a-z_]*' AND schema NOT GLOB '*[^a-z0-9_]*'),
  plan TEXT NOT NULL DEFAULT 'free' CHECK (plan <> ''),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'delinquent', 'deleted')),
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
  -- The next migration has the rest of these two.
  member_invites INTEGER NOT NULL DEFAULT 1 CHECK (member_invites IN (0, 1)),
  admins_managed INTEGER NOT NULL DEFAULT 0 CHECK (admins_managed IN (0, 1)),
  created_at INTEGER NOT NULL
    DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
  -- What is known of zooid. Only tender writes these.
  synced INTEGER NOT NULL DEFAULT 0 CHECK (synced IN (0, 1)),
  sync_error TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
  synced_revision INTEGER CHECK (synced_revision BETWEEN 1 AND revision),
  synced_digest TEXT NOT NULL DEFAULT '',
  doubt_until INTEGER,
  live INTEGER CHECK (live IN (0, 1)),
  live_pushes INTEGER NOT NULL DEFAULT 0 CHECK (live_pushes >= 0),
  seen_at INTEGER,
  next_look_at INTEGER NOT NULL DEFAULT 0,
  identity TEXT NOT NULL DEFAULT ''
    CHECK (identity = '' OR (length(identity) = 64 AND identity NOT GLOB '*[^0-9a-f]*')),
  other_identity TEXT NOT NULL DEFAULT ''
    CHECK (other_identity = '' OR (length(other_identity) = 64 AND other_identity NOT GLOB '*[^0-9a-f]*')),
  info_sent TEXT NOT NULL DEFAULT '{}' CHECK (info_sent GLOB '{*}'),
  CHECK (synced = 0 OR (synced_revision IS NOT NULL AND synced_revision = revision)),
  CHECK (synced = 0 OR sync_error = '')
) STRICT;

PRAGMA ignore_check_constraints = ON;
INSERT INTO relay_new (rowid,
  id, tenant, subdomain, schema, plan, status, info_name, info_icon, info_description, policy_public_join,
  policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled, management_enabled,
  push_enabled, blossom_enabled, livekit_enabled, created_at, synced, sync_error, revision, synced_revision,
  synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity, info_sent)
SELECT rowid,
  id, tenant, subdomain, schema, plan, status, info_name, info_icon, info_description, policy_public_join,
  policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled, management_enabled,
  push_enabled, blossom_enabled, livekit_enabled, created_at, synced, sync_error, revision, synced_revision,
  synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity, info_sent
FROM relay;
PRAGMA ignore_check_constraints = OFF;
DROP TABLE relay;
-- Views and triggers of other programs may name the table: as they stand, they are right again after the renaming.
PRAGMA legacy_alter_table = ON;
ALTER TABLE relay_new RENAME TO relay;
PRAGMA legacy_alter_table = OFF;

CREATE UNIQUE INDEX relay_subdomain ON relay (subdomain) WHERE status <> 'deleted';
CREATE INDEX relay_tombstone ON relay (subdomain, id) WHERE status = 'deleted';

CREATE TRIGGER relay_identity_is_immutable BEFORE UPDATE OF id, schema ON relay
WHEN NEW.id IS NOT OLD.id OR NEW.schema IS NOT OLD.schema
BEGIN
  SELECT RAISE(ABORT, 'a relay''s id and schema never change: zooid keeps its data under them');
END;

CREATE TRIGGER relay_revision_goes_up
AFTER UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled, member_invites, admins_managed ON relay
WHEN OLD.status <> 'deleted'
BEGIN
  UPDATE relay SET revision = max(NEW.revision, 0) + 1, synced = 0, sync_error = '' WHERE id = NEW.id;
END;

CREATE TRIGGER relay_revision_never_goes_back BEFORE UPDATE OF revision ON relay
WHEN NEW.revision < OLD.revision OR (NEW.revision > OLD.revision + 1
  AND NEW.revision IS NOT (SELECT revision + 1 FROM relay_past WHERE id = NEW.id))
BEGIN
  SELECT RAISE(ABORT, 'a relay''s revision belongs to tender and never goes back: leave it out of the statement');
END;

CREATE TRIGGER relay_takes_no_other_row_away BEFORE INSERT ON relay
BEGIN
  SELECT RAISE(ABORT, 'another relay has this subdomain: choose another one, or first change or delete that relay')
  WHERE EXISTS (SELECT 1 FROM relay WHERE subdomain = NEW.subdomain AND status <> 'deleted' AND id IS NOT NEW.id)
    AND NEW.status <> 'deleted';
  SELECT RAISE(ABORT, 'another relay has this schema: choose another one, zooid keeps that relay''s data under it')
  WHERE EXISTS (SELECT 1 FROM relay WHERE schema = NEW.schema AND id IS NOT NEW.id);
  SELECT RAISE(ABORT, 'another relay has this rowid: leave it out of the statement')
  WHERE NEW.rowid <> -1 AND EXISTS (SELECT 1 FROM relay WHERE rowid = NEW.rowid AND id IS NOT NEW.id);
END;

CREATE TRIGGER relay_rowid_is_positive AFTER INSERT ON relay
WHEN NEW.rowid < 1
BEGIN
  SELECT RAISE(ABORT, 'the rowid of a relay is positive: leave it out of the statement');
END;

CREATE TRIGGER relay_revision_begins_low BEFORE INSERT ON relay
WHEN NEW.revision > 1000000000000
BEGIN
  SELECT RAISE(ABORT, 'a relay''s revision belongs to tender and never goes back: leave it out of the statement');
END;

CREATE TRIGGER relay_takes_no_other_subdomain_away BEFORE UPDATE OF subdomain ON relay
WHEN NEW.status <> 'deleted'
  AND EXISTS (SELECT 1 FROM relay WHERE subdomain = NEW.subdomain AND status <> 'deleted' AND id IS NOT OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'another relay has this subdomain: choose another one, or first change or delete that relay');
END;

CREATE TRIGGER relay_rowid_is_immutable BEFORE UPDATE ON relay
WHEN NEW.rowid IS NOT OLD.rowid
BEGIN
  SELECT RAISE(ABORT, 'the rowid of a relay never changes: leave it out of the statement');
END;

CREATE TRIGGER relay_identity_outlives_its_row BEFORE INSERT ON relay
WHEN NEW.schema IS NOT coalesce((SELECT schema FROM relay WHERE id = NEW.id),
                                (SELECT schema FROM relay_past WHERE id = NEW.id), NEW.schema)
BEGIN
  SELECT RAISE(ABORT, 'a relay''s id and schema never change: give this id the schema that it had, or use another id');
END;

CREATE INDEX relay_odd_schema ON relay (trim(schema, '_'))
WHERE schema GLOB '*__*' OR schema NOT GLOB '[a-z]*' OR schema GLOB '*_';
CREATE TRIGGER relay_schema_is_safe BEFORE INSERT ON relay
WHEN NOT EXISTS (SELECT 1 FROM relay WHERE id = NEW.id)
  AND NOT EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'this schema is not allowed: use a-z, 0-9 and single underscores between them, beginning with a letter')
  WHERE NEW.schema GLOB '*__*' OR NEW.schema NOT GLOB '[a-z]*' OR NEW.schema GLOB '*_';
  SELECT RAISE(ABORT, 'another relay''s schema differs from this one only by underscores at its ends, which zooid ignores: choose another one')
  WHERE EXISTS (SELECT 1 FROM relay WHERE trim(schema, '_') = NEW.schema
                AND (schema GLOB '*__*' OR schema NOT GLOB '[a-z]*' OR schema GLOB '*_'))
    OR EXISTS (SELECT 1 FROM relay_past WHERE trim(schema, '_') = NEW.schema
               AND (schema GLOB '*__*' OR schema NOT GLOB '[a-z]*' OR schema GLOB '*_'));
END;

CREATE TRIGGER relay_text_has_no_nul BEFORE INSERT ON relay
WHEN instr(NEW.id || NEW.tenant || NEW.subdomain || NEW.schema || NEW.plan || NEW.status || NEW.info_name
           || NEW.info_icon || NEW.info_description, char(0)) > 0
BEGIN
  SELECT RAISE(ABORT, 'a text of this relay contains a NUL character: remove it');
END;

CREATE TRIGGER relay_text_gets_no_nul
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description ON relay
WHEN instr(NEW.tenant || NEW.subdomain || NEW.plan || NEW.status || NEW.info_name || NEW.info_icon
           || NEW.info_description, char(0)) > 0
BEGIN
  SELECT RAISE(ABORT, 'a text of this relay contains a NUL character: remove it');
END;

CREATE INDEX relay_by_age ON relay (created_at, id) WHERE (status <> 'deleted' OR synced = 0);
CREATE INDEX relay_pending ON relay (created_at, id) WHERE synced = 0;
CREATE INDEX relay_in_doubt ON relay (created_at, id) WHERE doubt_until IS NOT NULL;
CREATE INDEX relay_not_served ON relay (id) WHERE live = 0;
CREATE INDEX relay_not_looked_at ON relay (id) WHERE synced = 1 AND live IS NULL AND status <> 'deleted';
CREATE INDEX relay_next_look ON relay (next_look_at, id) WHERE synced = 1 AND status <> 'deleted';
CREATE INDEX relay_seen ON relay (seen_at) WHERE synced = 1 AND live IS NOT NULL;
CREATE INDEX relay_other_identity ON relay (id) WHERE other_identity <> '';
CREATE TRIGGER relay_past_of_a_replaced_row BEFORE INSERT ON relay
WHEN EXISTS (SELECT 1 FROM relay WHERE id = NEW.id)
BEGIN
  DELETE FROM relay_past WHERE id = NEW.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent)
  SELECT id, schema, revision, CASE WHEN status <> 'deleted' OR synced = 0 THEN synced_revision END, synced_digest,
    doubt_until, identity, info_sent FROM relay
  WHERE id = NEW.id;
END;

CREATE TRIGGER relay_past_of_a_deleted_row BEFORE DELETE ON relay
BEGIN
  DELETE FROM relay_past WHERE id = OLD.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent)
  VALUES (OLD.id, OLD.schema, OLD.revision,
    CASE WHEN OLD.status <> 'deleted' OR OLD.synced = 0 THEN OLD.synced_revision END, OLD.synced_digest, OLD.doubt_until, OLD.identity,
    OLD.info_sent);
END;

CREATE TRIGGER relay_goes_on_from_its_past AFTER INSERT ON relay
WHEN NEW.synced <> 0 OR NEW.sync_error <> '' OR NEW.synced_digest <> '' OR NEW.doubt_until IS NOT NULL
  OR NEW.live IS NOT NULL OR NEW.live_pushes <> 0 OR NEW.revision <> 1 OR NEW.seen_at IS NOT NULL
  OR NEW.next_look_at <> 0 OR NEW.identity <> '' OR NEW.other_identity <> '' OR NEW.info_sent <> '{}'
  OR EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id)
BEGIN
  UPDATE relay SET revision = NEW.revision, synced = 0, sync_error = '', synced_digest = '',
    doubt_until = NULL, live = NULL, live_pushes = 0, seen_at = NULL, next_look_at = 0, identity = '',
    other_identity = '', info_sent = '{}'
  WHERE id = NEW.id;
  UPDATE relay SET (revision, synced_revision, synced_digest, doubt_until, identity, info_sent) =
    (SELECT max(NEW.revision, revision) + 1, synced_revision, synced_digest, doubt_until, identity, info_sent
     FROM relay_past WHERE id = NEW.id)
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id);
END;

CREATE TRIGGER relay_columns_of_tender
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled, member_invites, admins_managed ON relay
WHEN NEW.synced > OLD.synced OR NEW.synced_revision IS NOT OLD.synced_revision
  OR NEW.synced_digest IS NOT OLD.synced_digest OR NEW.doubt_until IS NOT OLD.doubt_until
  OR NEW.live IS NOT OLD.live OR NEW.live_pushes IS NOT OLD.live_pushes OR NEW.seen_at IS NOT OLD.seen_at
  OR NEW.next_look_at IS NOT OLD.next_look_at OR NEW.identity IS NOT OLD.identity
  OR NEW.other_identity IS NOT OLD.other_identity OR NEW.info_sent IS NOT OLD.info_sent
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity and info_sent belong to tender: leave them out of the statement');
END;

CREATE TRIGGER relay_is_in_step_when_the_log_says_so BEFORE UPDATE OF synced ON relay
WHEN NEW.synced = 1 AND OLD.synced = 0 AND coalesce(
  (SELECT instr(replace(detail, '}', ','), '"revision":' || NEW.revision || ',') FROM activity
   WHERE resource_type = 'relay' AND resource_id = NEW.id
     AND activity_type IN ('complete_relay_sync', 'adopt_relay_info')
   ORDER BY seq DESC LIMIT 1), 0) = 0
BEGIN
  SELECT RAISE(ABORT, 'synced belongs to tender, which sets it when zooid has taken the newest revision: leave it out of the statement');
END;


-- zooid has deleted the relay's key, or is about to: nothing brings it back.
CREATE TRIGGER relay_stays_deleted BEFORE UPDATE OF status ON relay
WHEN OLD.status = 'deleted' AND NEW.status <> 'deleted'
BEGIN
  SELECT RAISE(ABORT, 'this relay is deleted and stays so: insert a new row with another id');
END;

CREATE TRIGGER relay_stays_deleted_when_replaced BEFORE INSERT ON relay
WHEN NEW.status <> 'deleted' AND EXISTS (SELECT 1 FROM relay WHERE id = NEW.id AND status = 'deleted')
BEGIN
  SELECT RAISE(ABORT, 'this relay is deleted and stays so: insert a new row with another id');
END;
