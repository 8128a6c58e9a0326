-- What is wrong, or was: so that it is said once, by whichever node sees it first.
CREATE TABLE alert_states (
  workspace UUID NOT NULL,
  kind TEXT NOT NULL,
  -- the id of a flow or connection, or a word
  subject TEXT NOT NULL,
  -- when it began, and the newest moment of it that was looked at
  since BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  -- 1: it is over
  over BIGINT NOT NULL,
  -- when somebody was last told
  said_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, kind, subject)
);

-- Alerts, said or only listed.
CREATE TABLE notifications (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  kind TEXT NOT NULL,
  -- sent, quiet (said shortly before) or muted
  how TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX notifications_workspace ON notifications (workspace, id);

-- One row for each receiver of an alert.
CREATE TABLE notices (
  notification UUID NOT NULL,
  channel TEXT NOT NULL,
  receiver TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  -- absent when it was sent or given up
  next_at BIGINT,
  error TEXT,
  ended_at BIGINT,
  PRIMARY KEY (notification, channel, receiver)
);
CREATE INDEX notices_due ON notices (next_at) WHERE next_at IS NOT NULL;

-- Only runs that end badly are in it.
CREATE INDEX runs_ended_badly ON runs (flow, state, finished_at)
  WHERE state IN ('failed', 'parked');

-- Flows that ask for other days of history than the server.
CREATE TABLE flow_days (
  flow UUID PRIMARY KEY NOT NULL,
  days BIGINT NOT NULL
);
