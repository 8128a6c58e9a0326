//! How many of what there is. Reads whole indexes: for people and tests, not for every request.

use crate::db::Db;
use crate::{Counts, Error};

const TABLES: &str = "SELECT
    (SELECT count(*) FROM deliveries), (SELECT count(*) FROM events),
    (SELECT count(*) FROM events WHERE state = 'held'), (SELECT count(*) FROM jobs),
    (SELECT count(*) FROM jobs WHERE node IS NOT NULL), (SELECT count(*) FROM steps),
    (SELECT count(*) FROM attempts)";

const FINAL: &str = "SELECT state, count(*) FROM runs GROUP BY state";

const FREE: &str = "SELECT r.state, count(*) FROM jobs j JOIN runs r ON r.id = j.run
    WHERE j.node IS NULL GROUP BY r.state";

impl Db {
    /// Counts everything.
    pub async fn counts(&self) -> Result<Counts, Error> {
        let mut n = Counts::default();
        if let Some(row) = self.row(TABLES, Vec::new()).await? {
            let mut c = row.cursor();
            (n.deliveries, n.events, n.held) = (c.int()?, c.int()?, c.int()?);
            (n.jobs, n.running, n.steps, n.attempts) = (c.int()?, c.int()?, c.int()?, c.int()?);
        }
        for row in self.rows(FINAL, Vec::new()).await? {
            let mut c = row.cursor();
            match (c.text()?.as_str(), c.int()?) {
                ("succeeded", v) => n.succeeded = v,
                ("filtered", v) => n.filtered = v,
                ("stale", v) => n.stale = v,
                ("failed", v) => n.failed = v,
                ("cancelled", v) => n.cancelled = v,
                ("parked", v) => n.parked = v,
                _ => {}
            }
        }
        for row in self.rows(FREE, Vec::new()).await? {
            let mut c = row.cursor();
            match (c.text()?.as_str(), c.int()?) {
                ("queued", v) => n.queued = v,
                ("waiting", v) => n.waiting = v,
                _ => {}
            }
        }
        Ok(n)
    }
}
