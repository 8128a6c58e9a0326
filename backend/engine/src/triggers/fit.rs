//! Makes the state of triggers fit the flows: once after the start, then after each change. A
//! published schedule or poll has a row; it is due only while the flow is live.

use domain::flow::catalogue::Source;
use domain::limits;
use serde_json::{Value, json};
use store::{ChangedFlow, FlowRow, FlowState, TriggerPlan, TriggerRow};

use super::schedule;
use super::settings::Settings;
use super::subscribe;
use crate::cache;
use crate::engine::Shared;

/// Looks at the flows that changed after `since`, and moves it on.
pub(super) async fn all(s: &Shared, since: &mut i64) -> Result<(), store::Error> {
    s.db.tidy_triggers(s.now()).await?;
    s.db.tidy_subscriptions().await?;
    loop {
        let slice = i64::from(limits::PAGE);
        let changed = s.db.changed_flows(*since, slice).await?;
        for flow in &changed {
            // Another node may be at it as well: then the row is looked at again.
            while !one(s, flow).await? {}
            *since = flow.generation;
        }
        if changed.len() < usize::try_from(slice).unwrap_or(0) {
            return Ok(());
        }
    }
}

/// False: the row was changed by someone else meanwhile.
async fn one(s: &Shared, changed: &ChangedFlow) -> Result<bool, store::Error> {
    let Some(row) = s.db.flow(changed.workspace, changed.id).await? else { return Ok(true) };
    let before = s.db.trigger(row.id).await?;
    if before.as_ref().is_some_and(|b| b.generation >= row.generation) {
        return Ok(true);
    }
    let Some(Ok(flow)) = row.published.as_deref().map(cache::read) else { return Ok(true) };
    let registry = match s.cache.registry_of(&flow).await {
        Ok(registry) => registry,
        Err(cache::CacheError::Store(e)) => return Err(e),
        Err(cache::CacheError::Invalid(_)) => return Ok(true),
    };
    let Some(source) = cache::source(&flow, &registry) else {
        // Whoever knows the connector makes it fit.
        tracing::warn!(flow.id = %row.id, "the connector of a trigger is not installed here");
        return Ok(true);
    };
    subscribe::fit(s, &row, &flow, &registry).await?;
    if !matches!(source, Source::Schedule | Source::Poll) {
        if before.is_some() {
            s.db.drop_trigger(row.id, row.generation).await?;
        }
        return Ok(true);
    }
    let plan = plan(s, &row, source, &Settings::of(&flow), before);
    s.db.put_trigger(&plan).await
}

fn plan(
    s: &Shared,
    row: &FlowRow,
    source: Source,
    settings: &Settings,
    before: Option<TriggerRow>,
) -> TriggerPlan {
    let now = s.now();
    let over = before.as_ref().map(|b| b.guard);
    let goes_on = |b: &TriggerRow| {
        let same = Settings::read(&b.settings).is_some_and(|old| settings.goes_on(&old, source));
        b.source == source && same
    };
    let before = before.filter(goes_on);
    let (next_due, cursor) = match (source, &before) {
        (Source::Schedule, Some(b)) => (schedule::due(&b.cursor), b.cursor.clone()),
        (Source::Schedule, None) => schedule::begin(settings, now),
        // After a pause at once; otherwise when it was to be.
        (_, Some(b)) => (b.next_due.or(Some(now)), b.cursor.clone()),
        (_, None) => (Some(now), json!({})),
    };
    let (status, seen) = before.map_or((Value::Null, Vec::new()), |b| (b.status, b.seen));
    TriggerPlan {
        flow: row.id,
        workspace: row.workspace,
        source,
        settings: settings.text(),
        generation: row.generation,
        over,
        next_due: next_due.filter(|_| row.state == FlowState::Live),
        cursor,
        status,
        seen,
    }
}
