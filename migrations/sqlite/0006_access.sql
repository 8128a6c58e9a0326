-- People, what they may do, and what they did. Passwords are argon2id hashes; sessions, keys and
-- invitations are kept as SHA-256 of what their holder has.
CREATE TABLE users (
  id BLOB PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password TEXT NOT NULL,
  language TEXT NOT NULL,
  theme TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE memberships (
  workspace BLOB NOT NULL,
  user_id BLOB NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, user_id)
) WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE sessions (
  id BLOB PRIMARY KEY NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  user_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  remote TEXT,
  agent TEXT
) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE api_keys (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX api_keys_workspace ON api_keys (workspace);

CREATE TABLE invitations (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  email TEXT,
  role TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitations_workspace ON invitations (workspace);

CREATE TABLE audit (
  id BLOB PRIMARY KEY NOT NULL,
  workspace BLOB NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  remote TEXT
) WITHOUT ROWID;
CREATE INDEX audit_workspace ON audit (workspace, id);

-- Answers to requests that carried an Idempotency-Key: print is SHA-256 of the request, answer is
-- sealed and absent while the request is under way.
CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  print BLOB NOT NULL,
  answer BLOB,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (caller, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_at);
