-- What is wrong, or was: so that it is said once, by whichever node sees it first.
CREATE TABLE alert_states (
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  -- the id of a flow or connection, or a word
  subject TEXT NOT NULL,
  -- when it began, and the newest moment of it that was looked at
  since INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  -- 1: it is over
  over INTEGER NOT NULL,
  -- when somebody was last told
  said_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, subject)
) WITHOUT ROWID;

-- Alerts, said or only listed.
CREATE TABLE notifications (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  kind TEXT NOT NULL,
  -- sent, quiet (said shortly before) or muted
  how TEXT NOT NULL,
  detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX notifications_workspace ON notifications (workspace, id);

-- One row for each receiver of an alert.
CREATE TABLE notices (
  notification BLOB NOT NULL,
  channel TEXT NOT NULL,
  receiver TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  -- absent when it was sent or given up
  next_at INTEGER,
  error TEXT,
  ended_at INTEGER,
  PRIMARY KEY (notification, channel, receiver)
) WITHOUT ROWID;
CREATE INDEX notices_due ON notices (next_at) WHERE next_at IS NOT NULL;

-- Only runs that end badly are in it.
CREATE INDEX runs_ended_badly ON runs (flow, state, finished_at)
  WHERE state IN ('failed', 'parked');

-- Flows that ask for other days of history than the server.
CREATE TABLE flow_days (
  flow BLOB PRIMARY KEY NOT NULL,
  days INTEGER NOT NULL
) WITHOUT ROWID;
