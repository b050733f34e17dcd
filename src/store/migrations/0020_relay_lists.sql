-- The relays of one tenant, and the deleted ones, are listed page by page, oldest first.
CREATE INDEX relay_by_tenant ON relay (tenant, created_at, id) WHERE (status <> 'deleted' OR synced = 0);
CREATE INDEX relay_deleted_by_age ON relay (created_at, id) WHERE status = 'deleted';
