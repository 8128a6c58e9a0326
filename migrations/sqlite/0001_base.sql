-- Ids are 16 bytes (UUIDv7), times microseconds since 1970, documents JSON text.
-- No foreign keys: rows of one commit are written in bulk, and retention deletes in slices.
CREATE TABLE workspaces (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO workspaces (id, name, created_at)
VALUES (x'00000000000000000000000000000001', 'default', 0);

CREATE TABLE settings (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- scope: 16 zero bytes for the whole database, else a flow.
CREATE TABLE counters (
  scope BLOB NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (scope, name)
) WITHOUT ROWID;
INSERT INTO counters (scope, name, value)
VALUES (x'00000000000000000000000000000000', 'generation', 1);

CREATE TABLE connections (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  connector TEXT NOT NULL,
  method TEXT NOT NULL,
  fields TEXT NOT NULL,
  secrets BLOB NOT NULL,
  state TEXT NOT NULL,
  note TEXT,
  generation INTEGER NOT NULL,
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
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  draft TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  generation INTEGER NOT NULL
);

CREATE TABLE flow_versions (
  flow BLOB NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (flow, version)
);

CREATE TABLE flow_secrets (
  flow BLOB NOT NULL,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (flow, name)
) WITHOUT ROWID;

CREATE TABLE addresses (
  token TEXT PRIMARY KEY NOT NULL,
  flow BLOB NOT NULL,
  expires_at INTEGER
) WITHOUT ROWID;
CREATE INDEX addresses_flow ON addresses (flow);

CREATE TABLE deliveries (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  flow BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  headers TEXT NOT NULL,
  remote_ip TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT,
  answer TEXT NOT NULL,
  copy_of BLOB,
  sealed INTEGER NOT NULL,
  -- 0 raw, 1 zstd, 2 removed by retention
  encoding INTEGER NOT NULL,
  body_bytes INTEGER NOT NULL,
  body BLOB
);
CREATE INDEX deliveries_flow ON deliveries (flow, id);
CREATE INDEX deliveries_rejected ON deliveries (flow, id) WHERE verdict = 'rejected';

CREATE TABLE events (
  id BLOB PRIMARY KEY NOT NULL,
  delivery BLOB NOT NULL,
  workspace BLOB NOT NULL,
  flow BLOB NOT NULL,
  item INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  run BLOB,
  copies INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX events_flow ON events (flow, id);
CREATE INDEX events_delivery ON events (delivery);
CREATE INDEX events_held ON events (flow, id) WHERE state = 'held';

-- Small on purpose: it is read for every event with a key.
CREATE TABLE dedupe (
  flow BLOB NOT NULL,
  key BLOB NOT NULL,
  event BLOB NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (flow, key)
) WITHOUT ROWID;

CREATE TABLE runs (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  flow BLOB NOT NULL,
  version INTEGER NOT NULL,
  event BLOB NOT NULL,
  -- queued, waiting or final; "running" is a job with a node
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  error TEXT,
  step TEXT,
  replay_of BLOB,
  test INTEGER NOT NULL,
  -- a replay that takes the body as text, whatever it was said to be
  as_text INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX runs_flow ON runs (flow, id);
CREATE INDEX runs_trouble ON runs (workspace, id) WHERE state IN ('failed', 'parked');
CREATE INDEX runs_replay ON runs (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX runs_again ON runs (event) WHERE replay_of IS NOT NULL;

CREATE TABLE steps (
  run BLOB NOT NULL,
  step TEXT NOT NULL,
  item TEXT NOT NULL,
  state TEXT NOT NULL,
  output TEXT,
  error TEXT,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  due_at INTEGER,
  tries INTEGER NOT NULL,
  pinned TEXT,
  PRIMARY KEY (run, step, item)
) WITHOUT ROWID;

CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY,
  run BLOB NOT NULL,
  step TEXT NOT NULL,
  item TEXT NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT,
  exchanges TEXT NOT NULL
);
CREATE INDEX attempts_run ON attempts (run);

-- Unfinished work only: the row goes when the run ends.
CREATE TABLE jobs (
  run BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  flow BLOB NOT NULL,
  due_at INTEGER NOT NULL,
  node BLOB,
  epoch INTEGER NOT NULL,
  token INTEGER NOT NULL,
  -- the action that the next claim marks as begun
  unsafe_next TEXT,
  -- the action that the lease's holder may be sending now
  begun TEXT,
  -- the action that a dead holder had begun
  interrupted TEXT,
  -- why it waits, where something else can wake it: 'connection'
  waits TEXT,
  crashes INTEGER NOT NULL,
  cancel INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (due_at, flow, cancel) WHERE node IS NULL;
CREATE INDEX jobs_cancel ON jobs (run) WHERE cancel = 1;
CREATE INDEX jobs_waits ON jobs (workspace) WHERE waits IS NOT NULL;

CREATE TABLE nodes (
  id BLOB PRIMARY KEY NOT NULL,
  epoch INTEGER NOT NULL,
  alive_until INTEGER NOT NULL
) WITHOUT ROWID;
