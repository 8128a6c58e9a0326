-- Tokens that the server itself gets and renews (semantics S13). gen is raised by every renewal;
-- who raises refresh_until with its gen may call the service.
CREATE TABLE connection_tokens (
  connection BLOB PRIMARY KEY NOT NULL,
  gen INTEGER NOT NULL,
  refresh_until INTEGER NOT NULL,
  expires_at INTEGER,
  fields TEXT NOT NULL,
  secrets BLOB NOT NULL
) WITHOUT ROWID;

-- The operator's applications at services: client ids and secrets, sealed.
CREATE TABLE oauth_apps (
  workspace BLOB NOT NULL,
  connector TEXT NOT NULL,
  secrets BLOB NOT NULL,
  PRIMARY KEY (workspace, connector)
) WITHOUT ROWID;

-- Between the browser's way out and its way back; state is the SHA-256 of what the browser carries.
-- taken: somebody came back with it, which is possible once. outcome: what came of it.
CREATE TABLE oauth_states (
  state BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  connection BLOB NOT NULL,
  person BLOB NOT NULL,
  sealed BLOB NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
