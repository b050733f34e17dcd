-- When the destination last showed that it works, so that nobody takes an old belief for a fresh one.
ALTER TABLE destination_state ADD COLUMN answered_at INTEGER;
