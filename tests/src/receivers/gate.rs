//! A gate that holds answers until the test lets them go.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use super::Late;

/// Holds whoever passes it until released. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    waiting: Arc<watch::Sender<usize>>,
}

impl Default for Gate {
    fn default() -> Self {
        Gate::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Gate {
        Gate { permits: Arc::new(Semaphore::new(0)), waiting: Arc::new(watch::Sender::new(0)) }
    }

    /// Lets `n` through: those who wait first, then those who come.
    pub fn release(&self, n: usize) {
        self.permits.add_permits(n);
    }

    /// Lets everyone through from now on.
    pub fn open(&self) {
        self.permits.close();
    }

    /// How many wait at this moment.
    pub fn waiting(&self) -> usize {
        *self.waiting.borrow()
    }

    /// Waits until at least `n` wait at the gate.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<(), Late> {
        let mut seen = self.waiting.subscribe();
        let reached = seen.wait_for(|waiting| *waiting >= n);
        match timeout(within, reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Late { after: within, got: self.waiting() }),
        }
    }

    /// Passes the gate, waiting for its release.
    pub async fn pass(&self) {
        let _here = Here::at(&self.waiting);
        if let Ok(permit) = self.permits.acquire().await {
            permit.forget();
        }
    }
}

/// Counts a waiter, also when its connection is cut while it waits.
struct Here<'a>(&'a watch::Sender<usize>);

impl<'a> Here<'a> {
    fn at(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|n| *n += 1);
        Here(waiting)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}
