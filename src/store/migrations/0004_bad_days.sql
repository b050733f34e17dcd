-- What a real zooid does on bad days: it fails to store what it is told, and bears few requests at a time.
ALTER TABLE host_state ADD COLUMN stores_nothing INTEGER NOT NULL DEFAULT 0 CHECK (stores_nothing IN (0, 1));
ALTER TABLE host_state ADD COLUMN concurrency INTEGER CHECK (concurrency >= 1);  -- the limit now; NULL: not known

-- A fifth reason to give up: torn. Which reasons there are is the program's to know; SQLite changes no CHECK in
-- place, and a rebuilt table for each new one would be a high price.
CREATE TABLE dead_letter_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind <> ''),
  key TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
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
