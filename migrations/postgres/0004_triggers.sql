-- One row per published flow that starts by itself: a schedule or a poll.
CREATE TABLE trigger_state (
  flow UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  -- schedule, poll
  source TEXT NOT NULL,
  -- the trigger as it was published; another one starts anew
  settings TEXT NOT NULL,
  -- that of the flow when this row was made to fit it
  generation BIGINT NOT NULL,
  -- raised by every change: whoever changes the row names the one it has seen
  guard BIGINT NOT NULL,
  -- when it is looked at; null while the flow is paused, or never again
  next_due BIGINT,
  -- the node that asks the service now
  node UUID,
  epoch BIGINT NOT NULL,
  -- the broken connection that it waits for
  waits UUID,
  cursor TEXT NOT NULL,
  -- what came of it last, for people
  status TEXT NOT NULL,
  -- 8 bytes for each record that was taken, oldest first
  seen BYTEA NOT NULL
);
CREATE INDEX trigger_state_due ON trigger_state (next_due) WHERE next_due IS NOT NULL;

-- Many events started by hand from one file.
CREATE TABLE imports (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  flow UUID NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  -- running, done, stopped, failed
  state TEXT NOT NULL,
  note TEXT,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  -- rows a second
  rate BIGINT NOT NULL,
  next_due BIGINT,
  guard BIGINT NOT NULL
);
CREATE INDEX imports_due ON imports (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX imports_flow ON imports (flow, id);

-- The rows of an import that are still to be started: JSON lists, compressed.
CREATE TABLE import_pieces (
  import UUID NOT NULL,
  first BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (import, first)
);
