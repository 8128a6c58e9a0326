//! Requests of one run that are under way at the same time (items of a loop, semantics S10).

use std::collections::VecDeque;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};

/// Futures that go on together, and those that have ended but were not looked at. A run without
/// such a loop has none and allocates nothing.
pub(crate) struct Flights<'a, T> {
    flying: Option<FuturesUnordered<BoxFuture<'a, T>>>,
    landed: VecDeque<T>,
}

impl<T> Default for Flights<'_, T> {
    fn default() -> Self {
        Self { flying: None, landed: VecDeque::new() }
    }
}

impl<'a, T> Flights<'a, T> {
    pub(crate) fn start(&mut self, f: impl Future<Output = T> + Send + 'a) {
        self.flying.get_or_insert_default().push(f.boxed());
    }

    /// Those under way and those not looked at.
    pub(crate) fn len(&self) -> usize {
        self.flying.as_ref().map_or(0, FuturesUnordered::len) + self.landed.len()
    }

    /// Whether some have ended and were not looked at.
    pub(crate) fn has_landed(&self) -> bool {
        !self.landed.is_empty()
    }

    /// One that has ended, without waiting.
    pub(crate) fn take_landed(&mut self) -> Option<T> {
        self.landed.pop_front()
    }

    /// Waits until one has ended, and gathers all that have ended by then. Returns at once if none
    /// is under way.
    pub(crate) async fn land(&mut self) {
        let Some(flying) = &mut self.flying else { return };
        self.landed.extend(flying.next().await);
        while let Some(Some(more)) = flying.next().now_or_never() {
            self.landed.push_back(more);
        }
    }

    /// Waits for something else while they go on. It is given pinned, for its size.
    pub(crate) async fn beside<R>(&mut self, mut other: impl Future<Output = R> + Unpin) -> R {
        while let Some(flying) = self.flying.as_mut().filter(|f| !f.is_empty()) {
            tokio::select! {
                biased;
                done = &mut other => return done,
                Some(landed) = flying.next() => self.landed.push_back(landed),
            }
        }
        other.await
    }
}
