//! Every number that bounds something. A loop, queue, body, page or retry without an entry here
//! is a defect.

mod access;
mod search;

use crate::Span;

pub use access::*;
pub use search::*;

// ---- flow document -------------------------------------------------------------------------
/// Steps of one flow, nested ones included.
pub const FLOW_STEPS: usize = 100;
/// Depth of branches and loops.
pub const FLOW_NESTING: usize = 8;
/// Size of one version as JSON, bytes.
pub const FLOW_VERSION_BYTES: usize = 1 << 20;
/// Characters of a step id.
pub const STEP_ID_CHARS: usize = 40;
/// Items of one `for_each`.
pub const LOOP_ITEMS: usize = 10_000;
/// Longest delay of one delay step.
pub const DELAY_MAX: Span = Span::days(90);
/// Characters of a name of a flow, step, arm or connection.
pub const NAME_CHARS: usize = 200;
/// Fields of an event that people have named.
pub const FIELD_LABELS: usize = 200;
/// Characters of a note.
pub const NOTE_CHARS: usize = 4_000;
/// Characters of the name of a flow's secret.
pub const SECRET_NAME_CHARS: usize = 64;
/// Items of one loop at once, at most.
pub const LOOP_CONCURRENCY: u32 = 64;
/// Runs of one flow at once that a flow may ask for.
pub const FLOW_CONCURRENCY_MAX: u32 = 1_000;
/// Days of history that a flow may ask for.
pub const RETENTION_DAYS_MAX: u32 = 3_650;
/// Longest wait of a sender for the end of a run.
pub const RESPOND_WITHIN: Span = Span::secs(25);
/// The same where neither the flow nor the connector says how long: most senders wait 10 s.
pub const RESPOND_WITHIN_DEFAULT: Span = Span::secs(9);
/// What is left of the time that a sender is known to wait, for the way of the answer.
pub const RESPOND_MARGIN: Span = Span::secs(1);
/// Senders that wait for runs at once on one node; more get `otherwise`.
pub const RESPOND_WAITING: usize = 1_000;
/// How often the answer of a run that another node may have is looked for.
pub const RESPOND_POLL: Span = Span::ms(250);
/// Nesting of objects, lists and conditions in one mapping.
pub const MAPPING_NESTING: usize = 16;
/// Entries of one list source or of one group of conditions.
pub const MAPPING_ITEMS: usize = 1_000;
/// Transforms of one mapping.
pub const TRANSFORMS: usize = 32;

// ---- mapping -------------------------------------------------------------------------------
/// Characters of a JSONPath.
pub const PATH_CHARS: usize = 512;
/// Characters of a literal pattern of `match()` / `search()`.
pub const PATH_PATTERN_CHARS: usize = 64;
/// Nodes that one query may yield.
pub const PATH_HITS: usize = 10_000;
/// Source of one template, bytes.
pub const TEMPLATE_BYTES: usize = 16 << 10;
/// Rendered output of one template, bytes.
pub const RENDERED_BYTES: usize = 1 << 20;
/// Compiled regular expressions kept by one thread.
pub const PATTERNS_KEPT: usize = 64;
/// Size of one compiled regular expression, bytes.
pub const PATTERN_BYTES: usize = 1 << 20;
/// Time zones kept by one thread.
pub const ZONES_KEPT: usize = 32;
/// Nesting of `each` blocks.
pub const TEMPLATE_EACH: usize = 2;
/// Nesting of blocks and of sub-expressions.
pub const TEMPLATE_NESTING: usize = 8;
/// Pieces rendered and arguments read by one rendering; loops over data multiply them.
pub const TEMPLATE_WORK: usize = 2_000_000;
/// The data that the steps of one run may hold, bytes as JSON.
pub const RUN_CONTEXT_BYTES: usize = 8 << 20;

