//! Seeing what became of events: runs, deliveries, counts.

use domain::connection::ConnectionState;
use domain::delivery::EventState;
use domain::ids::RunId;
use domain::run::{Run, RunState};
use domain::{Span, limits};
use store::{
    Copies, Counts, DeliveryView, EventFilter, EventView, RunDetail, RunFilter, StoredDelivery,
};

use super::wait::sought;
use super::{Hook, SOON, World, until};

impl World {
    /// All runs of a flow, oldest first.
    pub async fn runs(&self, hook: &Hook) -> Vec<Run> {
        let filter =
            RunFilter { flow: Some(hook.id), limit: limits::PAGE_MAX, ..RunFilter::default() };
        let mut runs = self.ask(|m| async move { m.runs(filter).await }).await.expect("runs");
        runs.reverse();
        runs
    }

    /// A run with its journal and attempts.
    pub async fn run(&self, id: RunId) -> RunDetail {
        self.ask(|m| async move { m.run(id).await }).await.expect("the run")
    }

    /// Waits until a run is in this state.
    pub async fn run_is(&self, id: RunId, state: RunState) -> RunDetail {
        let mut last = None;
        let found = sought(SOON, async || {
            let run = self.run(id).await;
            let there = run.run.state == state;
            last = Some(run.clone());
            there.then_some(run)
        })
        .await;
        found.unwrap_or_else(|| panic!("the run is not {}: {last:#?}", state.as_str()))
    }

    /// Waits until a flow has `n` runs and all of them have ended; oldest first.
    pub async fn ended(&self, hook: &Hook, n: usize) -> Vec<RunDetail> {
        let mut last = Vec::new();
        let found = sought(SOON, async || {
            last = self.runs(hook).await;
            let ended = last.len() >= n && last.iter().all(|r| r.state.is_final());
            ended.then(|| last.clone())
        })
        .await;
        let runs = found.unwrap_or_else(|| panic!("{n} runs have not ended: {last:#?}"));
        assert_eq!(runs.len(), n, "{runs:#?}");
        let mut details = Vec::new();
        for run in runs {
            details.push(self.run(run.id).await);
        }
        details
    }

    /// Waits until the only run of a flow has ended.
    pub async fn outcome(&self, hook: &Hook) -> RunDetail {
        self.ended(hook, 1).await.remove(0)
    }

    /// Waits until the only run of a flow is in this state.
    pub async fn only_run(&self, hook: &Hook, state: RunState) -> RunDetail {
        let run = until("a run", async || self.runs(hook).await.first().cloned()).await;
        self.run_is(run.id, state).await
    }

    /// Moves time to the moment at which a waiting run goes on; how long that was.
    pub async fn advance_to_due(&self, run: &RunDetail) -> Span {
        let now = domain::Clock::now(self.clock.as_ref());
        let due_at = run.due_at.unwrap_or_else(|| panic!("it does not wait: {run:#?}"));
        let wait = due_at.since(now);
        self.advance(wait).await;
        wait
    }

    pub async fn counts(&self) -> Counts {
        self.ask(|m| async move { m.db.counts().await }).await.expect("counts")
    }

    /// Deliveries that wait for their commit.
    pub async fn queued(&self) -> usize {
        self.ask(|m| async move { m.db.waiting() }).await
    }

    /// What is only counted of a flow's deliveries.
    pub async fn copies(&self, hook: &Hook) -> Copies {
        let id = hook.id;
        self.ask(|m| async move { m.db.copies(id).await }).await.expect("copies")
    }

    /// Events of a flow, oldest first.
    pub async fn events(&self, hook: &Hook) -> Vec<EventView> {
        let filter =
            EventFilter { flow: Some(hook.id), limit: limits::PAGE_MAX, ..EventFilter::default() };
        let mut all = self.ask(|m| async move { m.events(filter).await }).await.expect("events");
        all.reverse();
        all
    }

    /// The only event of a flow.
    pub async fn only_event(&self, hook: &Hook) -> EventView {
        let mut all = self.events(hook).await;
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    /// Expects that the flow's only event is held for this reason.
    pub async fn held_for(&self, hook: &Hook, reason: &str) {
        let event = self.only_event(hook).await;
        assert_eq!((event.state, event.reason.as_deref()), (EventState::Held, Some(reason)));
        assert!(self.runs(hook).await.is_empty(), "a held event has no run");
    }

    /// Deliveries of a flow, oldest first.
    pub async fn deliveries(&self, hook: &Hook) -> Vec<DeliveryView> {
        let id = hook.id;
        let all = self.ask(|m| async move { m.deliveries(Some(id), None, 1_000).await }).await;
        let mut all = all.expect("deliveries");
        all.reverse();
        all
    }

    /// A delivery with its raw body, as it is stored.
    pub async fn delivery(&self, of: &DeliveryView) -> StoredDelivery {
        let id = of.id;
        self.ask(|m| async move { m.delivery(id).await }).await.expect("the delivery")
    }

    /// A delivery as it may be shown, as one text.
    pub async fn shown(&self, of: &DeliveryView) -> String {
        let id = of.id;
        self.ask(|m| async move {
            let d = m.delivery(id).await.expect("the delivery");
            let seen = m.masked(&d).await.expect("its view");
            format!("{seen:?} {:?} {:?}", d.reason, d.answer)
        })
        .await
    }

    pub async fn connection_state(&self, name: &str) -> ConnectionState {
        let name = name.to_owned();
        self.ask(|m| async move { m.connection(&name).await }).await.expect("it").state
    }
}
