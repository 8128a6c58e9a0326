//! Keeps the index of values up with the events, in the background, on one node at a time. It
//! lets deliveries go first, and a node that dies leaves nothing but work for the next one.
//!
//! Events appear in the order of their ids, but for those whose commit took long. So the newest
//! are indexed as they come, and all are looked at once more when they are old enough: only then
//! the stored cursor moves.

use std::collections::HashMap;
use std::sync::Arc;

use connect::inbound::Needs;
use domain::ids::{DeliveryId, EventId, first_at};
use domain::{Span, Time, limits};
use serde_json::Value;
use store::{SearchTurn, Searched, StoredDelivery, Unsearched};

use super::{hash, normal, values};
use crate::engine::Shared;
use crate::node::pause;
use crate::snapshot;

/// How far behind the newest event others may still appear without being late.
const OVERLAP: Span = Span::secs(10);
/// The cursor moves by at least this much.
const STEP: Span = Span::mins(1);
/// Between two slices.
const BREATH: Span = Span::ms(5);

/// Until the engine stops.
pub(crate) async fn run(s: Arc<Shared>) {
    let mut newest = Time(0);
    loop {
        let began = s.clock.mono();
        let wait = match turn(&s, &mut newest).await {
            // Others go first, but not for ever.
            Ok(true) if s.db.waiting() > 0 => took(&s, began).max(BREATH),
            Ok(true) => BREATH,
            Ok(false) => limits::SEARCH_LOOK,
            Err(e) => {
                tracing::warn!(error = %e, "the search index waits");
                limits::SEARCH_LOOK
            }
        };
        if pause(&s, &s.retired, wait).await {
            return;
        }
    }
}

/// How long to rest after a slice, so that it has but a small share of the machine.
fn took(s: &Shared, began: Span) -> Span {
    let took = s.clock.mono().micros().saturating_sub(began.micros());
    Span::from_micros(took.saturating_mul(i64::from(limits::SEARCH_REST)))
}

/// One slice. Whether there is more to do at once.
async fn turn(s: &Shared, newest: &mut Time) -> Result<bool, store::Error> {
    if s.db.waiting() > limits::SEARCH_YIELD || !s.may_send() {
        return Ok(false);
    }
    let Some(turn) = s.db.search_turn(**s.lease.load()).await? else {
        *newest = Time(0);
        return Ok(false);
    };
    let now = s.now();
    let settled = EventId(first_at(now.minus(limits::SEARCH_LATE)));
    if turn.cursor < EventId(first_at(now.minus(limits::SEARCH_LATE.plus(STEP)))) {
        let late = s.db.unsearched(turn.cursor, Some(settled), limits::SEARCH_SLICE).await?;
        let all = late.len() < slice();
        if !index(s, turn, late).await? {
            return Ok(false);
        }
        if all {
            s.db.move_search(turn, settled).await?;
        }
        return Ok(true);
    }
    let from = EventId(first_at(newest.minus(OVERLAP))).max(turn.cursor);
    let new = s.db.unsearched(from, None, limits::SEARCH_SLICE).await?;
    let more = new.len() == slice();
    let reached = if more { new.last().map_or(now, |u| u.id.at()) } else { now };
    if index(s, turn, new).await? {
        *newest = reached;
        return Ok(more);
    }
    Ok(false)
}

fn slice() -> usize {
    usize::try_from(limits::SEARCH_SLICE).unwrap_or(usize::MAX)
}

/// Indexes these events. False: another node does it.
async fn index(s: &Shared, turn: SearchTurn, all: Vec<Unsearched>) -> Result<bool, store::Error> {
    let mut all = all.as_slice();
    while !all.is_empty() {
        let (now, later) = all.split_at(together(all));
        if !index_some(s, turn, now).await? {
            return Ok(false);
        }
        all = later;
    }
    Ok(true)
}

/// How many of the first have bodies that may be in memory at once.
fn together(all: &[Unsearched]) -> usize {
    let mut bytes = 0;
    let fits = all.iter().take_while(|u| {
        bytes += u.size;
        bytes <= limits::SEARCH_BYTES
    });
    fits.count().max(1)
}

async fn index_some(
    s: &Shared,
    turn: SearchTurn,
    all: &[Unsearched],
) -> Result<bool, store::Error> {
    let mut by_delivery: HashMap<DeliveryId, Vec<Unsearched>> = HashMap::with_capacity(all.len());
    for one in all {
        by_delivery.entry(one.delivery).or_default().push(*one);
    }
    let firsts = by_delivery.values().filter_map(|events| events.first());
    let ids: Vec<_> = firsts.map(|e| (e.workspace, e.delivery)).collect();
    let mut out = Vec::with_capacity(all.len());
    for d in s.db.deliveries_of(&ids).await? {
        let id = d.id;
        let Some(events) = by_delivery.remove(&id) else { continue };
        let data = if d.body_gone { Vec::new() } else { data(s, d).await };
        for e in events {
            let at = usize::try_from(e.item).unwrap_or(usize::MAX);
            out.push(searched(&e, data.get(at).or(data.first())));
        }
    }
    // Of deliveries that have just gone: their events are done with, too.
    out.extend(by_delivery.into_values().flatten().map(|e| searched(&e, None)));
    s.db.add_searched(turn, out).await
}

fn searched(e: &Unsearched, data: Option<&Value>) -> Searched {
    let found = data.map(values).unwrap_or_default();
    let ids = [e.id.to_string(), e.delivery.to_string()];
    let ids = ids.into_iter().filter_map(|i| normal(&i));
    let mut hashes: Vec<i64> =
        found.into_iter().chain(ids).map(|v| hash(e.workspace, &v)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    Searched { event: e.id, hashes }
}

/// The data of a delivery's events, in order, without its secrets (semantics S18).
async fn data(s: &Shared, d: StoredDelivery) -> Vec<Value> {
    let (ws, flow) = (d.workspace, d.flow);
    let live = s.cache.by_id(ws, flow).await.ok().flatten();
    // Without the trigger nobody knows what in it is secret, nor how it is read.
    let Some(inbound) = live.as_ref().and_then(|l| l.inbound.as_ref()) else { return Vec::new() };
    let raw = snapshot::raw(d);
    let (parsed, items) = inbound.reparse(&raw, false);
    if parsed.error.is_some() {
        return Vec::new();
    }
    let needs = Needs { body: true, ..Needs::default() };
    let mut body = inbound.trigger_context(&raw, parsed, None, "", needs)["body"].take();
    let secrets = &inbound.keep().masked_paths;
    let hidden = !secrets.is_empty();
    let data = items.into_iter().map(|i| match i.data {
        // What was taken from the body may have its secrets under other names.
        Some(data) if !hidden => data,
        _ => body.clone(),
    });
    let data: Vec<Value> = data.collect();
    if data.is_empty() { vec![body.take()] } else { data }
}
