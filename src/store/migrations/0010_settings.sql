-- What the environment contributed to the relays' configuration in zooid when they were sent: a change of it is a
-- change of every relay that it concerns. Secrets are only in the digest.
CREATE TABLE setting (
  name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),  -- RELAY_DOMAIN, BLOSSOM_S3, LIVEKIT
  digest TEXT NOT NULL,                               -- of all its values; empty: it was not set; mixed: not of all relays
  shown TEXT NOT NULL DEFAULT '',                     -- for people
  accepted TEXT NOT NULL DEFAULT ''                   -- the digest that a person has agreed to, if it differs
) STRICT, WITHOUT ROWID;
