-- Claims ask for one kind at one priority: where the clock stands is then one place of one index, however much waits.
DROP INDEX outbox_by_priority;
DROP INDEX outbox_by_wait;
CREATE INDEX outbox_due ON outbox (kind, priority, not_before, asked_seq);
