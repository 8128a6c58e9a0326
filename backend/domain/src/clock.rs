//! Time as a parameter. Nothing in the product reads the wall clock except through a [`Clock`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use serde::{Deserialize, Serialize};

use crate::Span;

/// A moment: microseconds since 1970-01-01 UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    /// The moment `span` later, held at the largest value instead of overflowing.
    #[must_use]
    pub const fn plus(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.micros()))
    }
    /// The moment `span` earlier.
    #[must_use]
    pub const fn minus(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.micros()))
    }
    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn since(self, earlier: Time) -> Span {
        let d = self.0.saturating_sub(earlier.0);
        Span::from_micros(if d < 0 { 0 } else { d })
    }
}

/// A future that ends when a moment is reached.
pub type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock.
    fn now(&self) -> Time;
    /// A clock that never goes back, from an arbitrary start. For leases and timeouts.
    fn mono(&self) -> Span;
    /// Ends when the time is over that the wall clock needs to `at` from now. A clock that is set
    /// meanwhile moves it neither way.
    fn timer(&self, at: Time) -> Timer;
}

/// The clock as it is handed around.
pub type SharedClock = Arc<dyn Clock>;

/// A clock for tests: it moves only when it is told to.
#[derive(Debug, Default)]
pub struct ManualClock {
    state: Arc<Mutex<Manual>>,
}

#[derive(Debug, Default)]
struct Manual {
    now: i64,
    mono: i64,
    next: u64,
    waiting: BTreeMap<u64, (i64, Waker)>,
}

fn lock(m: &Mutex<Manual>) -> MutexGuard<'_, Manual> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: Time) -> Arc<Self> {
        let c = Self::default();
        lock(&c.state).now = now.0;
        Arc::new(c)
    }

    /// Moves both clocks forward and wakes the timers that have come due.
    pub fn advance(&self, span: Span) {
        let mut s = lock(&self.state);
        s.now = s.now.saturating_add(span.micros());
        s.mono = s.mono.saturating_add(span.micros());
        let due = s.mono;
        let ready: Vec<u64> =
            s.waiting.iter().filter(|(_, (at, _))| *at <= due).map(|(k, _)| *k).collect();
        let wakers: Vec<Waker> =
            ready.iter().filter_map(|k| s.waiting.remove(k)).map(|(_, w)| w).collect();
        drop(s);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Sets the wall clock alone, also backwards, as an administrator or NTP may.
    pub fn set_wall(&self, now: Time) {
        lock(&self.state).now = now.0;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(lock(&self.state).now)
    }
    fn mono(&self) -> Span {
        Span::from_micros(lock(&self.state).mono)
    }
    fn timer(&self, at: Time) -> Timer {
        let at = {
            let s = lock(&self.state);
            s.mono.saturating_add(at.0.saturating_sub(s.now))
        };
        Box::pin(ManualTimer { state: self.state.clone(), at, key: None })
    }
}

struct ManualTimer {
    state: Arc<Mutex<Manual>>,
    /// Of the monotonic clock.
    at: i64,
    key: Option<u64>,
}

impl Future for ManualTimer {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let state = self.state.clone();
        let mut s = lock(&state);
        if s.mono >= self.at {
            return Poll::Ready(());
        }
        let key = self.key.unwrap_or_else(|| {
            s.next += 1;
            s.next
        });
        s.waiting.insert(key, (self.at, cx.waker().clone()));
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for ManualTimer {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            lock(&self.state).waiting.remove(&key);
        }
    }
}
