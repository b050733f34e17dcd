-- Commands that are carried out later: `--at`, `--in` and `--every` of the command line. A sidecar carries out what is due, and what became due while none ran.
CREATE TABLE schedule (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  command TEXT NOT NULL CHECK (length(command) > 0),  -- 'deactivate_relay', …; a newer tender may know others
  relay_id TEXT NOT NULL DEFAULT '',                  -- the relay that it is about; '': none in particular
  options TEXT NOT NULL DEFAULT '{}',                 -- JSON object: what else the command takes
  principal TEXT NOT NULL DEFAULT '',                 -- who asked for it
  created_at INTEGER NOT NULL,                        -- milliseconds UTC, as everywhere
  cron TEXT NOT NULL DEFAULT '',                      -- when it repeats; '': it does not
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed', 'cancelled')),
  next_at INTEGER CHECK ((next_at IS NOT NULL) = (state = 'waiting')),
  last_run_at INTEGER,
  last_error TEXT NOT NULL DEFAULT '',                -- of the last run; '': it was well, or there was none
  ended_at INTEGER CHECK ((ended_at IS NULL) = (state = 'waiting'))
) STRICT;
CREATE INDEX schedule_due ON schedule (next_at, id) WHERE state = 'waiting';
CREATE INDEX schedule_of_relay ON schedule (relay_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX schedule_ended ON schedule (ended_at) WHERE state <> 'waiting';
