//! Flows that no delivery starts: schedules, manual starts, imports, polls.

mod manual;
mod poll;
mod schedule;

use domain::Span;
use domain::ids::WorkspaceId;
use tests::world::{Hook, World, until};

/// A flow with this trigger and steps.
fn flow(trigger: &str, steps: &[String]) -> String {
    let steps = steps.join("\n  - ");
    format!("\nzveno: 1\nname: flow\ntrigger: {trigger}\nsteps:\n  - {steps}\n")
}

/// Moves time on by pieces in which a running server would have looked.
async fn pass(w: &World, minutes: i64) {
    w.advance(Span::mins(minutes)).await;
}

/// Waits until the trigger of a flow fits the flow and is looked at next at some later time.
async fn settled(w: &World, hook: &Hook) {
    let now = domain::Clock::now(w.clock.as_ref());
    let id = hook.id;
    until("the trigger has been looked at", async || {
        let look = w.ask(move |m| async move {
            (m.db.trigger(id).await, m.db.flow(WorkspaceId::DEFAULT, id).await)
        });
        let (row, flow) = look.await;
        let (row, flow) = (row.unwrap()?, flow.unwrap()?);
        let later = row.next_due.is_none_or(|d| d > now);
        (later && row.generation == flow.generation).then_some(())
    })
    .await;
}
