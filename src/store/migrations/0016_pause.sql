-- While the row holds, tender sends nothing that writes to zooid: `tender pause`, until `tender resume` removes it.
CREATE TABLE pause (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  since INTEGER NOT NULL,                               -- milliseconds UTC, as everywhere
  until INTEGER CHECK (until > since),                  -- it ends by itself then; NULL: it does not
  reason TEXT NOT NULL DEFAULT '',                      -- for people
  quiet INTEGER NOT NULL DEFAULT 0 CHECK (quiet IN (0, 1))  -- a sidecar has said that nothing is under way any more
) STRICT;
