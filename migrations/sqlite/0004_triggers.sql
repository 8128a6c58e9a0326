-- One row per published flow that starts by itself: a schedule or a poll.
CREATE TABLE trigger_state (
  flow BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  -- schedule, poll
  source TEXT NOT NULL,
  -- the trigger as it was published; another one starts anew
  settings TEXT NOT NULL,
  -- that of the flow when this row was made to fit it
  generation INTEGER NOT NULL,
  -- raised by every change: whoever changes the row names the one it has seen
  guard INTEGER NOT NULL,
  -- when it is looked at; null while the flow is paused, or never again
  next_due INTEGER,
  -- the node that asks the service now
  node BLOB,
  epoch INTEGER NOT NULL,
  -- the broken connection that it waits for
  waits BLOB,
  cursor TEXT NOT NULL,
  -- what came of it last, for people
  status TEXT NOT NULL,
  -- 8 bytes for each record that was taken, oldest first
  seen BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX trigger_state_due ON trigger_state (next_due) WHERE next_due IS NOT NULL;

-- Many events started by hand from one file.
CREATE TABLE imports (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  flow BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- running, done, stopped, failed
  state TEXT NOT NULL,
  note TEXT,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  -- rows a second
  rate INTEGER NOT NULL,
  next_due INTEGER,
  guard INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX imports_due ON imports (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX imports_flow ON imports (flow, id);

-- The rows of an import that are still to be started: JSON lists, compressed.
CREATE TABLE import_pieces (
  import BLOB NOT NULL,
  first INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (import, first)
) WITHOUT ROWID;
