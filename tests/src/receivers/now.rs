//! Where a receiver takes its time from: its own wall clock, as a foreign server would, or the
//! clock of the test.

use std::fmt;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use domain::{SharedClock, Time};

/// Tells a receiver the time.
#[derive(Clone)]
pub struct Now(Arc<dyn Fn() -> Time + Send + Sync>);

impl Now {
    /// The wall clock of this machine.
    pub fn wall() -> Now {
        Now(Arc::new(read_wall))
    }

    /// The clock of the test, usually one that stands still.
    pub fn of(clock: SharedClock) -> Now {
        Now(Arc::new(move || clock.now()))
    }

    /// The present moment.
    pub fn get(&self) -> Time {
        (self.0)()
    }
}

impl Default for Now {
    fn default() -> Self {
        Now::wall()
    }
}

impl fmt::Debug for Now {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Now({})", self.get().0)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a receiver is a foreign server with a clock of its own"
)]
fn read_wall() -> Time {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
