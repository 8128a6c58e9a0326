-- Tokens that the server itself gets and renews (semantics S13). gen is raised by every renewal;
-- who raises refresh_until with its gen may call the service.
CREATE TABLE connection_tokens (
  connection UUID PRIMARY KEY NOT NULL,
  gen BIGINT NOT NULL,
  refresh_until BIGINT NOT NULL,
  expires_at BIGINT,
  fields TEXT NOT NULL,
  secrets BYTEA NOT NULL
);

-- The operator's applications at services: client ids and secrets, sealed.
CREATE TABLE oauth_apps (
  workspace UUID NOT NULL,
  connector TEXT NOT NULL,
  secrets BYTEA NOT NULL,
  PRIMARY KEY (workspace, connector)
);

-- Between the browser's way out and its way back; state is the SHA-256 of what the browser carries.
-- taken: somebody came back with it, which is possible once. outcome: what came of it.
CREATE TABLE oauth_states (
  state BYTEA PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  connection UUID NOT NULL,
  person UUID NOT NULL,
  sealed BYTEA NOT NULL,
  taken BIGINT NOT NULL DEFAULT 0,
  outcome TEXT,
  expires_at BIGINT NOT NULL
);
