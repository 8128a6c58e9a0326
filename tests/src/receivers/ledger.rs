//! Which ids arrived, and how often: the proof of "at least once" and "no duplicate".

use std::collections::BTreeMap;

/// A count per id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    times: BTreeMap<String, usize>,
}

impl Ledger {
    /// Counts one arrival of `id`.
    pub fn see(&mut self, id: impl Into<String>) {
        *self.times.entry(id.into()).or_default() += 1;
    }

    /// How many different ids arrived.
    pub fn unique(&self) -> usize {
        self.times.len()
    }

    /// How many arrivals there were.
    pub fn total(&self) -> usize {
        self.times.values().sum()
    }

    /// How often `id` arrived.
    pub fn times(&self, id: &str) -> usize {
        self.times.get(id).copied().unwrap_or(0)
    }

    /// The ids that arrived more than once, with their counts.
    pub fn repeated(&self) -> BTreeMap<&str, usize> {
        self.times.iter().filter(|(_, n)| **n > 1).map(|(id, n)| (id.as_str(), *n)).collect()
    }

    /// Those of `expected` that did not arrive.
    pub fn missing<'a>(&self, expected: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        expected.into_iter().filter(|id| self.times(id) == 0).collect()
    }

    /// The ids in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.times.keys().map(String::as_str)
    }
}

impl<S: Into<String>> FromIterator<S> for Ledger {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> Self {
        let mut ledger = Ledger::default();
        ids.into_iter().for_each(|id| ledger.see(id));
        ledger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_and_missing_ids_are_told_apart() {
        let ledger: Ledger = ["a", "b", "a"].into_iter().collect();
        assert_eq!((ledger.unique(), ledger.total(), ledger.times("a")), (2, 3, 2));
        assert_eq!(ledger.repeated().into_iter().collect::<Vec<_>>(), [("a", 2)]);
        assert_eq!(ledger.missing(["a", "b", "c"]), ["c"]);
    }
}
