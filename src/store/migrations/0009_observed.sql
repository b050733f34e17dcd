-- What tender has seen of each relay, and when. A row says what should be; these columns say what is.
ALTER TABLE relay ADD COLUMN seen_at INTEGER;  -- when a look last told whether zooid serves it; NULL: never
ALTER TABLE relay ADD COLUMN next_look_at INTEGER NOT NULL DEFAULT 0;  -- of the sweep (RELAY_SWEEP)

-- The public key of the relay's secret in zooid, as NIP-11 shows it (`self`): the one that was seen first, and
-- another that is shown instead.
ALTER TABLE relay ADD COLUMN identity TEXT NOT NULL DEFAULT ''
  CHECK (identity = '' OR (length(identity) = 64 AND identity NOT GLOB '*[^0-9a-f]*'));
ALTER TABLE relay ADD COLUMN other_identity TEXT NOT NULL DEFAULT ''
  CHECK (other_identity = '' OR (length(other_identity) = 64 AND other_identity NOT GLOB '*[^0-9a-f]*'));

-- Of each field that the relay's owner may change in zooid, digests of the values that tender sent since it last saw
-- zooid serve the newest. A value that is not among them is somebody else's.
ALTER TABLE relay ADD COLUMN info_sent TEXT NOT NULL DEFAULT '{}' CHECK (info_sent GLOB '{*}');

CREATE INDEX relay_next_look ON relay (next_look_at, id) WHERE synced = 1;
CREATE INDEX relay_seen ON relay (seen_at) WHERE synced = 1 AND live IS NOT NULL;
CREATE INDEX relay_other_identity ON relay (id) WHERE other_identity <> '';

ALTER TABLE relay_past ADD COLUMN identity TEXT NOT NULL DEFAULT '';
ALTER TABLE relay_past ADD COLUMN info_sent TEXT NOT NULL DEFAULT '{}';

DROP TRIGGER relay_past_of_a_replaced_row;
CREATE TRIGGER relay_past_of_a_replaced_row BEFORE INSERT ON relay
WHEN EXISTS (SELECT 1 FROM relay WHERE id = NEW.id)
BEGIN
  DELETE FROM relay_past WHERE id = NEW.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent)
  SELECT id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent FROM relay
  WHERE id = NEW.id;
END;

DROP TRIGGER relay_past_of_a_deleted_row;
CREATE TRIGGER relay_past_of_a_deleted_row BEFORE DELETE ON relay
BEGIN
  DELETE FROM relay_past WHERE id = OLD.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent)
  VALUES (OLD.id, OLD.schema, OLD.revision, OLD.synced_revision, OLD.synced_digest, OLD.doubt_until, OLD.identity,
    OLD.info_sent);
END;

DROP TRIGGER relay_goes_on_from_its_past;
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

DROP TRIGGER relay_columns_of_tender;
CREATE TRIGGER relay_columns_of_tender
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled ON relay
WHEN NEW.synced > OLD.synced OR NEW.synced_revision IS NOT OLD.synced_revision
  OR NEW.synced_digest IS NOT OLD.synced_digest OR NEW.doubt_until IS NOT OLD.doubt_until
  OR NEW.live IS NOT OLD.live OR NEW.live_pushes IS NOT OLD.live_pushes OR NEW.seen_at IS NOT OLD.seen_at
  OR NEW.next_look_at IS NOT OLD.next_look_at OR NEW.identity IS NOT OLD.identity
  OR NEW.other_identity IS NOT OLD.other_identity OR NEW.info_sent IS NOT OLD.info_sent
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity and info_sent belong to tender: leave them out of the statement');
END;

-- Or when tender took over what zooid has already.
DROP TRIGGER relay_is_in_step_when_the_log_says_so;
CREATE TRIGGER relay_is_in_step_when_the_log_says_so BEFORE UPDATE OF synced ON relay
WHEN NEW.synced = 1 AND OLD.synced = 0 AND coalesce(
  (SELECT instr(replace(detail, '}', ','), '"revision":' || NEW.revision || ',') FROM activity
   WHERE resource_type = 'relay' AND resource_id = NEW.id
     AND activity_type IN ('complete_relay_sync', 'adopt_relay_info')
   ORDER BY seq DESC LIMIT 1), 0) = 0
BEGIN
  SELECT RAISE(ABORT, 'synced belongs to tender, which sets it when zooid has taken the newest revision: leave it out of the statement');
END;
