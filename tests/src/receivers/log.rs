//! An ordered record of what arrived, that a test can wait on without polling.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// The awaited entries did not arrive in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// How long the test waited.
    pub after: Duration,
    /// How many entries there were by then.
    pub got: usize,
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not there after {:?}: {} received", self.after, self.got)
    }
}

impl std::error::Error for Late {}

/// Entries in the order of their arrival. Clones share the entries.
#[derive(Debug)]
pub struct Log<T> {
    inner: Arc<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    entries: Mutex<Vec<Arc<T>>>,
    changed: Notify,
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Log { inner: self.inner.clone() }
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log { inner: Arc::new(Inner { entries: Mutex::default(), changed: Notify::new() }) }
    }
}

impl<T> Log<T> {
    /// Adds an entry and wakes the tests that wait.
    pub fn push(&self, entry: T) -> Arc<T> {
        let entry = Arc::new(entry);
        self.lock().push(entry.clone());
        self.inner.changed.notify_waiters();
        entry
    }

    /// All entries so far.
    pub fn all(&self) -> Vec<Arc<T>> {
        self.lock().clone()
    }

    /// The newest entry.
    pub fn last(&self) -> Option<Arc<T>> {
        self.lock().last().cloned()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing has arrived.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the entries so far.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Waits until at least `n` entries are there and returns all of them.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<Vec<Arc<T>>, Late> {
        self.wait_until(within, |all| all.len() >= n).await
    }

    /// Waits until `done` holds for the entries and returns all of them. `done` is asked at once
    /// and after each new entry.
    pub async fn wait_until(
        &self,
        within: Duration,
        done: impl Fn(&[Arc<T>]) -> bool,
    ) -> Result<Vec<Arc<T>>, Late> {
        let wait = async {
            loop {
                let changed = self.inner.changed.notified();
                tokio::pin!(changed);
                // Registered before the look, so an entry in between is not missed.
                changed.as_mut().enable();
                if let Some(all) = self.when(&done) {
                    return all;
                }
                changed.await;
            }
        };
        timeout(within, wait).await.map_err(|_| Late { after: within, got: self.len() })
    }

    fn when(&self, done: &impl Fn(&[Arc<T>]) -> bool) -> Option<Vec<Arc<T>>> {
        let entries = self.lock();
        done(&entries).then(|| entries.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<T>>> {
        self.inner.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_waiter_wakes_when_the_awaited_entry_arrives() {
        let log = Log::default();
        let waiter = tokio::spawn({
            let log = log.clone();
            async move { log.wait_for(2, Duration::from_secs(20)).await }
        });
        log.push(1);
        log.push(2);
        let got: Vec<i32> = waiter.await.unwrap().unwrap().iter().map(|v| **v).collect();
        assert_eq!(got, [1, 2]);
    }

    #[tokio::test]
    async fn a_waiter_gives_up_and_says_how_much_it_got() {
        let log = Log::default();
        log.push("one");
        let late = log.wait_for(2, Duration::ZERO).await.unwrap_err();
        assert_eq!(late, Late { after: Duration::ZERO, got: 1 });
    }
}
