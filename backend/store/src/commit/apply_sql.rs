//! The bulk statements of progress.

use std::sync::LazyLock;

use crate::sql::Bulk;
use crate::sql::Kind::{Doc, Id, Int, Text};

const HELD: &str = "SELECT jobs.run, jobs.node, jobs.epoch, jobs.token, jobs.cancel, jobs.begun,
    jobs.unsafe_next, jobs.interrupted, jobs.flow, jobs.order_key FROM ";
const HELD_WHERE: &str = " CROSS JOIN jobs WHERE jobs.run = v.run ORDER BY jobs.run";

/// Who has the jobs of a batch.
pub(super) static HELD_LITE: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new(HELD, &[("run", Id)], HELD_WHERE));
/// The same, and nobody takes them before this commit.
pub(super) static HELD_PG: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new(HELD, &[("run", Id)], &format!("{HELD_WHERE} FOR UPDATE OF jobs")));

pub(crate) static STEPS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO steps (run, step, item, state, output, error, started_at, finished_at, due_at,
           tries, pinned)
         SELECT * FROM ",
        &[
            ("run", Id),
            ("step", Text),
            ("item", Text),
            ("state", Text),
            ("output", Doc),
            ("error", Text),
            ("started_at", Int),
            ("finished_at", Int),
            ("due_at", Int),
            ("tries", Int),
            ("pinned", Doc),
        ],
        " WHERE true ON CONFLICT (run, step, item) DO UPDATE SET state = excluded.state,
           output = excluded.output, error = excluded.error, started_at = excluded.started_at,
           finished_at = excluded.finished_at, due_at = excluded.due_at, tries = excluded.tries,
           pinned = excluded.pinned",
    )
});

pub(super) static ATTEMPTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO attempts (run, step, item, number, started_at, took, outcome, error, exchanges)
         SELECT * FROM ",
        &[
            ("run", Id),
            ("step", Text),
            ("item", Text),
            ("number", Int),
            ("started_at", Int),
            ("took", Int),
            ("outcome", Text),
            ("error", Text),
            ("exchanges", Doc),
        ],
        "",
    )
});

pub(super) static KEEP: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE jobs SET begun = v.begun, unsafe_next = NULL, interrupted = NULL FROM ",
        &[("run", Id), ("begun", Text)],
        " WHERE jobs.run = v.run",
    )
});

/// A job that is to be cancelled does not wait.
pub(super) static WAIT: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE jobs SET node = NULL, begun = NULL, interrupted = NULL,
           due_at = CASE WHEN cancel = 1 THEN 0 ELSE v.due END,
           priority = CASE WHEN cancel = 1 THEN -1 ELSE priority END,
           unsafe_next = v.next, waits = v.why, gate = coalesce(v.gate, {nil}), retry = v.retry
         FROM ",
        &[("run", Id), ("due", Int), ("next", Text), ("why", Text), ("gate", Id), ("retry", Int)],
        " WHERE jobs.run = v.run",
    )
});

pub(super) static END: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new("DELETE FROM jobs WHERE run IN (SELECT v.run FROM ", &[("run", Id)], ")")
});

/// What the senders of the runs' deliveries are answered from now on.
pub(super) static ANSWERS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE deliveries SET answer = v.answer FROM ",
        &[("run", Id), ("answer", Doc)],
        " JOIN runs r ON r.id = v.run JOIN events e ON e.id = r.event
         WHERE deliveries.id = e.delivery",
    )
});

pub(super) static RUNS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE runs SET state = v.state, step = v.step, error = v.error,
           finished_at = v.finished_at
         FROM ",
        &[("run", Id), ("state", Text), ("step", Text), ("error", Text), ("finished_at", Int)],
        " WHERE runs.id = v.run",
    )
});
