//! The claim on SQLite: only one connection writes, so that nothing comes between finding a job
//! and taking it.

/// Node, epoch, time and token are `$1` to `$4`; `picks` gives the runs to be taken.
pub(super) fn claim(picks: &str) -> String {
    format!(
        "UPDATE jobs SET node = $1, epoch = $2, token = $4, waits = NULL,
           begun = CASE WHEN interrupted IS NULL THEN unsafe_next END
         WHERE run IN ({picks})
           AND EXISTS (SELECT 1 FROM nodes WHERE id = $1 AND epoch = $2)
         RETURNING run, flow, token, due_at, begun, interrupted, crashes, cancel"
    )
}
