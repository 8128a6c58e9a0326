-- Replays of many runs, worked off by one node at a time: counted, then made in slices. The
-- cursor is the last run looked at; it moves in the commit that makes the runs.
CREATE TABLE replays (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  selection TEXT NOT NULL,
  how TEXT NOT NULL,
  rate BIGINT NOT NULL,
  state TEXT NOT NULL,
  total BIGINT NOT NULL,
  made BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  note TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  author TEXT NOT NULL,
  cursor UUID NOT NULL,
  next_at BIGINT NOT NULL,
  -- who works it off: a node's lease
  node UUID,
  epoch BIGINT NOT NULL
);
CREATE INDEX replays_open ON replays (id) WHERE state IN ('counting', 'running');

-- One run for each original of a replay.
CREATE TABLE replay_items (
  replay UUID NOT NULL,
  original UUID NOT NULL,
  run UUID NOT NULL,
  PRIMARY KEY (replay, original)
);
CREATE INDEX replay_items_run ON replay_items (run);

-- What a node does, for people: all, ingest or worker.
ALTER TABLE nodes ADD COLUMN role TEXT NOT NULL DEFAULT 'all';
