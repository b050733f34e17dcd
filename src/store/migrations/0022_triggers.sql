-- Triggers: who wants which events as webhooks. Changed with tender's commands, which keep trigger_event in step; `enabled` may be set in SQL, too.
CREATE TABLE trigger (
  id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  url TEXT NOT NULL CHECK (url <> ''),
  origin TEXT NOT NULL CHECK (origin <> ''),         -- scheme, host and port of the URL: the destination of its deliveries
  events TEXT NOT NULL CHECK (events <> ''),         -- patterns of activity types
  filter TEXT NOT NULL DEFAULT '',
  policy TEXT NOT NULL DEFAULT '{}' CHECK (policy GLOB '{*}'),  -- what differs from the defaults of the events' types
  secret TEXT NOT NULL CHECK (secret <> ''),         -- encrypted, or env:NAME
  old_secret TEXT CHECK (old_secret <> ''),          -- signs as well while receivers change to the new one
  handles_dead_letters INTEGER NOT NULL DEFAULT 0 CHECK (handles_dead_letters IN (0, 1)),
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  disabled_reason TEXT NOT NULL DEFAULT '',          -- of the one who disabled it
  registered_by TEXT NOT NULL DEFAULT '',            -- the principal
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trigger_origin ON trigger (origin);

-- Which triggers to read for an event: of its type, and those of '*', whose patterns are then looked at.
CREATE TABLE trigger_event (
  activity_type TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  PRIMARY KEY (activity_type, trigger_id)
) STRICT, WITHOUT ROWID;

-- Deliveries that have ended well, or were dropped, kept for TRIGGER_DELIVERY_TTL.
CREATE TABLE delivery (
  webhook_id TEXT PRIMARY KEY NOT NULL,
  trigger_id TEXT NOT NULL,
  seq INTEGER NOT NULL,                              -- of the activity that it tells
  activity_type TEXT NOT NULL,
  depth INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  result TEXT NOT NULL,                              -- delivered, dropped
  note TEXT NOT NULL DEFAULT '',
  finished_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_age ON delivery (finished_at);
CREATE INDEX delivery_trigger ON delivery (trigger_id, finished_at);

-- By which webhook an activity was caused, and how many webhooks led to it.
ALTER TABLE activity ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN depth INTEGER NOT NULL DEFAULT 0 CHECK (depth >= 0);
CREATE INDEX activity_cause ON activity (cause, seq) WHERE cause <> '';

-- Work that is given up at that time, even if it could not be tried. NULL: it waits for as long as it takes.
ALTER TABLE outbox ADD COLUMN expires_at INTEGER;
CREATE INDEX outbox_expiry ON outbox (kind, expires_at) WHERE expires_at IS NOT NULL;

-- What is needed to do the work again, where the key does not say it; and what became of the handlers that were told.
ALTER TABLE dead_letter ADD COLUMN payload TEXT NOT NULL DEFAULT '{}' CHECK (payload GLOB '{*}');
ALTER TABLE dead_letter ADD COLUMN handler_failed TEXT;
