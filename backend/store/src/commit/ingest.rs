//! Stores a batch of deliveries with their events, runs and jobs: one statement per table.

use std::collections::{BTreeMap, HashMap};

use domain::Time;
use domain::delivery::{Answer, Verdict};
use domain::ids::{EventId, FlowId, NodeId};
use domain::limits;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::dedupe::Owners;
use super::ingest_sql::{COPIES, COUNT, DELIVERIES, EVENTS, JOBS, RUNS, TRIM};
use super::order::{self, Order};
use super::prepare::{Delivery, json};
use super::{Effects, Fail};
use crate::live::News;
use crate::sql::{Batch, Conn, vals};
use crate::{EventResult, Ingested, NewEvent, NewestKey, Priority};

/// What became of one delivery, before anything is written.
struct Fate {
    events: Vec<EventResult>,
    /// Every event is a copy: the first one's original, and its answer.
    copy_of: Option<EventId>,
    answer: Option<Answer>,
    /// The answer as it is stored, when it is not the delivery's own.
    answer_text: Option<String>,
    /// Only counted, not stored.
    dropped: bool,
}

/// Writes the batch inside the open transaction.
pub(crate) fn batch<'f>(
    conn: &'f mut Conn,
    batch: &'f [&'f Delivery],
    (order, now): (Order, Time),
    effects: &'f mut Effects,
) -> BoxFuture<'f, Result<Vec<Ingested>, Fail>> {
    Box::pin(all(conn, batch, (order, now), effects))
}

async fn all(
    conn: &mut Conn,
    batch: &[&Delivery],
    (mut order, now): (Order, Time),
    effects: &mut Effects,
) -> Result<Vec<Ingested>, Fail> {
    for d in batch {
        effects.news.note(News::Delivery(d.new.id));
    }
    let owners = Owners::of(conn, batch, now).await?;
    let mut fates = Vec::with_capacity(batch.len());
    for d in batch {
        fates.push(fate(d, &owners)?);
    }
    let lite = conn.is_lite();
    let b = event_rows(lite, batch, &fates);
    write(conn, &EVENTS, b).await?;
    let (runs, jobs, nodes) = run_rows(lite, batch, &mut fates, (&mut order, effects));
    crate::newest::note(conn, moments(batch, &fates), now).await?;
    crate::nodes::hold(conn, &nodes).await?;
    write(conn, &RUNS, runs).await?;
    write(conn, &JOBS, jobs).await?;
    let mut counts = Counts::new();
    keep_copies(conn, batch, &mut fates, &mut counts).await?;
    let flows = keep_rejected(batch, &mut fates, &mut counts);
    let b = delivery_rows(lite, batch, &fates);
    write(conn, &DELIVERIES, b).await?;
    for flow in flows {
        conn.exec(TRIM, vals![flow.uuid(), limits::REJECTED_KEPT]).await?;
    }
    count_keyless(batch, &fates, &mut counts);
    if !counts.is_empty() {
        let mut b = COUNT.batch(conn.is_lite(), counts.len());
        for ((flow, name), n) in counts {
            b.id(flow.uuid()).text(name).int(n).end();
        }
        conn.bulk(&COUNT, b).await?;
    }
    Ok(fates.into_iter().map(|f| Ingested { events: f.events, answer: f.answer }).collect())
}

fn fate(d: &Delivery, owners: &Owners<'_>) -> Result<Fate, Fail> {
    let flow = d.new.flow;
    let events: Vec<EventResult> = d
        .events
        .iter()
        .map(|e| {
            let other = e.dedupe.and_then(|k| owners.copy_of(flow, e.id, k.hash));
            other.map_or(EventResult::Stored, EventResult::Duplicate)
        })
        .collect();
    let all = !events.is_empty() && !events.iter().any(is_new);
    let mut fate = Fate { events, copy_of: None, answer: None, answer_text: None, dropped: false };
    if let (true, Some(EventResult::Duplicate(first))) = (all, fate.events.first()) {
        fate.copy_of = Some(*first);
        let key = d.events.first().and_then(|e| e.dedupe);
        fate.answer = key.and_then(|k| owners.answer(flow, k.hash));
        fate.answer_text = fate.answer.as_ref().map(json).transpose()?;
    }
    Ok(fate)
}

