-- Whether zooid serves what it took: NULL, not known; 0, not as it should be; 1, it does.
ALTER TABLE relay ADD COLUMN live INTEGER CHECK (live IN (0, 1));
ALTER TABLE relay ADD COLUMN live_pushes INTEGER NOT NULL DEFAULT 0 CHECK (live_pushes >= 0);

-- A fourth reason to give up. SQLite changes no CHECK in place.
CREATE TABLE dead_letter_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('relay_sync')),
  key TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('rejected', 'lost', 'exhausted', 'not_served')),
  error TEXT NOT NULL CHECK (error <> ''),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  revision INTEGER NOT NULL CHECK (revision >= 1),  -- of the relay, when it was given up
  created_at INTEGER NOT NULL,
  resolution TEXT CHECK (resolution IN ('retried', 'discarded', 'superseded')),
  resolved_at INTEGER,
  CHECK ((resolution IS NULL) = (resolved_at IS NULL))
) STRICT;

INSERT INTO dead_letter_new
SELECT id, kind, key, reason, error, attempt, revision, created_at, resolution, resolved_at FROM dead_letter;
DROP TABLE dead_letter;
ALTER TABLE dead_letter_new RENAME TO dead_letter;
CREATE UNIQUE INDEX dead_letter_open ON dead_letter (kind, key) WHERE resolution IS NULL;
CREATE INDEX dead_letter_key ON dead_letter (kind, key, id);
