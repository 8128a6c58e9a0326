-- Gates in front of destinations: closed by a service's "slow down" until paused_until, or by a
-- breaker that opened for the step-th time in a row until open_until.
CREATE TABLE gates (
  key BLOB PRIMARY KEY NOT NULL,
  paused_until INTEGER NOT NULL,
  open_until INTEGER NOT NULL,
  step INTEGER NOT NULL
) WITHOUT ROWID;

-- Rates that several nodes share: the theoretical arrival time of the generic cell rate algorithm,
-- and how many calls the last change granted.
CREATE TABLE gate_buckets (
  key BLOB PRIMARY KEY NOT NULL,
  free_at INTEGER NOT NULL,
  granted INTEGER NOT NULL
) WITHOUT ROWID;

-- Calls under way at gates that allow so many at once; a row counts while its node lives.
CREATE TABLE gate_slots (
  key BLOB NOT NULL,
  slot INTEGER NOT NULL,
  node BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (key, slot)
) WITHOUT ROWID;
