-- Lists of relays are read a page at a time, in the order of age: each page is a search in one of these.
CREATE INDEX relay_by_age ON relay (created_at, id);
DROP INDEX relay_pending;
CREATE INDEX relay_pending ON relay (created_at, id) WHERE synced = 0;
DROP INDEX relay_in_doubt;
CREATE INDEX relay_in_doubt ON relay (created_at, id) WHERE settle_at IS NOT NULL;

-- `tender status` counts these, and what is not in one of them; none is large in a fleet that is well.
CREATE INDEX relay_not_served ON relay (id) WHERE live = 0;
CREATE INDEX relay_not_looked_at ON relay (id) WHERE synced = 1 AND live IS NULL;
