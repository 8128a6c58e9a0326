-- Order of runs with one key: who is next, and whether a parked run keeps the rest waiting.
CREATE TABLE order_keys (
  flow BLOB NOT NULL,
  key BLOB NOT NULL,
  -- the last place given
  seq INTEGER NOT NULL,
  -- 1: a parked run keeps the later ones waiting
  hold INTEGER NOT NULL,
  -- the parked run that does so now
  held_by BLOB,
  PRIMARY KEY (flow, key)
) WITHOUT ROWID;
CREATE INDEX order_keys_held ON order_keys (held_by) WHERE held_by IS NOT NULL;

-- The largest moment that accepted events of a key named.
CREATE TABLE newest (
  flow BLOB NOT NULL,
  key BLOB NOT NULL,
  at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (flow, key)
) WITHOUT ROWID;

-- order_key: 16 bytes of a hash, none for a run without order; blocked: an earlier run of the key
-- is unfinished. gate: where the next call has to pass, zeros if that is not known. priority: -1 to
-- be cancelled, 0 usual, 1 only with places that are left. retry: 1 after a try that failed.
ALTER TABLE jobs ADD COLUMN order_key BLOB;
ALTER TABLE jobs ADD COLUMN order_seq INTEGER;
ALTER TABLE jobs ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN gate BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN retry INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET priority = -1 WHERE cancel = 1 AND node IS NULL;

DROP INDEX jobs_due;
DROP INDEX jobs_cancel;
CREATE INDEX jobs_queue ON jobs (priority, retry, flow, gate, due_at)
  WHERE node IS NULL AND blocked = 0;
CREATE INDEX jobs_order ON jobs (flow, order_key, order_seq) WHERE order_key IS NOT NULL;
