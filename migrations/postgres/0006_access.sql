-- People, what they may do, and what they did. Passwords are argon2id hashes; sessions, keys and
-- invitations are kept as SHA-256 of what their holder has.
CREATE TABLE users (
  id UUID PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password TEXT NOT NULL,
  language TEXT NOT NULL,
  theme TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
  workspace UUID NOT NULL,
  user_id UUID NOT NULL,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE sessions (
  id UUID PRIMARY KEY NOT NULL,
  hash BYTEA NOT NULL UNIQUE,
  user_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  remote TEXT,
  agent TEXT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE api_keys (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  name TEXT NOT NULL,
  hash BYTEA NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT
);
CREATE INDEX api_keys_workspace ON api_keys (workspace);

CREATE TABLE invitations (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  email TEXT,
  role TEXT NOT NULL,
  hash BYTEA NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX invitations_workspace ON invitations (workspace);

CREATE TABLE audit (
  id UUID PRIMARY KEY NOT NULL,
  workspace UUID NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  remote TEXT
);
CREATE INDEX audit_workspace ON audit (workspace, id);

-- Answers to requests that carried an Idempotency-Key: print is SHA-256 of the request, answer is
-- sealed and absent while the request is under way.
CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  print BYTEA NOT NULL,
  answer BYTEA,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
