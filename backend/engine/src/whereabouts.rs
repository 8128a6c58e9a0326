//! Which flow, run and step the current task works on: every line that is logged meanwhile, ours
//! or a library's, names them. Kept beside the task and looked at only when a line is written, so
//! that it costs nothing where nothing is.

use std::cell::{Cell, RefCell};

use domain::ids::{FlowId, RunId};
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static HERE: Place;
}

/// Where a task is. It moves from step to step while the task goes on.
pub(crate) struct Place {
    flow: Option<FlowId>,
    run: Cell<Option<RunId>>,
    step: RefCell<String>,
}

/// What a line of the log is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    pub flow: Option<FlowId>,
    /// Absent for a delivery that has made none yet.
    pub run: Option<RunId>,
    /// The id of the step in the flow; empty between steps.
    pub step: String,
}

/// Where the current task is; nothing outside of runs and deliveries.
pub fn here() -> Option<Here> {
    let look = |p: &Place| {
        let step = p.step.try_borrow().map(|s| s.clone()).unwrap_or_default();
        Here { flow: p.flow, run: p.run.get(), step }
    };
    HERE.try_with(look).ok()
}

/// Work on a run.
pub(crate) fn of_run<F: Future>(
    flow: Option<FlowId>,
    run: RunId,
    work: F,
) -> TaskLocalFuture<Place, F> {
    HERE.scope(Place { flow, run: Cell::new(Some(run)), step: RefCell::default() }, work)
}

/// A delivery to a flow that is being accepted.
pub(crate) fn of_delivery<F: Future>(flow: FlowId, work: F) -> TaskLocalFuture<Place, F> {
    HERE.scope(Place { flow: Some(flow), run: Cell::new(None), step: RefCell::default() }, work)
}

/// Work on one step that goes on beside others of the same run.
pub(crate) fn beside<F: Future>(step: &str, work: F) -> TaskLocalFuture<Place, F> {
    let here = here();
    let (flow, run) = here.map_or((None, None), |h| (h.flow, h.run));
    HERE.scope(Place { flow, run: Cell::new(run), step: RefCell::new(step.to_owned()) }, work)
}

/// The delivery has made this run.
pub(crate) fn made(run: RunId) {
    let _ = HERE.try_with(|p| p.run.set(Some(run)));
}

/// The run goes on with this step; empty between steps.
pub(crate) fn at_step(step: &str) {
    let _ = HERE.try_with(|p| {
        if let Ok(mut held) = p.step.try_borrow_mut() {
            held.clear();
            held.push_str(step);
        }
    });
}

#[cfg(test)]
mod tests {
    use domain::Time;

    use super::*;

    #[tokio::test]
    async fn steps_that_go_on_together_are_told_apart() {
        assert_eq!(here(), None);
        let (flow, run) = (FlowId::new(Time(1)), RunId::new(Time(1)));
        let step = || here().map(|h| h.step);
        let work = async {
            at_step("first");
            let one = beside("one", async {
                tokio::task::yield_now().await;
                step()
            });
            let two = beside("two", async { step() });
            let both = tokio::join!(one, two);
            (both, here())
        };
        let (both, after) = of_run(Some(flow), run, work).await;
        assert_eq!(both, (Some("one".to_owned()), Some("two".to_owned())));
        let step = "first".to_owned();
        assert_eq!(after, Some(Here { flow: Some(flow), run: Some(run), step }));
        assert_eq!(here(), None);
    }

    #[tokio::test]
    async fn a_delivery_names_its_run_once_it_has_one() {
        let (flow, run) = (FlowId::new(Time(1)), RunId::new(Time(2)));
        let work = async {
            let before = here().and_then(|h| h.run);
            made(run);
            (before, here().and_then(|h| h.run))
        };
        assert_eq!(of_delivery(flow, work).await, (None, Some(run)));
    }
}
