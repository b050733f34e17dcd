-- `tender status` counts the relays that are in step and inactive or delinquent apart from those that are served.
CREATE INDEX relay_off ON relay (live, seen_at) WHERE synced = 1 AND status <> 'active' AND status <> 'deleted';