// ---- inbound -------------------------------------------------------------------------------
/// Default size of a delivery body, bytes.
pub const BODY_BYTES: usize = 1 << 20;
/// Largest size that a flow may allow, bytes.
pub const BODY_BYTES_MAX: usize = 16 << 20;
/// Bytes of the request head (request line and headers).
pub const HEAD_BYTES: usize = 64 << 10;
/// Request headers.
pub const HEADERS: usize = 100;
/// Time to send the request head.
pub const HEAD_TIMEOUT: Span = Span::secs(15);
/// Time to send the whole request body.
pub const BODY_TIMEOUT: Span = Span::secs(60);
/// Connections open at once on one listener.
pub const CONNECTIONS: usize = 4_096;
/// Keys of one level of a form body.
pub const FORM_KEYS: usize = 1_000;
/// Nesting of a form body.
pub const FORM_DEPTH: usize = 8;
/// Largest list index of a form key; above it the index is a map key.
pub const FORM_INDEX: usize = 9_999;
/// Parts of a multipart body.
pub const MULTIPART_PARTS: usize = 1_000;
/// Depth of XML and JSON bodies.
pub const XML_DEPTH: usize = 64;
/// Events of one delivery; more is refused visibly, never cut.
pub const SPLIT_ITEMS: usize = 1_000;
/// Allowed difference of clocks of a signed time, where the connector gives none.
pub const SIGNATURE_TOLERANCE: Span = Span::mins(5);
/// Access tokens are renewed this long before they end, where the manifest does not say.
pub const REFRESH_BEFORE: Span = Span::mins(5);
/// Life of a token that is signed here, where the manifest does not say.
pub const JWT_TTL: Span = Span::mins(5);
/// How long a renewal of tokens may take before another node may try (semantics S13).
pub const REFRESH_LEASE: Span = Span::secs(30);
/// How long one who needs the tokens waits for a renewal by another (semantics S13).
pub const REFRESH_WAIT: Span = Span::secs(30);
/// How often it looks.
pub const REFRESH_POLL: Span = Span::ms(250);
/// Life of the state between the browser's way out and back.
pub const OAUTH_STATE: Span = Span::mins(10);
/// The most that is kept of a service's words about why it gave no access.
pub const OAUTH_SAID_CHARS: usize = 300;
/// A connection whose credentials end within this time is shown as expiring (semantics S14).
pub const EXPIRING: Span = Span::days(7);
/// Largest downloaded file that is kept in the journal of its step, bytes.
pub const INLINE_FILE_BYTES: usize = 1 << 20;
/// Pause between the looks at a job of a service, where the manifest does not say, and least.
pub const STEP_EVERY: Span = Span::secs(2);
pub const STEP_EVERY_MIN: Span = Span::secs(1);
/// How long a job of a service may take, where the manifest does not say, and at most.
pub const STEP_WITHIN: Span = Span::mins(2);
pub const STEP_WITHIN_MAX: Span = Span::hours(24);
/// The same for the times of a signed token.
pub const JWT_TOLERANCE: Span = Span::mins(1);
/// How long a public key that a delivery or manifest names is kept.
pub const KEY_CACHE: Span = Span::days(1);
/// How long the same address of a key is not fetched again after it gave no key that fits.
pub const KEY_CACHE_MISS: Span = Span::mins(5);
/// Time for the call that a proof needs: the sender waits meanwhile.
pub const CONFIRM_TIMEOUT: Span = Span::secs(8);
/// Public keys kept at once on one node.
pub const KEYS_KEPT: usize = 256;
/// Size of a fetched key or set of keys, bytes.
pub const KEY_BYTES: usize = 256 << 10;
/// Deliveries with a bad signature kept per address.
pub const REJECTED_KEPT: i64 = 20;
/// Copies of one event kept with their bodies.
pub const COPIES_KEPT: i64 = 100;
/// Hops of an event through this product before it is held as a loop.
pub const HOPS: u32 = 16;
/// How long a delivery may wait for its commit before 503.
pub const COMMIT_WAIT: Span = Span::secs(10);
/// What 503 tells the sender to wait.
pub const RETRY_AFTER: Span = Span::secs(10);
/// Characters of a chosen address token: at least, at most.
pub const TOKEN_CHARS: (usize, usize) = (22, 64);
/// How long the old address of a rotated one works.
pub const ROTATED_ADDRESS: Span = Span::hours(48);
/// Memory of the newest moment of a key, since its last event.
pub const NEWEST_KEPT: Span = Span::days(30);
/// Default memory of dedupe keys.
pub const DEDUPE_WINDOW: Span = Span::days(7);
/// Longest memory of dedupe keys.
pub const DEDUPE_WINDOW_MAX: Span = Span::days(90);

