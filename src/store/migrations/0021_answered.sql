-- What tender says of a destination rests on its last answer, so that is kept: when it last showed that it works.
ALTER TABLE destination_state ADD COLUMN answered_at INTEGER;  -- milliseconds UTC, to about a minute; NULL: not yet
