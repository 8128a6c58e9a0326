-- Runs of a flow that ended in a rare way: a few of them are found among a million others. The
-- usual run is never in this index.
CREATE INDEX runs_rare ON runs (flow, state, id) WHERE state IN ('filtered', 'stale', 'cancelled');

-- Addresses without a flow: what comes to them is kept and answered as a person chose.
CREATE TABLE temporary_addresses (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  status INTEGER NOT NULL,
  -- [["name","value"],...]
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  delay_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX temporary_addresses_workspace ON temporary_addresses (workspace, id);

-- Exact values of events (semantics S23): 8 bytes of a hash of workspace and value. Hashes come in
-- no order, and a table of millions would have another page changed for every value. So they are
-- kept in parts of some thousand events each: what is written together lies close together, and a
-- search looks once into each part.
CREATE TABLE search (
  part INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (part, hash, event)
) WITHOUT ROWID;
-- The events that have been indexed, each with its part and its hashes, 8 bytes for each.
CREATE TABLE searched (
  event BLOB PRIMARY KEY NOT NULL,
  part INTEGER NOT NULL,
  hashes BLOB NOT NULL
) WITHOUT ROWID;
-- How far the indexer is: every event up to the cursor has been indexed; the newest part and its
-- events. One node has it at a time.
CREATE TABLE search_state (
  id INTEGER PRIMARY KEY NOT NULL,
  cursor BLOB NOT NULL,
  node BLOB,
  epoch INTEGER NOT NULL,
  part INTEGER NOT NULL,
  events INTEGER NOT NULL
);
INSERT INTO search_state (id, cursor, epoch, part, events)
VALUES (1, x'00000000000000000000000000000000', 0, 1, 0);

-- What each commit changed, in the order of commits, written only while somebody watches: a kind
-- and an id, 17 bytes for each; empty where it is not known.
CREATE TABLE news (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  ids BLOB NOT NULL
);
-- Written until this moment; complete after this number, or not yet begun.
CREATE TABLE live (
  id INTEGER PRIMARY KEY NOT NULL,
  since INTEGER,
  until INTEGER NOT NULL
);
INSERT INTO live (id, until) VALUES (1, 0);