// ---- group commit and queue ----------------------------------------------------------------
/// Requests waiting for the committer.
pub const COMMIT_QUEUE: usize = 4_096;
/// Body bytes waiting for the committer.
pub const COMMIT_QUEUE_BYTES: usize = 64 << 20;
/// Requests of one commit.
pub const COMMIT_BATCH: usize = 256;
/// Body bytes of one commit.
pub const COMMIT_BATCH_BYTES: usize = 4 << 20;
/// Bodies above this are stored compressed, bytes.
pub const COMPRESS_ABOVE: usize = 4 << 10;
/// Runs claimed at once.
pub const CLAIM_BATCH: usize = 64;
/// Queues (a flow, a gate) looked at before some of their jobs are claimed; of more than these,
/// others are looked at next time.
pub const QUEUES_READ: i64 = 1_000;
/// Of so many free places one is for runs whose last try failed.
pub const RETRY_PLACES: usize = 5;
/// Unfinished runs of a database before deliveries are answered 503.
pub const BACKLOG: i64 = 1_000_000;
/// Free disk below which deliveries are answered 503, bytes.
pub const DISK_RESERVE_BYTES: u64 = 256 << 20;
/// Write-ahead log size at which a passive checkpoint runs, bytes.
pub const WAL_PASSIVE_BYTES: u64 = 4 << 20;
/// Write-ahead log size at which the writer itself checkpoints, bytes.
pub const WAL_RESTART_BYTES: u64 = 64 << 20;
/// Longest read of the embedded database: while it lasts, the log cannot be begun anew.
pub const READ_TRANSACTION: Span = Span::secs(2);
/// How long a node's lease lasts, and how often it is renewed.
pub const LEASE: Span = Span::secs(20);
pub const LEASE_RENEW: Span = Span::secs(5);
/// Between the moment when a node of several says that it is going and the moment when it takes no
/// more deliveries: a load balancer notices in between.
pub const DRAIN: Span = Span::secs(5);
/// Longest time of that, and how long requests under way may then take to finish.
pub const DRAIN_MAX: Span = Span::mins(5);
pub const STOP_GRACE: Span = Span::secs(25);
/// A node that could not renew for this long starts nothing.
pub const LEASE_DOUBT: Span = Span::secs(15);
/// Crashes of one job before its run is parked as poison.
pub const CRASHES: i64 = 5;
/// Crashes from which on a job is executed without another such job beside it.
pub const CRASHES_ALONE: i64 = 3;
/// How long each such job has to end before the next one is looked at. Most take less, so that a
/// thousand that were only near a crash are through in a minute.
pub const SUSPECT_TURN: Span = Span::ms(50);
/// How long a claim whose COMMIT was not answered may still appear.
pub const ORPHANS_KEPT: Span = Span::mins(1);
/// How often the queue is looked at without a hint.
pub const POLL: Span = Span::secs(1);