type Counts = BTreeMap<(FlowId, &'static str), i64>;

fn count_keyless(batch: &[&Delivery], fates: &[Fate], counts: &mut Counts) {
    for (d, f) in batch.iter().zip(fates) {
        let n = stored(d, f).filter(|e| e.keyless).count();
        if n > 0 {
            *counts.entry((d.new.flow, "keyless")).or_default() += i64::try_from(n).unwrap_or(0);
        }
    }
}

fn is_new(r: &EventResult) -> bool {
    !matches!(r, EventResult::Duplicate(_))
}

/// The events of a delivery that are new.
fn stored<'a>(d: &'a Delivery, f: &'a Fate) -> impl Iterator<Item = &'a NewEvent> {
    let new = |(e, r): (&'a NewEvent, &EventResult)| is_new(r).then_some(e);
    d.events.iter().zip(&f.events).filter_map(new)
}

/// The moments that new events name.
fn moments<'a>(
    batch: &'a [&'a Delivery],
    fates: &'a [Fate],
) -> impl Iterator<Item = (FlowId, &'a NewestKey)> {
    batch.iter().zip(fates).flat_map(|(d, f)| {
        let runs = stored(d, f).filter_map(|e| e.run.as_ref());
        runs.filter_map(|r| r.newest.as_ref()).map(|n| (d.new.flow, n))
    })
}

fn event_rows<'a>(lite: bool, batch: &[&'a Delivery], fates: &'a [Fate]) -> Batch<'a> {
    let mut b = EVENTS.batch(lite, batch.len());
    for (d, f) in batch.iter().zip(fates) {
        for e in stored(d, f) {
            b.id(e.id.uuid()).id(d.new.id.uuid()).id(d.new.workspace.uuid());
            b.id(d.new.flow.uuid()).id(e.run.as_ref().map(|r| r.id.uuid()));
            b.int(e.item).text(e.state.as_str()).text(e.reason).end();
        }
    }
    b
}

/// Rows of runs and of jobs, and the nodes that hold some of them. Says of which runs it is not
/// the turn.
fn run_rows<'a>(
    lite: bool,
    batch: &[&'a Delivery],
    fates: &mut [Fate],
    (order, effects): (&mut Order, &mut Effects),
) -> (Batch<'a>, Batch<'a>, Vec<NodeId>) {
    let mut runs = RUNS.batch(lite, batch.len());
    let mut jobs = JOBS.batch(lite, batch.len());
    let mut nodes = Vec::new();
    for (d, f) in batch.iter().zip(fates) {
        let n = &d.new;
        for (e, result) in d.events.iter().zip(&mut f.events).filter(|(_, r)| is_new(r)) {
            let Some(r) = &e.run else { continue };
            let place = r.order.and_then(|o| order.place(order::key(n.flow, &o)));
            let blocked = place.is_some_and(|p| p.blocked);
            let lease = r.lease.filter(|_| !blocked);
            if blocked {
                *result = EventResult::InTurn;
            }
            runs.id(r.id.uuid()).id(n.workspace.uuid()).id(n.flow.uuid()).id(e.id.uuid());
            runs.id(None).int(r.version).int(n.received_at.0).int(i64::from(r.test));
            runs.int(0).end();
            jobs.id(r.id.uuid()).id(n.workspace.uuid()).id(n.flow.uuid());
            jobs.id(lease.map(|l| l.node.uuid())).id(Uuid::from_bytes(r.gate.0));
            jobs.id(place.map(|p| p.key)).int(n.received_at.0);
            jobs.int(lease.map_or(0, |l| l.epoch)).int(lease.map_or(0, |l| l.token));
            jobs.text(r.unsafe_next.as_deref()).int(place.map(|p| p.seq));
            jobs.int(i64::from(blocked)).int(Priority::Normal.number()).end();
            effects.jobs += 1;
            effects.work |= lease.is_none() && !blocked;
            nodes.extend(lease.map(|l| l.node));
        }
    }
    nodes.dedup();
    (runs, jobs, nodes)
}

