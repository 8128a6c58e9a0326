//! The books: what was accepted against what became of it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
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
    /// Those of which the case expects that they end parked or failed.
    trouble: BTreeSet<String>,
    /// How many others may be parked.
    may_park: usize,
    /// Those of which the case expects that they wait for longer than it lasts.
    waiting: BTreeSet<String>,
    more: Map<String, Value>,
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
            trouble: BTreeSet::new(),
            may_park: 0,
            waiting: BTreeSet::new(),
            more: Map::new(),
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

    /// One more figure of the case.
    #[must_use]
    pub fn with(mut self, figure: &str, value: impl Into<Value>) -> Books {
        self.more.insert(figure.to_owned(), value.into());
        self
    }

    /// These end parked or failed, and nothing else does.
    #[must_use]
    pub fn troubled<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Books {
        self.trouble = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Up to so many are parked.
    #[must_use]
    pub fn may_park(mut self, most: usize) -> Books {
        self.may_park = most;
        self
    }

    /// These still wait, and nothing else does.
    #[must_use]
    pub fn waiting<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Books {
        self.waiting = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Accepted = delivered + failed + parked + pending, nothing but the expected is pending in
    /// the end, and at most twice the concurrency is repeated per kill.
    pub fn balance(self, kills: u64, workers: usize) {
        let allowed = usize::try_from(kills).expect("a few") * 2 * workers;
        self.balance_with(allowed);
    }

    /// The same with at most this many repeated deliveries. Prints the figures as one line of
    /// JSON.
    #[expect(clippy::print_stdout, reason = "the figures are collected from the output")]
    pub fn balance_with(self, allowed: usize) {
        let times = self.delivered.total() - self.delivered.unique();
        let mut line = json!({
            "name": self.name,
            "db": self.db,
            "acked": self.acked.len(),
            "delivered": self.delivered.unique(),
            "parked": self.parked.len(),
            "failed": self.failed.len(),
            "pending": self.pending.len(),
            "duplicates": times,
        });
        line.as_object_mut().expect("a line").extend(self.more);
        println!("{line}");
        let seen = |id: &&String| {
            self.delivered.times(id) > 0
                || [&self.parked, &self.failed, &self.pending].iter().any(|set| set.contains(*id))
        };
        let lost: Vec<_> = self.acked.iter().filter(|id| !seen(id)).collect();
        assert!(lost.is_empty(), "accepted and lost: {lost:?}");
        assert_eq!(self.pending, self.waiting, "left undone");
        let parked = &self.parked;
        let ended: BTreeSet<_> = parked.union(&self.failed).cloned().collect();
        let missing: Vec<_> = self.trouble.difference(&ended).collect();
        assert!(missing.is_empty(), "neither parked nor failed: {missing:?}");
        let (others, failed): (BTreeSet<_>, BTreeSet<_>) =
            ended.difference(&self.trouble).partition(|id| parked.contains(*id));
        assert!(failed.is_empty(), "failed: {failed:?}");
        assert!(others.len() <= self.may_park, "parked: {others:?}");
        assert!(times <= allowed, "{times} repeats, {allowed} allowed");
    }
}
