-- What a workspace publishes to others, and who is told of it.
CREATE TABLE event_types (
  workspace UUID NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  -- JSON Schema of the payload, if it has one
  payload TEXT,
  sample TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, name)
);

-- The id is that of the flow whose runs are the deliveries; its secrets are those of the flow.
CREATE TABLE subscribers (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  url TEXT NOT NULL,
  -- a list of names; empty: every type
  types TEXT NOT NULL,
  -- a condition of the flow language
  filter TEXT,
  -- members added to every message
  properties TEXT NOT NULL,
  rate TEXT,
  -- until then the secret before this one signs as well
  previous_until BIGINT,
  disabled_at BIGINT,
  disabled_because TEXT,
  -- the first failed try since the last delivery that was taken
  failing_since BIGINT,
  last_success_at BIGINT,
  last_failure_at BIGINT,
  last_failure_run UUID,
  last_failure TEXT,
  -- goes with its last unfinished delivery
  deleted_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX subscribers_workspace ON subscribers (workspace, id);
CREATE INDEX subscribers_deleted ON subscribers (id) WHERE deleted_at IS NOT NULL;