// ---- runs ----------------------------------------------------------------------------------
/// Runs executed at once by one node.
pub const WORKERS: usize = 64;
/// Runs of one flow at once.
pub const FLOW_CONCURRENCY: usize = 64;
/// Requests of one run under way at once, whatever its loops allow together.
pub const RUN_CALLS: usize = 64;
/// Journal rows that a run gathers before it commits them.
pub const PROGRESS_ROWS: usize = 256;
/// Time for one call of a connector.
pub const CALL_TIMEOUT: Span = Span::secs(30);
/// Longest time that a step may ask for.
pub const CALL_TIMEOUT_MAX: Span = Span::mins(5);
/// Time to connect.
pub const CONNECT_TIMEOUT: Span = Span::secs(10);
/// Longest silence while an answer is read.
pub const READ_TIMEOUT: Span = Span::secs(30);
/// Largest answer read from a service, bytes after decompression.
pub const RESPONSE_BYTES: usize = 10 << 20;
/// Longest pause that a Retry-After is honoured for.
pub const RETRY_AFTER_MAX: Span = Span::hours(24);
/// Calls that one rate limit may let through at once.
pub const RATE_BURST: u32 = 10_000;
/// Longest time over which a rate limit counts.
pub const RATE_PER_MAX: Span = Span::days(31);
/// A call that may go this soon waits for it in its worker; others go back to the queue.
pub const GATE_NAP: Span = Span::ms(50);
/// How far ahead jobs are given a time at a gate whose rate is used up.
pub const GATE_AHEAD: Span = Span::hours(1);
/// A gate whose jobs have times further ahead than this takes no new ones from the queue.
pub const GATE_FULL: Span = Span::secs(2);
/// How long a job waits when nobody can say when its gate opens.
pub const GATE_LOOK_AGAIN: Span = Span::secs(1);
/// The first and the longest pause after "slow down" without a time; it doubles between them.
pub const SLOW_DOWN_FIRST: Span = Span::secs(2);
pub const SLOW_DOWN_MAX: Span = Span::mins(10);
/// The first pause that is kept whatever the service says; it doubles with each refusal in a row.
pub const SLOW_DOWN_LEAST: Span = Span::ms(100);
/// Over how long a breaker counts (semantics S15).
pub const BREAKER_WINDOW: Span = Span::mins(5);
/// Calls from which on a breaker judges, and the share of failed ones, per cent, that opens it.
pub const BREAKER_CALLS: u32 = 10;
pub const BREAKER_PERCENT: u32 = 70;
/// How long a breaker stays open at first, and at most; it doubles between them.
pub const BREAKER_OPEN: Span = Span::secs(30);
pub const BREAKER_OPEN_MAX: Span = Span::mins(10);
/// How long the other nodes leave the probe to the one that has it.
pub const BREAKER_PROBE: Span = Span::mins(1);
/// Gates kept in memory; beyond it gates of a manifest's key do not count.
pub const GATES: usize = 100_000;
/// How long the database keeps a gate that nobody asked since it could open.
pub const GATES_KEPT: Span = Span::hours(1);
/// Closed gates that a claim is told of.
pub const GATES_CLOSED: usize = 1_000;
/// Calls of a shared rate that a node takes at once, as a time of that rate.
pub const RATE_SLICE: Span = Span::ms(500);
/// Tries of one step with delays of its own.
pub const RETRY_DELAYS: usize = 50;
/// Idle connections to services are closed after this, sooner than by common servers (5 s), so that
/// no request meets a connection that the other side is just closing.
pub const POOL_IDLE: Span = Span::secs(4);
/// Idle connections kept to one host.
pub const POOL_PER_HOST: usize = 32;
/// Addresses of one name that are looked at.
pub const DNS_ADDRESSES: usize = 16;
/// Redirects followed.
pub const REDIRECTS: usize = 5;
/// Request and response bodies kept in an attempt, bytes.
pub const ATTEMPT_BODY_BYTES: usize = 64 << 10;
/// Files of one step, bytes each.
pub const FILE_BYTES: usize = 16 << 20;
/// Options or dynamic fields taken from one lookup.
pub const LOOKUP_ITEMS: usize = 2_000;
/// Recipients of one letter.
pub const MAIL_RECIPIENTS: usize = 100;
/// Attachments of one letter.
pub const MAIL_ATTACHMENTS: usize = 20;
/// Largest letter, bytes before encoding.
pub const MAIL_BYTES: usize = 25 << 20;
/// Bytes and lines that a mail server may say at one go, before something is sent to it again.
pub const MAIL_SERVER_BYTES: usize = 64 << 10;
pub const MAIL_SERVER_LINES: usize = 512;
/// Letters sent over one connection to a mail server.
pub const MAIL_PER_CONNECTION: u32 = 50;
/// Idle connections kept to one mail account, to all of them, and for how long.
pub const MAIL_IDLE_PER_ACCOUNT: usize = 2;
pub const MAIL_IDLE: usize = 32;
pub const MAIL_IDLE_FOR: Span = Span::secs(30);

