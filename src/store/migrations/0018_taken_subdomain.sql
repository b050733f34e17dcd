-- The subdomain under which zooid took a relay last; '': not known, or zooid has no such relay. It tells who has the host that
-- zooid refuses to give to another relay, and no two rows have the same one.
ALTER TABLE relay ADD COLUMN taken_subdomain TEXT NOT NULL DEFAULT '';
ALTER TABLE relay_past ADD COLUMN taken_subdomain TEXT NOT NULL DEFAULT '';
UPDATE relay SET taken_subdomain = subdomain WHERE synced = 1 AND status <> 'deleted';
CREATE INDEX relay_taken_subdomain ON relay (taken_subdomain) WHERE taken_subdomain <> '';
CREATE INDEX relay_parked ON relay (id) WHERE taken_subdomain GLOB 'tender-parked-*';

DROP TRIGGER relay_past_of_a_replaced_row;
CREATE TRIGGER relay_past_of_a_replaced_row BEFORE INSERT ON relay
WHEN EXISTS (SELECT 1 FROM relay WHERE id = NEW.id)
BEGIN
  DELETE FROM relay_past WHERE id = NEW.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent, taken_subdomain)
  SELECT id, schema, revision, CASE WHEN status <> 'deleted' OR synced = 0 THEN synced_revision END, synced_digest,
    doubt_until, identity, info_sent, taken_subdomain FROM relay
  WHERE id = NEW.id;
END;

DROP TRIGGER relay_past_of_a_deleted_row;
CREATE TRIGGER relay_past_of_a_deleted_row BEFORE DELETE ON relay
BEGIN
  DELETE FROM relay_past WHERE id = OLD.id;
  INSERT INTO relay_past (id, schema, revision, synced_revision, synced_digest, doubt_until, identity, info_sent, taken_subdomain)
  VALUES (OLD.id, OLD.schema, OLD.revision,
    CASE WHEN OLD.status <> 'deleted' OR OLD.synced = 0 THEN OLD.synced_revision END, OLD.synced_digest, OLD.doubt_until, OLD.identity,
    OLD.info_sent, OLD.taken_subdomain);
END;

DROP TRIGGER relay_goes_on_from_its_past;
CREATE TRIGGER relay_goes_on_from_its_past AFTER INSERT ON relay
WHEN NEW.synced <> 0 OR NEW.sync_error <> '' OR NEW.synced_digest <> '' OR NEW.doubt_until IS NOT NULL
  OR NEW.live IS NOT NULL OR NEW.live_pushes <> 0 OR NEW.revision <> 1 OR NEW.seen_at IS NOT NULL
  OR NEW.next_look_at <> 0 OR NEW.identity <> '' OR NEW.other_identity <> '' OR NEW.info_sent <> '{}'
  OR NEW.taken_subdomain <> '' OR EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id)
BEGIN
  UPDATE relay SET revision = NEW.revision, synced = 0, sync_error = '', synced_digest = '',
    doubt_until = NULL, live = NULL, live_pushes = 0, seen_at = NULL, next_look_at = 0, identity = '',
    other_identity = '', info_sent = '{}', taken_subdomain = ''
  WHERE id = NEW.id;
  UPDATE relay SET (revision, synced_revision, synced_digest, doubt_until, identity, info_sent, taken_subdomain) =
    (SELECT max(NEW.revision, revision) + 1, synced_revision, synced_digest, doubt_until, identity, info_sent,
       iif(EXISTS (SELECT 1 FROM relay WHERE taken_subdomain = relay_past.taken_subdomain AND taken_subdomain <> ''), '', taken_subdomain)
     FROM relay_past WHERE id = NEW.id)
  WHERE id = NEW.id AND EXISTS (SELECT 1 FROM relay_past WHERE id = NEW.id);
END;

DROP TRIGGER relay_columns_of_tender;
CREATE TRIGGER relay_columns_of_tender
BEFORE UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled, member_invites, admins_managed, drift ON relay
WHEN NEW.synced > OLD.synced OR NEW.synced_revision IS NOT OLD.synced_revision
  OR NEW.synced_digest IS NOT OLD.synced_digest OR NEW.doubt_until IS NOT OLD.doubt_until
  OR NEW.live IS NOT OLD.live OR NEW.live_pushes IS NOT OLD.live_pushes OR NEW.seen_at IS NOT OLD.seen_at
  OR NEW.next_look_at IS NOT OLD.next_look_at OR NEW.identity IS NOT OLD.identity
  OR NEW.other_identity IS NOT OLD.other_identity OR NEW.info_sent IS NOT OLD.info_sent
  OR NEW.taken_subdomain IS NOT OLD.taken_subdomain
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity, info_sent and taken_subdomain belong to tender: leave them out of the statement');
END;
