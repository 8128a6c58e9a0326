//! The clock of a running server: the only place that reads the machine's time.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use domain::clock::{SharedClock, Timer};
use domain::{Clock, Span, Time};

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
    /// Added to the machine's time, for replays of old deliveries.
    shift: i64,
}

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others are given")]
    pub fn shared() -> SharedClock {
        Arc::new(Self { start: Instant::now(), shift: 0 })
    }

    /// A clock that begins at `at` and goes on from there.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others are given")]
    pub fn beginning(at: Time) -> SharedClock {
        let now = Self { start: Instant::now(), shift: 0 }.now();
        Arc::new(Self { start: Instant::now(), shift: at.micros() - now.micros() })
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others are given")]
    fn now(&self) -> Time {
        let d = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(d.as_micros()).unwrap_or(i64::MAX).saturating_add(self.shift))
    }

    fn mono(&self) -> Span {
        Span::from_micros(i64::try_from(self.start.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn timer(&self, at: Time) -> Timer {
        Box::pin(tokio::time::sleep(at.since(self.now()).std()))
    }
}
