-- Raised when something else is wanted of an address while a node speaks to the service: what came of
-- the call is kept, and what is wanted now is done next.
ALTER TABLE subscriptions ADD COLUMN wish INTEGER NOT NULL DEFAULT 0;
-- Whose fields are told to the service: looked at again when they change.
ALTER TABLE subscriptions ADD COLUMN connection BLOB;
CREATE INDEX subscriptions_connection ON subscriptions (connection) WHERE connection IS NOT NULL;
