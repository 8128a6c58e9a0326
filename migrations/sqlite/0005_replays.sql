-- Replays of many runs, worked off by one node at a time: counted, then made in slices. The
-- cursor is the last run looked at; it moves in the commit that makes the runs.
CREATE TABLE replays (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  selection TEXT NOT NULL,
  how TEXT NOT NULL,
  rate INTEGER NOT NULL,
  state TEXT NOT NULL,
  total INTEGER NOT NULL,
  made INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  author TEXT NOT NULL,
  cursor BLOB NOT NULL,
  next_at INTEGER NOT NULL,
  -- who works it off: a node's lease
  node BLOB,
  epoch INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX replays_open ON replays (id) WHERE state IN ('counting', 'running');

-- One run for each original of a replay.
CREATE TABLE replay_items (
  replay BLOB NOT NULL,
  original BLOB NOT NULL,
  run BLOB NOT NULL,
  PRIMARY KEY (replay, original)
) WITHOUT ROWID;
CREATE INDEX replay_items_run ON replay_items (run);

-- What a node does, for people: all, ingest or worker.
ALTER TABLE nodes ADD COLUMN role TEXT NOT NULL DEFAULT 'all';