// ---- replay in bulk ------------------------------------------------------------------------
/// Runs made in a second by one bulk replay, unless it asks otherwise, and at most.
pub const REPLAY_RATE: i64 = 10;
pub const REPLAY_RATE_MAX: i64 = 1_000;
/// Runs made in one commit.
pub const REPLAY_SLICE: i64 = 100;
/// Matching runs read at once to be counted.
pub const REPLAY_COUNTED: i64 = 5_000;
/// At this number a dry count stops and says "more".
pub const REPLAY_COUNT_MAX: i64 = 100_000;
/// Bulk replays of a workspace that are not over.
pub const REPLAYS_OPEN: i64 = 20;

// ---- subscribers ---------------------------------------------------------------------------
/// Event types and subscribers of one workspace. An event goes to that many at most.
pub const EVENT_TYPES: usize = 500;
pub const SUBSCRIBERS: usize = 1_000;
/// Data of one published event, bytes as JSON.
pub const PUBLISH_BYTES: usize = 256 << 10;
/// Deliveries of one published event that one commit makes, and the bytes of their bodies.
pub const FAN_OUT: usize = 100;
pub const FAN_OUT_BYTES: usize = COMMIT_BATCH_BYTES;
/// Size of one JSON Schema, bytes; how deep it and the data that it describes may be nested, and
/// how many faults of one payload are named.
pub const SCHEMA_BYTES: usize = 64 << 10;
pub const SCHEMA_DEPTH: usize = 64;
pub const SCHEMA_FAULTS: usize = 5;
/// Rules that the check of one payload may look at; references and alternatives multiply them.
pub const SCHEMA_WORK: usize = 200_000;
/// Characters of an event type's name and of a subscriber's address.
pub const EVENT_TYPE_CHARS: usize = 100;
pub const SUBSCRIBER_URL_CHARS: usize = 2_048;
/// Types that one subscriber names; headers and properties of its own.
pub const SUBSCRIBER_TYPES: usize = 100;
pub const SUBSCRIBER_EXTRAS: usize = 32;
/// Size of all headers, and of all properties, of one subscriber, bytes as JSON.
pub const SUBSCRIBER_EXTRA_BYTES: usize = 8 << 10;
/// How long the secret before the present one signs as well, or proves deliveries.
pub const ROTATED_SECRET: Span = Span::hours(48);
/// A subscriber that has taken nothing for this long, while deliveries failed, is disabled.
pub const SUBSCRIBER_FAILING: Span = Span::days(5);
/// How often one node writes down that a subscriber still fails, or still works.
pub const SUBSCRIBER_FAILURE_NOTED: Span = Span::mins(1);
pub const SUBSCRIBER_SUCCESS_NOTED: Span = Span::hours(1);
/// Subscribers of which a node remembers what it wrote down.
pub const SUBSCRIBERS_NOTED: usize = 100_000;
/// Deliveries of a subscriber that are counted for people, newest first.
pub const SUBSCRIBER_COUNTED: i64 = 10_000;
/// Waiting deliveries cancelled at once when their subscriber is deleted; the rest follows by itself.
pub const SUBSCRIBER_CANCELLED: i64 = 10_000;

