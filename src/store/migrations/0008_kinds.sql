-- Work of any kind towards any destination. Which kinds and destinations there are is the program's to know: a CHECK
-- that lists them would mean a rebuilt table for each new one.
CREATE TABLE outbox_new (
  kind TEXT NOT NULL CHECK (kind <> ''),
  key TEXT NOT NULL,
  destination TEXT NOT NULL DEFAULT 'zooid' CHECK (destination <> ''),  -- what can fail as a whole
  generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
  priority INTEGER NOT NULL DEFAULT 1 CHECK (priority IN (0, 1, 2)),    -- 0 urgent, 1 normal, 2 bulk
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),              -- failures behind it
  not_before INTEGER NOT NULL,
  asked_seq INTEGER NOT NULL DEFAULT 0 CHECK (asked_seq >= 0),          -- the activity that asked last
  forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),           -- send even what did not change
  recreate INTEGER NOT NULL DEFAULT 0 CHECK (recreate IN (0, 1)),       -- recreate what zooid lost
  payload TEXT NOT NULL DEFAULT '{}' CHECK (payload GLOB '{*}'),        -- a JSON object, as the kind needs it
  policy TEXT NOT NULL DEFAULT '{}' CHECK (policy GLOB '{*}'),          -- a JSON object: retries of this row's own
  last_error TEXT,
  PRIMARY KEY (kind, key),
  CHECK ((attempt = 0) = (last_error IS NULL))
) STRICT, WITHOUT ROWID;

-- A program that turned the checks off may have left values that they forbid: Outbox::mend resets them likewise.
INSERT INTO outbox_new (kind, key, generation, priority, attempt, not_before, asked_seq, forced, recreate, last_error)
SELECT kind, key, max(generation, 1), CASE WHEN priority IN (0, 1, 2) THEN priority ELSE 2 END,
  CASE WHEN attempt > 0 AND last_error IS NOT NULL THEN attempt ELSE 0 END, not_before, max(asked_seq, 0), forced <> 0,
  recreate = 1, CASE WHEN attempt > 0 THEN last_error END
FROM outbox WHERE kind <> '';
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (kind, destination, priority, not_before, asked_seq);
CREATE INDEX outbox_odd ON outbox (key)
WHERE generation < 1 OR priority NOT IN (0, 1, 2) OR attempt < 0
  OR asked_seq < 0 OR forced NOT IN (0, 1) OR recreate NOT IN (0, 1) OR (attempt = 0) <> (last_error IS NULL);

-- What is known of each destination, for `tender status` and for the next process. No row: it is well.
CREATE TABLE destination_state (
  destination TEXT PRIMARY KEY NOT NULL CHECK (destination <> ''),
  failing_since INTEGER,
  reason TEXT NOT NULL DEFAULT '',
  probe_at INTEGER,
  paused_until INTEGER,
  stores_nothing INTEGER NOT NULL DEFAULT 0 CHECK (stores_nothing IN (0, 1)),
  concurrency INTEGER CHECK (concurrency >= 1),  -- the limit now; NULL: not known
  CHECK ((failing_since IS NULL) = (probe_at IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO destination_state
SELECT 'zooid', failing_since, reason, probe_at, paused_until, stores_nothing, concurrency FROM host_state
WHERE (failing_since IS NULL) = (probe_at IS NULL) AND stores_nothing IN (0, 1) AND coalesce(concurrency, 1) >= 1;
DROP TABLE host_state;

-- Until when the outcome of a request is unknown. (To settle is what the dispatcher does with a result.)
ALTER TABLE relay RENAME COLUMN settle_at TO doubt_until;
ALTER TABLE relay_past RENAME COLUMN settle_at TO doubt_until;
DROP TRIGGER relay_columns_of_tender;
CREATE TRIGGER relay_columns_of_tender
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled ON relay
WHEN NEW.synced > OLD.synced OR NEW.synced_revision IS NOT OLD.synced_revision
  OR NEW.synced_digest IS NOT OLD.synced_digest OR NEW.doubt_until IS NOT OLD.doubt_until
  OR NEW.live IS NOT OLD.live OR NEW.live_pushes IS NOT OLD.live_pushes
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, doubt_until, live and live_pushes belong to tender: leave them out of the statement');
END;
