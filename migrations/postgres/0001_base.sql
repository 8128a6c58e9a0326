-- Ids are UUIDv7, times microseconds since 1970, documents JSON text.
-- No foreign keys: rows of one commit are written in bulk, and retention deletes in slices.
CREATE TABLE workspaces (
  id UUID PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO workspaces (id, name, created_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'default', 0);

CREATE TABLE settings (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
);

-- scope: the nil id for the whole database, else a flow.
CREATE TABLE counters (
  scope UUID NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (scope, name)
);
INSERT INTO counters (scope, name, value)
VALUES ('00000000-0000-0000-0000-000000000000', 'generation', 1);

CREATE TABLE connections (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  name TEXT NOT NULL,
  connector TEXT NOT NULL,
  method TEXT NOT NULL,
  fields TEXT NOT NULL,
  secrets BYTEA NOT NULL,
  state TEXT NOT NULL,
  note TEXT,
  generation BIGINT NOT NULL,
  UNIQUE (workspace, name)
);

CREATE TABLE connector_versions (
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  manifest TEXT NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE flows (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  draft TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  generation BIGINT NOT NULL
);

CREATE TABLE flow_versions (
  flow UUID NOT NULL,
  version BIGINT NOT NULL,
  document TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (flow, version)
);

CREATE TABLE flow_secrets (
  flow UUID NOT NULL,
  name TEXT NOT NULL,
  value BYTEA NOT NULL,
  PRIMARY KEY (flow, name)
);

CREATE TABLE addresses (
  token TEXT PRIMARY KEY NOT NULL,
  flow UUID NOT NULL,
  expires_at BIGINT
);
CREATE INDEX addresses_flow ON addresses (flow);

CREATE TABLE deliveries (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  received_at BIGINT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  headers TEXT NOT NULL,
  remote_ip TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT,
  answer TEXT NOT NULL,
  copy_of UUID,
  sealed BIGINT NOT NULL,
  -- 0 raw, 1 zstd, 2 removed by retention
  encoding BIGINT NOT NULL,
  body_bytes BIGINT NOT NULL,
  body BYTEA
);
CREATE INDEX deliveries_flow ON deliveries (flow, id);
CREATE INDEX deliveries_rejected ON deliveries (flow, id) WHERE verdict = 'rejected';

CREATE TABLE events (
  id UUID PRIMARY KEY NOT NULL,
  delivery UUID NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  item BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  run UUID,
  copies BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX events_flow ON events (flow, id);
CREATE INDEX events_delivery ON events (delivery);
CREATE INDEX events_held ON events (flow, id) WHERE state = 'held';

-- Small on purpose: it is read for every event with a key.
CREATE TABLE dedupe (
  flow UUID NOT NULL,
  key BYTEA NOT NULL,
  event UUID NOT NULL,
  expires BIGINT NOT NULL,
  PRIMARY KEY (flow, key)
);

CREATE TABLE runs (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  version BIGINT NOT NULL,
  event UUID NOT NULL,
  -- queued, waiting or final; "running" is a job with a node
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  error TEXT,
  step TEXT,
  replay_of UUID,
  test BIGINT NOT NULL,
  -- a replay that takes the body as text, whatever it was said to be
  as_text BIGINT NOT NULL
);
CREATE INDEX runs_flow ON runs (flow, id);
CREATE INDEX runs_trouble ON runs (workspace, id) WHERE state IN ('failed', 'parked');
CREATE INDEX runs_replay ON runs (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX runs_again ON runs (event) WHERE replay_of IS NOT NULL;

CREATE TABLE steps (
  run UUID NOT NULL,
  step TEXT NOT NULL,
  item TEXT NOT NULL,
  state TEXT NOT NULL,
  output TEXT,
  error TEXT,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  due_at BIGINT,
  tries BIGINT NOT NULL,
  pinned TEXT,
  PRIMARY KEY (run, step, item)
);

CREATE TABLE attempts (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run UUID NOT NULL,
  step TEXT NOT NULL,
  item TEXT NOT NULL,
  number BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  took BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT,
  exchanges TEXT NOT NULL
);
CREATE INDEX attempts_run ON attempts (run);

-- Unfinished work only: the row goes when the run ends.
CREATE TABLE jobs (
  run UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  due_at BIGINT NOT NULL,
  node UUID,
  epoch BIGINT NOT NULL,
  token BIGINT NOT NULL,
  -- the action that the next claim marks as begun
  unsafe_next TEXT,
  -- the action that the lease's holder may be sending now
  begun TEXT,
  -- the action that a dead holder had begun
  interrupted TEXT,
  -- why it waits, where something else can wake it: 'connection'
  waits TEXT,
  crashes BIGINT NOT NULL,
  cancel BIGINT NOT NULL
) WITH (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX jobs_due ON jobs (due_at, flow, cancel) WHERE node IS NULL;
CREATE INDEX jobs_node ON jobs (node) WHERE node IS NOT NULL;
CREATE INDEX jobs_cancel ON jobs (run) WHERE cancel = 1;
CREATE INDEX jobs_waits ON jobs (workspace) WHERE waits IS NOT NULL;

CREATE TABLE nodes (
  id UUID PRIMARY KEY NOT NULL,
  epoch BIGINT NOT NULL,
  alive_until BIGINT NOT NULL
);
