//! The books: what was accepted against what became of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::receivers::Ledger;
use tests::world::product::Product;

/// The end of one case.
pub struct Books {
    name: &'static str,
    db: &'static str,
    acked: Vec<String>,
    delivered: Ledger,
    parked: BTreeSet<String>,
    failed: BTreeSet<String>,
    pending: BTreeSet<String>,
}

impl Books {
    /// Reads the database of a stopped server.
    pub async fn close(
        name: &'static str,
        zveno: &Product,
        acked: Vec<String>,
        delivered: Ledger,
    ) -> Books {
        let mut books = Books {
            name,
            db: zveno.kind.name(),
            acked,
            delivered,
            parked: BTreeSet::new(),
            failed: BTreeSet::new(),
            pending: BTreeSet::new(),
        };
        for (state, body) in zveno.unfinished().await {
            let body: Value = serde_json::from_slice(&body).expect("a body that was sent");
            let id = body["id"].as_str().expect("an id").to_owned();
            match state.as_str() {
                "parked" => books.parked.insert(id),
                "failed" => books.failed.insert(id),
                _ => books.pending.insert(id),
            };
        }
        books
    }

    /// Accepted = delivered + failed + parked + pending, and at most twice the concurrency is
    /// repeated per kill. Prints the figures as one line of JSON.
    #[expect(clippy::print_stdout, reason = "the figures are collected from the output")]
    pub fn balance(&self, kills: u64, workers: usize) {
        let times = self.delivered.total() - self.delivered.unique();
        let line = json!({
            "name": self.name,
            "db": self.db,
            "acked": self.acked.len(),
            "delivered": self.delivered.unique(),
            "parked": self.parked.len(),
            "failed": self.failed.len(),
            "pending": self.pending.len(),
            "duplicates": times,
        });
        println!("{line}");
        let seen = |id: &&String| {
            self.delivered.times(id) > 0
                || [&self.parked, &self.failed, &self.pending].iter().any(|set| set.contains(*id))
        };
        let lost: Vec<_> = self.acked.iter().filter(|id| !seen(id)).collect();
        assert!(lost.is_empty(), "accepted and lost: {lost:?}");
        assert!(self.pending.is_empty(), "left undone: {:?}", self.pending);
        assert!(self.failed.is_empty(), "the receiver refused nothing: {:?}", self.failed);
        let allowed = usize::try_from(kills).expect("a few") * 2 * workers;
        assert!(times <= allowed, "{times} repeats after {kills} kills");
    }
}
