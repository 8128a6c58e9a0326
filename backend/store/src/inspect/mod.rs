//! Looking at what happened: lists of runs and deliveries with conditions, counts per hour, the
//! health of the queue. Lists are pages by id; a condition without an index looks at a bounded
//! number of rows, and the page says where to go on.

mod changed;
mod deliveries;
mod detail;
mod hours;
mod queue;
mod runs;
mod window;

pub use changed::Changed;
pub use deliveries::{DeliveryQuery, Inspected, ItsEvent, Outcome};
pub use detail::Waiting as RunWaiting;
pub use hours::HourOutcomes;
pub use queue::{Destination, QueueHealth};
pub use runs::{RunQuery, RunView, Waits};

/// One page, newest first.
#[derive(Clone, Debug)]
pub struct Page<T, Id> {
    pub items: Vec<T>,
    /// Go on before this one; none: there is nothing older.
    pub next: Option<Id>,
}
