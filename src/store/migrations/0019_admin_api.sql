-- Who caused an activity: 'npub1…' or 'token' (the admin API), 'cli:UID' (the command line), and '': tender itself, or another program.
ALTER TABLE activity ADD COLUMN principal TEXT NOT NULL DEFAULT '';

-- What a write of the admin API answered, so that a client that sends it again (Idempotency-Key) gets the same answer and nothing is done twice.
CREATE TABLE idempotent_answer (
  principal TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request TEXT NOT NULL,  -- SHA-256 of method, target and body
  status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
  location TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (principal, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX idempotent_answer_age ON idempotent_answer (created_at);
