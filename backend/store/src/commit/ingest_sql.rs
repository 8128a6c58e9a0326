//! The bulk statements of an ingest.

use std::sync::LazyLock;

use crate::sql::Bulk;
use crate::sql::Kind::{Blob, Doc, Id, Int, Text};

pub(super) static DELIVERIES: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO deliveries (id, workspace, flow, copy_of, received_at, method, path, query,
           headers, remote_ip, verdict, reason, answer, sealed, encoding, body_bytes, body)
         SELECT * FROM ",
        &[
            ("id", Id),
            ("workspace", Id),
            ("flow", Id),
            ("copy_of", Id),
            ("received_at", Int),
            ("method", Text),
            ("path", Text),
            ("query", Text),
            ("headers", Doc),
            ("remote_ip", Text),
            ("verdict", Text),
            ("reason", Text),
            ("answer", Doc),
            ("sealed", Int),
            ("encoding", Int),
            ("body_bytes", Int),
            ("body", Blob),
        ],
        "",
    )
});

pub(super) static EVENTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO events (id, delivery, workspace, flow, run, item, state, reason)
         SELECT * FROM ",
        &[
            ("id", Id),
            ("delivery", Id),
            ("workspace", Id),
            ("flow", Id),
            ("run", Id),
            ("item", Int),
            ("state", Text),
            ("reason", Text),
        ],
        "",
    )
});

pub(crate) static RUNS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO runs (id, workspace, flow, event, replay_of, version, state, created_at, test,
           as_text)
         SELECT id, workspace, flow, event, replay_of, version, 'queued', created_at, test, as_text
         FROM ",
        &[
            ("id", Id),
            ("workspace", Id),
            ("flow", Id),
            ("event", Id),
            ("replay_of", Id),
            ("version", Int),
            ("created_at", Int),
            ("test", Int),
            ("as_text", Int),
        ],
        "",
    )
});

/// A lease is taken only while its node has it: one that was fenced meanwhile inserts a free job.
pub(crate) static JOBS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO jobs (run, workspace, flow, node, due_at, epoch, token, unsafe_next, begun,
           gate, order_key, order_seq, blocked, priority, retry, crashes, cancel)
         SELECT v.run, v.workspace, v.flow, n.id, v.due_at, v.epoch, v.token, v.unsafe_next,
           CASE WHEN n.id IS NOT NULL THEN v.unsafe_next END,
           coalesce(v.gate, {nil}), v.order_key, v.seq, v.blocked, v.priority, 0, 0, 0
         FROM ",
        &[
            ("run", Id),
            ("workspace", Id),
            ("flow", Id),
            ("node", Id),
            ("gate", Id),
            ("order_key", Id),
            ("due_at", Int),
            ("epoch", Int),
            ("token", Int),
            ("unsafe_next", Text),
            ("seq", Int),
            ("blocked", Int),
            ("priority", Int),
        ],
        " LEFT JOIN nodes n ON n.id = v.node AND n.epoch = v.epoch",
    )
});

pub(super) static COUNT: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO counters (scope, name, value) SELECT v.scope, v.name, v.value FROM ",
        &[("scope", Id), ("name", Text), ("value", Int)],
        " WHERE true ORDER BY v.scope, v.name
         ON CONFLICT (scope, name) DO UPDATE SET value = counters.value + excluded.value",
    )
});

/// Raises the number of copies of events and answers it.
pub(super) static COPIES: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE events SET copies = copies + v.more FROM ",
        &[("event", Id), ("more", Int)],
        " WHERE events.id = v.event RETURNING id, copies",
    )
});

/// Keeps only the newest rejected deliveries of a flow.
pub(super) const TRIM: &str = "
    DELETE FROM deliveries WHERE flow = $1 AND verdict = 'rejected' AND id NOT IN (
      SELECT id FROM deliveries WHERE flow = $1 AND verdict = 'rejected'
      ORDER BY id DESC LIMIT $2)";
