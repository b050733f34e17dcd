-- Whatever SQL a writer uses (REPLACE, upsert, DELETE and INSERT; recursive_triggers on or off): no revision is
-- used twice for an id, no relay takes another relay's row away, and a relay is in step only when zooid has
-- taken its newest revision. These rules are triggers, because SQLite cannot change a CHECK in place and older
-- rows that break a rule must stay: zooid has their data. `tender check` names them.

-- What outlives a row that is deleted or replaced. To zooid the same id is the same relay: when the id comes
-- back, it goes on from here.
CREATE TABLE relay_past (
  id TEXT PRIMARY KEY NOT NULL,
  schema TEXT NOT NULL,
  revision INTEGER NOT NULL,
  synced_revision INTEGER,
  synced_digest TEXT NOT NULL,
  settle_at INTEGER
) STRICT, WITHOUT ROWID;

-- REPLACE deletes rows without a DELETE trigger, unless the writer has recursive_triggers on. But the old row
-- is still there before the insert. (When the insert becomes an update or nothing, this stores what is there.)
CREATE TRIGGER relay_past_of_a_replaced_row BEFORE INSERT ON relay
WHEN EXISTS (SELECT 1 FROM relay WHERE id = NEW.id)
BEGIN
  DELETE FROM relay_past WHERE id = NEW.id;
  INSERT INTO relay_past
  SELECT id, schema, revision, synced_revision, synced_digest, settle_at FROM relay WHERE id = NEW.id;
END;

CREATE TRIGGER relay_past_of_a_deleted_row BEFORE DELETE ON relay
BEGIN
  DELETE FROM relay_past WHERE id = OLD.id;
  INSERT INTO relay_past VALUES
    (OLD.id, OLD.schema, OLD.revision, OLD.synced_revision, OLD.synced_digest, OLD.settle_at);
END;

-- What a writer says about zooid is ignored, except synced_revision on an id that tender has never seen:
-- it says that zooid has the relay already, so that it is not created again.
CREATE TRIGGER relay_goes_on_from_its_past AFTER INSERT ON relay
WHEN NEW.synced <> 0 OR NEW.sync_error <> '' OR NEW.synced_digest <> '' OR NEW.settle_at IS NOT NULL
  OR NEW.live IS NOT NULL OR NEW.live_pushes <> 0 OR NEW.revision <> 1
  OR EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id)
BEGIN
  UPDATE relay SET revision = NEW.revision, synced = 0, sync_error = '', synced_digest = '',
    settle_at = NULL, live = NULL, live_pushes = 0
  WHERE id = NEW.id;
  UPDATE relay SET (revision, synced_revision, synced_digest, settle_at) =
    (SELECT max(NEW.revision, revision) + 1, synced_revision, synced_digest, settle_at
     FROM relay_past WHERE id = NEW.id)
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id);
END;

-- As in 0001, but also when the statement itself sets revision or sync_error.
DROP TRIGGER relay_revision_goes_up;
CREATE TRIGGER relay_revision_goes_up
AFTER UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled ON relay
BEGIN
  UPDATE relay SET revision = max(NEW.revision, 0) + 1, synced = 0, sync_error = '' WHERE id = NEW.id;
END;

-- It goes up by one, or to where the id left off, so that it stays far below the largest integer.
CREATE TRIGGER relay_revision_never_goes_back BEFORE UPDATE OF revision ON relay
WHEN NEW.revision < OLD.revision OR (NEW.revision > OLD.revision + 1
  AND NEW.revision IS NOT (SELECT revision + 1 FROM relay_past WHERE id = NEW.id))
BEGIN
  SELECT RAISE(ABORT, 'a relay''s revision belongs to tender and never goes back: leave it out of the statement');
END;

-- A program that writes back a whole row would also write back old values of tender's columns.
CREATE TRIGGER relay_columns_of_tender
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled ON relay
WHEN NEW.synced > OLD.synced OR NEW.synced_revision IS NOT OLD.synced_revision
  OR NEW.synced_digest IS NOT OLD.synced_digest OR NEW.settle_at IS NOT OLD.settle_at
  OR NEW.live IS NOT OLD.live OR NEW.live_pushes IS NOT OLD.live_pushes
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, settle_at, live and live_pushes belong to tender: leave them out of the statement');
END;

-- The log says so with {"revision":7,...}. (Not by a JSON function: with trusted_schema off, triggers may not call one.)
CREATE TRIGGER relay_is_in_step_when_the_log_says_so BEFORE UPDATE OF synced ON relay
WHEN NEW.synced = 1 AND OLD.synced = 0 AND coalesce(
  (SELECT instr(replace(detail, '}', ','), '"revision":' || NEW.revision || ',') FROM activity
   WHERE resource_type = 'relay' AND resource_id = NEW.id AND activity_type = 'complete_relay_sync'
   ORDER BY seq DESC LIMIT 1), 0) = 0
BEGIN
  SELECT RAISE(ABORT, 'synced belongs to tender, which sets it when zooid has taken the newest revision: leave it out of the statement');
END;

-- REPLACE would delete the other row silently, and zooid would go on serving that relay.
CREATE TRIGGER relay_takes_no_other_row_away BEFORE INSERT ON relay
BEGIN
  SELECT RAISE(ABORT, 'another relay has this subdomain: choose another one, or first change or delete that relay')
  WHERE EXISTS (SELECT 1 FROM relay WHERE subdomain = NEW.subdomain AND id IS NOT NEW.id);
  SELECT RAISE(ABORT, 'another relay has this schema: choose another one, zooid keeps that relay''s data under it')
  WHERE EXISTS (SELECT 1 FROM relay WHERE schema = NEW.schema AND id IS NOT NEW.id);
  SELECT RAISE(ABORT, 'another relay has this rowid: leave it out of the statement')
  WHERE NEW.rowid <> -1 AND EXISTS (SELECT 1 FROM relay WHERE rowid = NEW.rowid AND id IS NOT NEW.id);
END;

-- A rowid that is not given reads as -1 above, so no row may have that one.
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
WHEN EXISTS (SELECT 1 FROM relay WHERE subdomain = NEW.subdomain AND id IS NOT OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'another relay has this subdomain: choose another one, or first change or delete that relay');
END;

CREATE TRIGGER relay_rowid_is_immutable BEFORE UPDATE ON relay
WHEN NEW.rowid IS NOT OLD.rowid
BEGIN
  SELECT RAISE(ABORT, 'the rowid of a relay never changes: leave it out of the statement');
END;

-- Also across DELETE and INSERT, and REPLACE: see relay_identity_is_immutable.
CREATE TRIGGER relay_identity_outlives_its_row BEFORE INSERT ON relay
WHEN NEW.schema IS NOT coalesce((SELECT schema FROM relay WHERE id = NEW.id),
                                (SELECT schema FROM relay_past WHERE id = NEW.id), NEW.schema)
BEGIN
  SELECT RAISE(ABORT, 'a relay''s id and schema never change: give this id the schema that it had, or use another id');
END;

-- zooid names its tables after the schema without the underscores at its ends: x, x_ and _x would share
-- tables, and zooid cannot start with _1x. So a new schema has lowercase letters, digits and single underscores,
-- begins with a letter and does not end with an underscore.
CREATE INDEX relay_odd_schema ON relay (trim(schema, '_'))
WHERE schema GLOB '*__*' OR schema NOT GLOB '[a-z]*' OR schema GLOB '*_';
CREATE INDEX relay_past_odd_schema ON relay_past (trim(schema, '_'))
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

-- length() and GLOB, and so the CHECKs, stop at a NUL and do not see what follows it.
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
