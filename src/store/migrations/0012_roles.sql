-- Who may do what in a relay: whether its members may invite others, and who administers it beside its owner.
-- (A new column makes SQLite check all rows, also those of other programs that break a check.)
PRAGMA ignore_check_constraints = ON;
ALTER TABLE relay ADD COLUMN member_invites INTEGER NOT NULL DEFAULT 1 CHECK (member_invites IN (0, 1));

-- 1: the list in relay_admin is the whole list, even when it is empty. 0: tender says nothing of admins to zooid.
ALTER TABLE relay ADD COLUMN admins_managed INTEGER NOT NULL DEFAULT 0 CHECK (admins_managed IN (0, 1));
PRAGMA ignore_check_constraints = OFF;

CREATE TABLE relay_admin (
  relay_id TEXT NOT NULL,
  pubkey TEXT NOT NULL CHECK (length(pubkey) = 64 AND pubkey NOT GLOB '*[^0-9a-f]*'),
  PRIMARY KEY (relay_id, pubkey)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER relay_admin_has_a_relay BEFORE INSERT ON relay_admin
WHEN NOT EXISTS (SELECT 1 FROM relay WHERE id = NEW.relay_id)
BEGIN
  SELECT RAISE(ABORT, 'there is no relay with this relay_id: insert the relay first');
END;

CREATE TRIGGER relay_admin_is_inserted_or_deleted BEFORE UPDATE ON relay_admin
BEGIN
  SELECT RAISE(ABORT, 'rows of relay_admin do not change: delete the row and insert another one');
END;

-- A change of the list is a change of the relay.
CREATE TRIGGER relay_gets_an_admin AFTER INSERT ON relay_admin
BEGIN
  UPDATE relay SET admins_managed = 1 WHERE id = NEW.relay_id;
END;

CREATE TRIGGER relay_loses_an_admin AFTER DELETE ON relay_admin
BEGIN
  UPDATE relay SET admins_managed = 1 WHERE id = OLD.relay_id;
END;

DROP TRIGGER relay_revision_goes_up;
CREATE TRIGGER relay_revision_goes_up
AFTER UPDATE OF tenant, subdomain, plan, status, info_name, info_icon, info_description,
  policy_public_join, policy_strip_signatures, policy_public_read, policy_public_write, groups_enabled,
  management_enabled, push_enabled, blossom_enabled, livekit_enabled, member_invites, admins_managed ON relay
WHEN OLD.status <> 'deleted'
BEGIN
  UPDATE relay SET revision = max(NEW.revision, 0) + 1, synced = 0, sync_error = '' WHERE id = NEW.id;
END;

DROP TRIGGER relay_columns_of_tender;
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
