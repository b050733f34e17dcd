-- Lists of relays are read a page at a time, in the order of age: each page is a search in one of these.
CREATE INDEX relay_by_age ON relay (created_at, id);
DROP INDEX relay_pending;
CREATE INDEX relay_pending ON relay (created_at, id) WHERE synced = 0;
DROP INDEX relay_in_doubt;
CREATE INDEX relay_in_doubt ON relay (created_at, id) WHERE settle_at IS NOT NULL;

-- `tender status` counts these, and what is not in one of them; none is large in a fleet that is well.
CREATE INDEX relay_not_served ON relay (id) WHERE live = 0;
CREATE INDEX relay_not_looked_at ON relay (id) WHERE synced = 1 AND live IS NULL;

-- Open dead letters are read a page at a time, too.
CREATE INDEX dead_letter_open_by_id ON dead_letter (id) WHERE resolution IS NULL;

-- Rows of the outbox that another program broke, with the checks off: Outbox::mend looks for them at each start.
CREATE INDEX outbox_odd ON outbox (key)
WHERE kind NOT IN ('relay_sync', 'relay_check') OR generation < 1 OR priority NOT IN (0, 1, 2) OR attempt < 0
  OR asked_seq < 0 OR forced NOT IN (0, 1) OR recreate NOT IN (0, 1) OR (attempt = 0) <> (last_error IS NULL);
