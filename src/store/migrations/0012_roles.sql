-- Who may do what in a relay: relay.member_invites says whether its members may invite others, and this table who
-- administers it beside its owner. relay.admins_managed is 1 when the list is the whole list, even an empty one; 0: tender
-- says nothing of admins to zooid.
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
