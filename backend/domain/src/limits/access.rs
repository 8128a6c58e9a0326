//! Limits of signing in, sessions, people and keys.

use super::IMPORT_BYTES;
use crate::Span;

/// Characters of a password: at least, at most.
pub const PASSWORD_CHARS: (usize, usize) = (10, 200);
/// Characters of an e-mail address (RFC 5321 section 4.5.3.1.3).
pub const EMAIL_CHARS: usize = 254;
/// Passwords hashed at once; each takes 19 MiB and tens of milliseconds.
pub const PASSWORD_HASHES: usize = 2;
/// Passwords that wait to be hashed; more are answered 503.
pub const PASSWORDS_WAITING: usize = 64;
/// How long a session lasts, and without being used.
pub const SESSION: Span = Span::days(30);
pub const SESSION_IDLE: Span = Span::days(7);
/// How exact the last use of a session or a key is.
pub const SEEN_EVERY: Span = Span::mins(1);
/// How long a browser that signed in is known as one.
pub const DEVICE: Span = Span::days(365);
/// Wrong passwords for one account from one place before the next try has to wait.
pub const SIGN_IN_FREE: u32 = 5;
/// The first and the longest wait; it doubles between them.
pub const SIGN_IN_WAIT: Span = Span::secs(5);
pub const SIGN_IN_WAIT_MAX: Span = Span::mins(15);
/// Wrong passwords for any accounts from one place before the next try has to wait.
pub const SIGN_IN_FREE_ANY: u32 = 30;
/// How long wrong passwords are remembered after the last one.
pub const SIGN_IN_MEMORY: Span = Span::hours(1);
/// Places that are remembered for their wrong passwords, by one node.
pub const SIGN_IN_PLACES: usize = 20_000;
/// How long an invitation can be used.
pub const INVITATION: Span = Span::days(7);
/// Open invitations and API keys of one workspace.
pub const INVITATIONS: usize = 200;
pub const API_KEYS: usize = 200;
/// Workspaces of one person.
pub const WORKSPACES: usize = 100;
/// Characters of what a browser calls itself that are kept.
pub const AGENT_CHARS: usize = 200;
/// How long the log of who did what is kept.
pub const AUDIT_KEPT: Span = Span::days(365);
/// How long an answer is kept for a request that comes again.
pub const IDEMPOTENCY_KEPT: Span = Span::hours(24);
/// How long such a request may be under way before its key is free again.
pub const IDEMPOTENCY_UNDER_WAY: Span = Span::mins(5);
/// Characters of an Idempotency-Key.
pub const IDEMPOTENCY_CHARS: usize = 255;
/// Largest answer that is kept for a request that comes again, bytes.
pub const IDEMPOTENCY_BYTES: usize = 4 << 20;
/// Largest command sent by HTTP, bytes: the rows of an import, of which each character may be
/// escaped.
pub const COMMAND_BYTES: usize = 2 * IMPORT_BYTES + (4 << 20);
/// Sealed values that are sealed anew in one commit.
pub const RESEAL_SLICE: i64 = 200;
