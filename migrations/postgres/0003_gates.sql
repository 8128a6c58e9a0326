-- Gates in front of destinations: closed by a service's "slow down" until paused_until, or by a
-- breaker that opened for the step-th time in a row until open_until.
CREATE TABLE gates (
  key BYTEA PRIMARY KEY NOT NULL,
  paused_until BIGINT NOT NULL,
  open_until BIGINT NOT NULL,
  step BIGINT NOT NULL
);

-- Rates that several nodes share: the theoretical arrival time of the generic cell rate algorithm,
-- and how many calls the last change granted.
CREATE TABLE gate_buckets (
  key BYTEA PRIMARY KEY NOT NULL,
  free_at BIGINT NOT NULL,
  granted BIGINT NOT NULL
);

-- Calls under way at gates that allow so many at once; a row counts while its node lives.
CREATE TABLE gate_slots (
  key BYTEA NOT NULL,
  slot BIGINT NOT NULL,
  node UUID NOT NULL,
  epoch BIGINT NOT NULL,
  PRIMARY KEY (key, slot)
);