// ---- schedules, polls, imports ---------------------------------------------------------------
/// Shortest and longest period of a schedule.
pub const SCHEDULE_EVERY: Span = Span::mins(1);
pub const SCHEDULE_EVERY_MAX: Span = Span::days(366);
/// A tick handled later than this was missed.
pub const SCHEDULE_LATE: Span = Span::mins(1);
/// Ticks caught up at once by `missed: all`, and waiting for an earlier run by `overlap: queue`;
/// the newest ones.
pub const SCHEDULE_CATCH_UP: usize = 100;
/// Missed ticks that are counted; more are as many.
pub const SCHEDULE_COUNTED: usize = 10_000;
/// How often a tick that waits for an earlier run is looked at.
pub const SCHEDULE_QUEUE_LOOK: Span = Span::secs(10);
/// Next times of a schedule that are shown.
pub const SCHEDULE_SHOWN: usize = 5;
/// How often triggers are looked at without a hint.
pub const TRIGGER_LOOK: Span = Span::secs(30);
/// Due triggers taken at once by one node.
pub const TRIGGERS_AT_ONCE: i64 = 100;
/// Polls under way at once on one node.
pub const POLLS: usize = 8;
/// Period of a poll: by default, at least, at most.
pub const POLL_EVERY: Span = Span::mins(5);
pub const POLL_EVERY_MIN: Span = Span::secs(30);
pub const POLL_EVERY_MAX: Span = Span::days(7);
/// Longest pause after polls that failed, for periods shorter than that.
pub const POLL_BACKOFF_MAX: Span = Span::hours(1);
/// How far back a poll asks again by default.
pub const POLL_OVERLAP: Span = Span::secs(60);
/// Ids remembered by one poll: by default, at most.
pub const POLL_REMEMBER: u32 = 2_000;
pub const POLL_REMEMBER_MAX: u32 = 20_000;
/// Events of one poll; the rest comes with the next one, at once.
pub const POLL_EVENTS: usize = 1_000;
/// How long a poll waits for a broken connection before it looks again by itself.
pub const POLL_BROKEN: Span = Span::hours(1);
/// Rows of one import, and its size in bytes.
pub const IMPORT_ROWS: usize = 100_000;
pub const IMPORT_BYTES: usize = 16 << 20;
/// Columns of one row.
pub const IMPORT_COLUMNS: usize = 1_000;
/// Rows of one stored piece of an import.
pub const IMPORT_PIECE: usize = 500;
/// Rows started in a second: by default, at most.
pub const IMPORT_RATE: u32 = 10;
pub const IMPORT_RATE_MAX: u32 = 1_000;
/// Rows shown by a trial, and faults named.
pub const IMPORT_SHOWN: usize = 5;
pub const IMPORT_FAULTS: usize = 20;

