//! What runs of this process have tried, read from its log: the only sign of a step that was
//! evaluated and is not stored yet.

use std::sync::{Mutex, Once, PoisonError};

use domain::ids::RunId;
use engine::whereabouts;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::until;

static BEGUN: Once = Once::new();
static TRIED: Mutex<Vec<(RunId, String)>> = Mutex::new(Vec::new());

/// Keeps the run and step of each line of the part that writes tries down.
struct Tries;

impl<S: Subscriber> Layer<S> for Tries {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        if let Some(here) = whereabouts::here()
            && let Some(run) = here.run
        {
            TRIED.lock().unwrap_or_else(PoisonError::into_inner).push((run, here.step));
        }
    }
}

/// From now on tries are noticed.
///
/// # Panics
/// Somebody else reads the log of this process.
pub fn notice() {
    BEGUN.call_once(|| {
        let part = Targets::new().with_target("engine::settle", Level::DEBUG);
        let all = tracing_subscriber::registry().with(Tries.with_filter(part));
        tracing::subscriber::set_global_default(all).expect("the log of the tests");
    });
}

/// Waits until a run has tried this step, stored or not.
pub async fn tried(run: RunId, step: &str) {
    let look = async || {
        let all = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|(r, s)| *r == run && s == step).then_some(())
    };
    until("the step is tried", look).await;
}
