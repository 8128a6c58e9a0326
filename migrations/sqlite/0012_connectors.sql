-- The picture of a connector, so that every node can show it.
ALTER TABLE connector_versions ADD COLUMN icon BLOB;

-- Addresses that flows share: one for each connection, or one for all connections of a connector
-- (connection is nil). The id stands in place of a flow in deliveries that no flow takes.
CREATE TABLE shared_addresses (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  connector TEXT NOT NULL,
  connection BLOB NOT NULL,
  token TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  UNIQUE (workspace, connector, connection)
);

-- Addresses that are registered at services. What is kept with one (its secret, the number that the
-- service gave it) are the secrets of its id in flow_secrets.
CREATE TABLE subscriptions (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  -- flows with the same key share it
  key TEXT NOT NULL UNIQUE,
  -- whose address it is: a flow's, or one that flows share
  scope BLOB NOT NULL,
  -- what is to be known at the service
  settings TEXT NOT NULL,
  version TEXT NOT NULL,
  -- what is known there; null: nothing
  registered TEXT,
  -- subscribing, active, failed, leaving
  state TEXT NOT NULL,
  note TEXT,
  expires_at INTEGER,
  -- when something is to be done about it
  next_due INTEGER,
  failures INTEGER NOT NULL,
  -- raised by every change: whoever changes the row names the one it has seen
  guard INTEGER NOT NULL,
  -- the node that speaks to the service now
  node BLOB,
  epoch INTEGER NOT NULL
);
CREATE INDEX subscriptions_due ON subscriptions (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE subscription_wants (
  flow BLOB PRIMARY KEY NOT NULL,
  subscription BLOB NOT NULL,
  -- only so long: an editor listens with a draft
  until INTEGER
);
CREATE INDEX subscription_wants_of ON subscription_wants (subscription);
CREATE INDEX subscription_wants_until ON subscription_wants (until) WHERE until IS NOT NULL;
