//! Waiting for what happens by itself: the only place of the tests that looks again and again.

use std::time::Duration;

use tokio::time::{interval, timeout};

/// Long enough for a busy machine, short enough to notice a hang.
pub const SOON: Duration = Duration::from_secs(20);
const EVERY: Duration = Duration::from_millis(5);

/// Looks until there is something.
///
/// # Panics
/// If there is nothing after [`SOON`].
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(SOON, what, look).await
}

/// Looks until there is something.
///
/// # Panics
/// If there is nothing after `time`.
pub async fn within<T>(time: Duration, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = sought(time, look).await;
    found.unwrap_or_else(|| panic!("not within {time:?}: {what}"))
}

/// Looks until there is something, or the time is over.
pub(super) async fn sought<T>(
    time: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let mut again = interval(EVERY);
    let looking = async {
        loop {
            again.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    timeout(time, looking).await.ok()
}
