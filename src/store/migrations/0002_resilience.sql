-- What it takes to stay right on bad days: a third priority, the order of asking, checks that a relay is
-- served, requests whose outcome is unknown, and what is known of the host.
CREATE TABLE outbox_new (
  kind TEXT NOT NULL CHECK (kind IN ('relay_sync', 'relay_check')),
  key TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
  priority INTEGER NOT NULL DEFAULT 1 CHECK (priority IN (0, 1, 2)),  -- 0 urgent, 1 normal, 2 bulk
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),            -- failures behind it
  not_before INTEGER NOT NULL,
  asked_seq INTEGER NOT NULL DEFAULT 0 CHECK (asked_seq >= 0),        -- the activity that asked last
  forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),         -- send even what did not change
  recreate INTEGER NOT NULL DEFAULT 0 CHECK (recreate IN (0, 1)),     -- make anew what zooid lost
  last_error TEXT,
  PRIMARY KEY (kind, key),
  CHECK ((attempt = 0) = (last_error IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO outbox_new (kind, key, generation, priority, attempt, not_before, forced, recreate, last_error)
SELECT kind, key, generation, priority, attempt, not_before, forced, recreate, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_by_priority ON outbox (priority, not_before, asked_seq);
CREATE INDEX outbox_by_wait ON outbox (not_before, asked_seq);

-- A request went out, and whether zooid applied it is not known for certain: only a definite answer to a
-- request that was begun at settle_at or later ends the doubt. NULL: no doubt.
ALTER TABLE relay ADD COLUMN settle_at INTEGER;
CREATE INDEX relay_in_doubt ON relay (settle_at) WHERE settle_at IS NOT NULL;

-- What the circuit breaker knows, for `tender status` and for the next process.
CREATE TABLE host_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  failing_since INTEGER,
  reason TEXT NOT NULL DEFAULT '',
  probe_at INTEGER,
  paused_until INTEGER,
  CHECK ((failing_since IS NULL) = (probe_at IS NULL))
) STRICT;

INSERT INTO host_state (id) VALUES (1);
