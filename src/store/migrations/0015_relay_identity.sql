-- When zooid shows who has a host that another relay is to get.
CREATE INDEX relay_identity ON relay (identity) WHERE identity <> '';
