//! The claim on SQLite: only one connection writes, so that nothing comes between finding a job
//! and taking it.

/// Node, epoch, now, how many.
pub(super) const CLAIM: &str = "
    UPDATE jobs SET node = $1, epoch = $2, token = token + 1, waits = NULL,
      begun = CASE WHEN interrupted IS NULL THEN unsafe_next END
    WHERE run IN (
        SELECT run FROM jobs
        WHERE node IS NULL AND due_at <= $3
          AND (cancel = 1 OR flow NOT IN (SELECT id FROM flows WHERE state = 'paused'))
        ORDER BY due_at LIMIT $4)
      AND EXISTS (SELECT 1 FROM nodes WHERE id = $1 AND epoch = $2)
    RETURNING run, flow, token, due_at, begun, interrupted, crashes, cancel";