// ---- building flows ----------------------------------------------------------------------------
/// Deliveries shown as samples of an address, and samples given by hand that are kept.
pub const SAMPLES: u32 = 20;
/// Largest body of which a sample shows the fields, bytes.
pub const SAMPLE_BYTES: usize = 256 << 10;
/// Fields of one sample that are shown.
pub const SAMPLE_FIELDS: usize = 500;
/// Largest list or map of a sample that is shown whole, bytes.
pub const SAMPLE_TREE_BYTES: usize = 8 << 10;
/// Characters of one value that are shown.
pub const SAMPLE_VALUE_CHARS: usize = 200;
/// Mappings of one preview.
pub const PREVIEW_FIELDS: usize = 100;
/// Events whose fields are counted: by default, at most; and the bytes of all their bodies.
pub const COVERAGE_EVENTS: u32 = 200;
pub const COVERAGE_EVENTS_MAX: u32 = 500;
pub const COVERAGE_BYTES: usize = 16 << 20;
/// Published versions of a flow that are listed.
pub const VERSIONS: u32 = 200;
/// Lines of two documents that are compared.
pub const DIFF_LINES: usize = 4_000;
/// Characters of a folder's name.
pub const FOLDER_CHARS: usize = 80;
// ---- looking at what happened ---------------------------------------------------------------
/// Rows looked at by one statement of a list with conditions, and by one page of it; a page that
/// found fewer than asked for says where to go on.
pub const SCAN_WINDOW: i64 = 20_000;
pub const SCAN_ROWS: i64 = 200_000;
/// Hours of one question for counts.
pub const COUNT_HOURS: u32 = 24 * 31;
/// Body of a delivery that is shown; more is downloaded.
pub const PREVIEW_BYTES: usize = 256 << 10;
/// Largest body of which a list of deliveries tells the first values, bytes; how many of them, and
/// the characters of each and of its name.
pub const SUMMARY_BYTES: usize = 16 << 10;
pub const SUMMARY_FIELDS: usize = 3;
pub const SUMMARY_CHARS: usize = 40;
/// Attempts looked at for the state of destinations, and how far back.
pub const DESTINATION_ATTEMPTS: i64 = 1_000;
pub const DESTINATION_WINDOW: Span = Span::mins(15);
/// Failed and parked runs of which the parked ones are counted.
pub const TROUBLE_COUNTED: i64 = 100_000;
/// Addresses without a flow of one workspace.
pub const TEMPORARY_ADDRESSES: i64 = 20;
/// Characters of the body that such an address answers, and its headers.
pub const TEMPORARY_BODY: usize = 64 << 10;
pub const TEMPORARY_HEADERS: usize = 20;
/// How long such an address may take to answer, and how many senders may wait at once.
pub const TEMPORARY_DELAY: Span = Span::secs(30);
pub const TEMPORARY_WAITING: usize = 200;

// ---- the live stream -------------------------------------------------------------------------
/// How long commits are written down after somebody watched last, and how long they are kept.
pub const LIVE_KEPT: Span = Span::mins(10);
/// So long before its end the log counts as ended: clocks of nodes differ.
pub const LIVE_MARGIN: Span = Span::mins(5);
/// How often a node says that somebody watches.
pub const LIVE_RENEW: Span = Span::mins(1);
/// A node that has not heard for this long whether anybody watches writes its commits down.
pub const LIVE_TRUST: Span = Span::secs(3);
/// Commits read at once.
pub const LIVE_PAGE: i64 = 200;
/// Pages that a stream may be behind before it reads the log by itself.
pub const LIVE_PAGES: usize = 64;
/// Between two looks at the log.
pub const LIVE_GATHER: Span = Span::ms(100);
/// How often a silent stream says that it is there.
pub const LIVE_HEARTBEAT: Span = Span::secs(15);
/// Streams of one node.
pub const LIVE_STREAMS: usize = 500;
/// Topics of one stream.
pub const LIVE_TOPICS: usize = 50;
// ---- alerts --------------------------------------------------------------------------------
/// The first look after the start of a node: later than it needs to begin with what waited.
pub const ALERT_FIRST: Span = Span::secs(5);
/// How often is looked whether something needs a person.
pub const ALERT_LOOK: Span = Span::secs(30);
/// The same alert of the same thing is sent again at the earliest after this; until then it is
/// only listed.
pub const ALERT_AGAIN: Span = Span::hours(1);
/// Addresses and flows of the settings of one workspace.
pub const ALERT_EMAILS: usize = 20;
pub const ALERT_FLOWS: usize = 1_000;
/// The largest numbers of the rules: runs that failed, minutes, hours.
pub const ALERT_COUNT_MAX: u32 = 1_000;
pub const ALERT_MINUTES_MAX: u32 = 1_440;
pub const ALERT_HOURS_MAX: u32 = 24 * 90;
/// Pauses after tries that failed to send one alert.
pub const ALERT_DELAYS: [Span; 6] =
    [Span::mins(1), Span::mins(5), Span::mins(15), Span::hours(1), Span::hours(3), Span::hours(6)];
