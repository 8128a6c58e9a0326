-- Order of runs with one key: who is next, and whether a parked run keeps the rest waiting.
CREATE TABLE order_keys (
  flow UUID NOT NULL,
  key UUID NOT NULL,
  -- the last place given
  seq BIGINT NOT NULL,
  -- 1: a parked run keeps the later ones waiting
  hold BIGINT NOT NULL,
  -- the parked run that does so now
  held_by UUID,
  PRIMARY KEY (flow, key)
);
CREATE INDEX order_keys_held ON order_keys (held_by) WHERE held_by IS NOT NULL;

-- The largest moment that accepted events of a key named.
CREATE TABLE newest (
  flow UUID NOT NULL,
  key UUID NOT NULL,
  at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (flow, key)
);

-- order_key: 16 bytes of a hash, none for a run without order; blocked: an earlier run of the key
-- is unfinished. gate: where the next call has to pass, zeros if that is not known. priority: -1 to
-- be cancelled, 0 usual, 1 only with places that are left. retry: 1 after a try that failed.
ALTER TABLE jobs ADD COLUMN order_key UUID;
ALTER TABLE jobs ADD COLUMN order_seq BIGINT;
ALTER TABLE jobs ADD COLUMN blocked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN gate UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE jobs ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN retry BIGINT NOT NULL DEFAULT 0;
UPDATE jobs SET priority = -1 WHERE cancel = 1 AND node IS NULL;

DROP INDEX jobs_due;
DROP INDEX jobs_cancel;
CREATE INDEX jobs_queue ON jobs (priority, retry, flow, gate, due_at)
  WHERE node IS NULL AND blocked = 0;
CREATE INDEX jobs_order ON jobs (flow, order_key, order_seq) WHERE order_key IS NOT NULL;
