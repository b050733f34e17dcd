-- A relay may have an answer of its own when zooid shows something else than its row; '': what RELAY_DRIFT says. zooid is not
-- told of it, so a change of it is no new revision. ADD COLUMN with a CHECK checks all rows: those of other programs that
-- break a CHECK stay as they are.
PRAGMA ignore_check_constraints = ON;
ALTER TABLE relay ADD COLUMN drift TEXT NOT NULL DEFAULT ''
  CHECK (drift IN ('', 'auto', 'enforce', 'adopt', 'report'));
PRAGMA ignore_check_constraints = OFF;

-- The new answer is given at the next turn of the sweep, and not an hour later.
CREATE TRIGGER relay_is_looked_at_with_its_new_answer AFTER UPDATE OF drift ON relay
WHEN NEW.drift IS NOT OLD.drift
BEGIN
  UPDATE relay SET next_look_at = 0 WHERE id = NEW.id;
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
BEGIN
  SELECT RAISE(ABORT, 'synced, synced_revision, synced_digest, doubt_until, live, live_pushes, seen_at, next_look_at, identity, other_identity and info_sent belong to tender: leave them out of the statement');
END;