/// How long a node may take to send one before another one tries.
pub const ALERT_SENDING: Span = Span::mins(5);
/// Sent in one go.
pub const ALERTS_AT_ONCE: i64 = 50;
/// Days, of the seven before the last event, that had events, for silence to be unusual.
pub const SILENCE_DAYS: i64 = 5;
/// Lines of a digest.
pub const DIGEST_FLOWS: i64 = 50;
/// Characters of the text that a server asks itself about.
pub const NONCE_CHARS: usize = 64;
/// Days that alerts are kept.
pub const ALERTS_KEPT: Span = Span::days(90);

// ---- backups -------------------------------------------------------------------------------
/// Plain bytes of one block of rows, and of one row at most.
pub const BACKUP_BLOCK_BYTES: usize = 1 << 20;
pub const BACKUP_ROW_BYTES: usize = 64 << 20;
/// Blocks between the thread that reads and the one that writes.
pub const BACKUP_QUEUE: usize = 4;
/// Least characters of the passphrase of a backup.
pub const PASSPHRASE_CHARS: usize = 12;

// ---- lists ---------------------------------------------------------------------------------
/// Rows of one page.
pub const PAGE: u32 = 100;
pub const PAGE_MAX: u32 = 1_000;
/// Rows deleted at once by retention.
pub const RETENTION_SLICE: i64 = 500;
/// Days that finished runs are kept.
pub const RETENTION_DAYS: u32 = 30;
/// The least size that a database may be held to, bytes.
pub const BUDGET_LEAST: u64 = 64 << 20;
/// Per cent of it: a person is told; the oldest finished things go; nothing is accepted.
pub const BUDGET_ALERT: u64 = 80;
pub const BUDGET_TRIM: u64 = 90;
pub const BUDGET_FULL: u64 = 95;
/// How often the size is looked at, and slices removed between two looks.
pub const BUDGET_LOOK: Span = Span::mins(1);
pub const BUDGET_SLICES: usize = 20;
/// Days that failed and parked runs, and held events, are kept.
pub const RETENTION_TROUBLE_DAYS: u32 = 90;

// ---- connectors that are added to the server -----------------------------------------------
/// Largest `connector.yaml`, bytes.
pub const MANIFEST_BYTES: u64 = 1 << 20;
/// Largest picture of a connector, bytes.
pub const ICON_BYTES: usize = 32 << 10;
/// Connectors of one folder at most.
pub const CONNECTOR_FOLDERS: usize = 1_000;
/// With `--dev`: how often the folders of connectors are looked at.
pub const CONNECTOR_LOOK: Span = Span::secs(1);
/// How often it is looked again which versions nothing uses, when flows changed meanwhile.
pub const CONNECTOR_REMOVAL_TRIES: u32 = 5;
/// How long an address stays registered because an editor listens with a draft.
pub const LISTEN: Span = Span::hours(1);
/// The shortest pause before an address is registered again, and the shortest life of one.
pub const SUBSCRIBE_AGAIN: Span = Span::mins(1);
/// The longest such pause.
pub const SUBSCRIBE_AGAIN_MAX: Span = Span::hours(1);
/// Tries to take an address back.
pub const UNSUBSCRIBE_TRIES: i64 = 10;
/// The longest pause before what a service was told is stored again while the database is away.
pub const SUBSCRIBE_STORE_AGAIN: Span = Span::secs(5);
/// Registrations of one address that are found at a service after an answer was lost, at most.
pub const REGISTRATIONS_FOUND: usize = 10;
