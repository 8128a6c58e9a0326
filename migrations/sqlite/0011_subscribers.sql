-- What a workspace publishes to others, and who is told of it.
CREATE TABLE event_types (
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  -- JSON Schema of the payload, if it has one
  payload TEXT,
  sample TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

-- The id is that of the flow whose runs are the deliveries; its secrets are those of the flow.
CREATE TABLE subscribers (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  url TEXT NOT NULL,
  -- a list of names; empty: every type
  types TEXT NOT NULL,
  -- a condition of the flow language
  filter TEXT,
  -- members added to every message
  properties TEXT NOT NULL,
  rate TEXT,
  -- until then the secret before this one signs as well
  previous_until INTEGER,
  disabled_at INTEGER,
  disabled_because TEXT,
  -- the first failed try since the last delivery that was taken
  failing_since INTEGER,
  last_success_at INTEGER,
  last_failure_at INTEGER,
  last_failure_run BLOB,
  last_failure TEXT,
  -- goes with its last unfinished delivery
  deleted_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX subscribers_workspace ON subscribers (workspace, id);
CREATE INDEX subscribers_deleted ON subscribers (id) WHERE deleted_at IS NOT NULL;