/// Counts copies per original and keeps the first ones only.
async fn keep_copies(
    conn: &mut Conn,
    batch: &[&Delivery],
    fates: &mut [Fate],
    counts: &mut Counts,
) -> Result<(), Fail> {
    let more = copies(fates);
    if more.is_empty() {
        return Ok(());
    }
    let mut b = COPIES.batch(conn.is_lite(), more.len());
    for (event, n) in &more {
        b.id(event.uuid()).int(*n).end();
    }
    // How many of this batch's copies may still be stored, per original.
    let mut room: HashMap<EventId, i64> = HashMap::new();
    for row in conn.bulk_rows(&COPIES, b).await? {
        let mut c = row.cursor();
        let event = EventId(c.id()?);
        let before = c.int()? - more.get(&event).copied().unwrap_or(0);
        room.insert(event, limits::COPIES_KEPT - before);
    }
    drop_copies(batch, fates, room, counts);
    Ok(())
}

/// New copies per original.
fn copies(fates: &[Fate]) -> BTreeMap<EventId, i64> {
    let mut more: BTreeMap<EventId, i64> = BTreeMap::new();
    for of in fates.iter().filter_map(|f| f.copy_of) {
        *more.entry(of).or_default() += 1;
    }
    more
}

fn drop_copies(
    batch: &[&Delivery],
    fates: &mut [Fate],
    mut room: HashMap<EventId, i64>,
    counts: &mut Counts,
) {
    for (d, f) in batch.iter().zip(fates.iter_mut()) {
        let Some(of) = f.copy_of else { continue };
        let left = room.entry(of).or_insert(0);
        *left -= 1;
        if *left < 0 {
            f.dropped = true;
            *counts.entry((d.new.flow, "duplicates")).or_default() += 1;
        }
    }
}

/// Of many rejected deliveries in one batch only the newest are written at all. Answers the flows
/// whose older ones go.
fn keep_rejected(batch: &[&Delivery], fates: &mut [Fate], counts: &mut Counts) -> Vec<FlowId> {
    let mut seen: HashMap<FlowId, i64> = HashMap::new();
    for (d, f) in batch.iter().zip(fates.iter_mut()).rev() {
        if d.new.verdict == Verdict::Rejected {
            let n = seen.entry(d.new.flow).or_default();
            *n += 1;
            f.dropped |= *n > limits::REJECTED_KEPT;
        }
    }
    for (flow, n) in &seen {
        *counts.entry((*flow, "rejected")).or_default() += n;
    }
    seen.into_keys().collect()
}

fn delivery_rows<'a>(lite: bool, batch: &[&'a Delivery], fates: &'a [Fate]) -> Batch<'a> {
    let mut b = DELIVERIES.batch(lite, batch.len());
    for (d, f) in batch.iter().zip(fates).filter(|(_, f)| !f.dropped) {
        row(&mut b, d, f);
    }
    b
}

fn row<'a>(b: &mut Batch<'a>, d: &'a Delivery, f: &'a Fate) {
    let n = &d.new;
    let verdict = if f.copy_of.is_some() { Verdict::Duplicate } else { n.verdict };
    b.id(n.id.uuid()).id(n.workspace.uuid()).id(n.flow.uuid());
    b.id(f.copy_of.map(EventId::uuid)).int(n.received_at.0);
    b.text(n.method.as_str()).text(n.path.as_str()).text(d.query.as_str());
    b.doc(n.headers.as_str()).text(n.remote_ip.as_str()).text(verdict.as_str());
    b.text(n.reason.as_deref()).doc(f.answer_text.as_deref().unwrap_or(&d.answer));
    b.int(i64::from(n.sealed)).int(d.encoding).int(d.body_bytes).blob(&*d.body).end();
}

async fn write(conn: &mut Conn, text: &'static crate::sql::Bulk, b: Batch<'_>) -> Result<(), Fail> {
    if !b.is_empty() {
        conn.bulk(text, b).await?;
    }
    Ok(())
}
