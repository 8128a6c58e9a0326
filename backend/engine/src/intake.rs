//! From a delivery to stored events (steps 1 and 2 of the life of an event): judged by the
//! trigger, turned into events with keys and runs, committed, and only then answered.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use connect::http::HOPS_HEADER;
use connect::inbound::{Accepted, Inbound, Judgement};
use domain::delivery::{Answer, EventState, RawDelivery, Verdict};
use domain::ids::{DeliveryId, EventId, RunId};
use domain::{Text, Time, limits};
use mapping::Context;
use mapping::functions::Env;
use serde_json::{Value, json};
use store::{
    AfterCommit, DedupeKey, EventResult, FlowState, Ingest, Ingested, Lease, NewDelivery, NewEvent,
    NewRun, Places,
};

use crate::asked::Asked;
use crate::build::samples::TEST;
use crate::cache::{CacheError, LiveFlow};
use crate::engine::Shared;
use crate::execute::Job;
use crate::files::DeliveryFiles;
use crate::keys;
use crate::outside;
use crate::places::Place;
use crate::program::Program;
use crate::{whereabouts, worker};

/// Why a delivery cannot be answered as accepted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no flow behind this address.
    #[error("unknown address")]
    Unknown,
    /// It could not be stored now: 503 with Retry-After.
    #[error("not stored: {0}")]
    NotStored(String),
}

impl From<CacheError> for Refusal {
    fn from(e: CacheError) -> Self {
        Refusal::NotStored(e.to_string())
    }
}

/// Stores a delivery and says what to answer. A 2xx from here means: committed.
///
/// # Errors
/// [`Refusal::NotStored`] when nothing was stored and the sender should come again.
pub async fn accept(
    s: &Arc<Shared>,
    live: &Arc<LiveFlow>,
    raw: RawDelivery,
    test: bool,
) -> Result<Answer, Refusal> {
    whereabouts::of_delivery(live.id, judge(s, live, raw, test)).await
}

async fn judge(
    s: &Arc<Shared>,
    live: &Arc<LiveFlow>,
    mut raw: RawDelivery,
    test: bool,
) -> Result<Answer, Refusal> {
    let Some(inbound) = &live.inbound else {
        return hold_raw(s, live, raw).await;
    };
    if let Err(answer) = connect::inbound::decode(&mut raw, live.max_body) {
        return Ok(answer);
    }
    let judged = if test {
        inbound.judge_own(&raw)
    } else {
        outside::judge(s, (live.workspace, live.origin.as_ref()), inbound, &raw)
            .await
            .map_err(Refusal::NotStored)?
    };
    let judged = match judged {
        Judgement::Rejected { .. } if live.before.is_some() => before(s, live, &raw, judged).await,
        judged => judged,
    };
    match judged {
        // What was asked for did not settle it.
        Judgement::Ask(_) => Err(Refusal::NotStored("the proof needs too much".into())),
        Judgement::Probe { answer, reason, save } => {
            for (name, secret) in save {
                let name = format!("hook.{name}");
                let kept = s.db.put_secret(live.id, &name, &secret).await;
                kept.map_err(|e| Refusal::NotStored(e.to_string()))?;
            }
            store_only(s, live, raw, Verdict::Probe, answer, reason).await
        }
        Judgement::Rejected { answer, reason } => {
            store_only(s, live, raw, Verdict::Rejected, answer, reason).await
        }
        Judgement::Refused { answer, reason } => {
            store_only(s, live, raw, Verdict::Refused, answer, reason).await
        }
        Judgement::Accepted(a) => store_events(s, live, raw, *a, test).await,
    }
}

/// A delivery that the secrets of now do not prove: perhaps its sender has those of before still.
async fn before(s: &Shared, live: &LiveFlow, raw: &RawDelivery, now: Judgement) -> Judgement {
    let Some((until, inbound)) = &live.before else { return now };
    if raw.received_at >= *until {
        return now;
    }
    let judged = outside::judge(s, (live.workspace, live.origin.as_ref()), inbound, raw).await;
    match judged {
        Ok(Judgement::Rejected { .. } | Judgement::Ask(_)) | Err(_) => now,
        Ok(proved) => proved,
    }
}

async fn hold_raw(s: &Shared, live: &LiveFlow, raw: RawDelivery) -> Result<Answer, Refusal> {
    let answer = Answer::json(200, &json!({ "ok": true }));
    let event = held("trigger_invalid", raw.received_at);
    let delivery = delivery(live, raw, Verdict::Accepted, answer.clone(), None);
    commit(s, Ingest { delivery, events: vec![event], after: None }).await?;
    Ok(answer)
}

fn held(reason: &'static str, at: Time) -> NewEvent {
    NewEvent {
        id: EventId::new(at),
        item: 0,
        dedupe: None,
        state: EventState::Held,
        reason: Some(reason),
        keyless: true,
        run: None,
    }
}

async fn store_only(
    s: &Shared,
    live: &LiveFlow,
    raw: RawDelivery,
    verdict: Verdict,
    answer: Answer,
    reason: Text,
) -> Result<Answer, Refusal> {
    let delivery = delivery(live, raw, verdict, answer.clone(), Some(reason.kept()));
    commit(s, Ingest { delivery, events: Vec::new(), after: None }).await?;
    Ok(answer)
}

pub(crate) async fn commit(s: &Shared, ingest: Ingest) -> Result<Ingested, Refusal> {
    let late = s.clock.timer(s.clock.now().plus(limits::COMMIT_WAIT));
    tokio::select! {
        r = s.db.ingest(ingest) => r.map_err(|e| Refusal::NotStored(e.to_string())),
        // It may still be committed: the sender's next try is then caught by the dedupe key.
        () = late => Err(Refusal::NotStored("the database took too long".into())),
    }
}

async fn store_events(
    s: &Arc<Shared>,
    live: &Arc<LiveFlow>,
    raw: RawDelivery,
    accepted: Accepted,
    test: bool,
) -> Result<Answer, Refusal> {
    let Accepted { parsed, events: items, answer } = accepted;
    let Some(inbound) = &live.inbound else {
        return hold_raw(s, live, raw).await;
    };
    let hops = hops(&raw);
    let fault = parsed.error.as_ref().map(|e| e.text().kept());
    // A run of its own task at once only for the usual delivery: one event that could be read.
    let readable = fault.is_none();
    let direct = items.len() == 1 && readable;
    let same_data = items.first().is_none_or(|i| i.data.is_none());
    let trigger = inbound.trigger_context(&raw, parsed, None, "", live.needs);
    let mut context = Context::new(json!({ "trigger": trigger }));
    let mut events = Vec::with_capacity(items.len());
    let mut handed = None;
    let mut asked = None;
    for (i, item) in items.into_iter().enumerate() {
        let id = EventId::new(raw.received_at);
        let data = item.data.filter(|_| live.needs.data && !same_data);
        set_event(&mut context, id, data);
        if i == 0 {
            asked = Asked::of(s, live, &mut context, id, raw.received_at, &answer);
        }
        let mut event = event(s.now(), live, &context, id, i, (item.kept, hops, raw.received_at));
        if test {
            as_test(&mut event);
        }
        if let Some(k) = event.dedupe {
            watch_key(s, live, k.hash, &raw.body);
        }
        if event.state == EventState::Accepted {
            let waits = asked.as_mut().filter(|a| a.waits() && i == 0 && readable);
            let new = (test, direct, readable, raw.received_at);
            let (run, place) = new_run(s, live, &mut context, new, waits.as_deref());
            let pending = waits.map(|a| a.open(s, id, run.id, place.is_some()));
            if let Some(place) = place {
                let context = std::mem::replace(&mut context, Context::new(json!({})));
                let from = (hops, raw.body.clone(), raw.received_at);
                let (lease, place, program) = place;
                let mut job = job(live, &run, (lease, program), context, from);
                job.pending = pending.map(Box::new);
                handed = Some((job, place));
            }
            whereabouts::made(run.id);
            event.run = Some(run);
        }
        events.push(event);
    }
    let after = handed.map(|(job, place)| after_commit(s.clone(), job, place));
    let kept = asked.as_ref().map_or_else(|| answer.clone(), Asked::stored);
    let reason = fault.or_else(|| test.then(|| TEST.to_owned()));
    let delivery = delivery(live, raw, Verdict::Accepted, kept, reason);
    let stored = commit(s, Ingest { delivery, events, after }).await?;
    tracing::debug!(events = stored.events.len(), "a delivery is stored");
    Ok(match asked {
        None => stored.answer.unwrap_or(answer),
        Some(asked) => asked.answer(s, stored).await,
    })
}

/// A sample that a person sends from the editor takes no key away from a real event, and does not
/// wait to be released: where the flow does not run, it is only seen.
fn as_test(event: &mut NewEvent) {
    (event.dedupe, event.keyless) = (None, false);
    if event.state == EventState::Held {
        (event.state, event.reason) = (EventState::Filtered, Some(TEST));
    }
}

/// How often the event has passed through this product.
pub(crate) fn hops(raw: &RawDelivery) -> u32 {
    raw.header(HOPS_HEADER).and_then(|h| h.trim().parse().ok()).unwrap_or(0)
}

/// Puts the id and the own data of one event into the context of its delivery.
pub(crate) fn set_event(context: &mut Context, id: EventId, data: Option<Value>) {
    let mut trigger = context.remove("trigger").unwrap_or_default();
    if let Value::Object(t) = &mut trigger {
        t.insert("event_id".into(), id.to_string().into());
        if let Some(data) = data {
            t.insert("data".into(), data);
        }
    }
    context.set("trigger", trigger);
}

/// The run of an event in the hands of this node.
fn job(
    live: &LiveFlow,
    run: &NewRun,
    (lease, program): (Lease, Arc<Program>),
    mut context: Context,
    (hops, body, at): (u32, Bytes, Time),
) -> Job {
    complete(&mut context, live, &program, run.id, at);
    Job {
        lease,
        workspace: live.workspace,
        flow: live.id,
        run: run.id,
        created_at: at,
        journal: Vec::new(),
        program,
        context,
        files: DeliveryFiles::new(body),
        begun: run.unsafe_next.clone().into(),
        interrupted: Places::default(),
        cancel: false,
        fresh: true,
        hops,
        pending: None,
    }
}

/// What the committer does once the run is certainly stored as claimed by this node. One that has
/// to wait for its turn is not: its place is given back.
fn after_commit(s: Arc<Shared>, job: Job, place: Place) -> AfterCommit {
    Box::new(move |stored| {
        let first = stored.as_ref().ok().and_then(|i| i.events.first());
        if first == Some(&EventResult::Stored) {
            let tasks = s.tasks.clone();
            let (flow, run) = (Some(job.flow), job.run);
            tasks.spawn(whereabouts::of_run(flow, run, worker::execute(s, job, place)));
        } else if job.pending.is_some() {
            s.answers.away(job.run);
        }
    })
}

/// One event with its key and state, decided from the delivery alone.
pub(crate) fn event(
    now: Time,
    live: &LiveFlow,
    context: &Context,
    id: EventId,
    item: usize,
    (kept, hops, at): (bool, u32, Time),
) -> NewEvent {
    let key = id.to_string();
    let uuid = || keys::derived_uuid(&key, 0);
    let env = Env { now: at, timezone: &live.timezone, uuid: &uuid };
    let dedupe = live.dedupe.as_ref().and_then(|(t, window)| {
        // A key that fails to render is no key: the event must run rather than be lost.
        let hash = keys::event_hash(&t.key(context, &env).ok().flatten()?);
        Some(DedupeKey { hash, expires: now.plus(*window) })
    });
    let wanted = |c: &mapping::condition::Compiled| c.eval(context, &env);
    let (state, reason) = if hops > limits::HOPS {
        (EventState::Held, Some("loop"))
    } else if !kept {
        (EventState::Filtered, Some("filter"))
    } else {
        match live.state {
            FlowState::Draft => (EventState::Held, Some("unpublished")),
            FlowState::Paused => (EventState::Held, Some("paused")),
            FlowState::Live if live.program.is_none() => {
                (EventState::Held, Some("connector_missing"))
            }
            FlowState::Live => match live.only_if.as_ref().map(wanted) {
                Some(Ok(false)) => (EventState::Filtered, Some("only_if")),
                // A condition that fails must not lose the event: it runs and can be seen.
                _ => (EventState::Accepted, None),
            },
        }
    };
    NewEvent {
        id,
        item: i64::try_from(item).unwrap_or(i64::MAX),
        keyless: live.dedupe.is_some() && dedupe.is_none(),
        dedupe,
        state,
        reason,
        run: None,
    }
}

/// An event that this product makes itself: a tick, a record that a poll found, a manual start.
pub(crate) struct Made {
    pub id: EventId,
    /// `SCHEDULE`, `POLL` or `MANUAL`, in place of the method of a request.
    pub method: &'static str,
    pub body: Value,
    /// What makes it the same event if it is made again; a key of the flow's own goes first.
    pub key: Option<String>,
    /// Why it has no run, where that is known already.
    pub filtered: Option<&'static str>,
}

/// The event as if a delivery had brought it, so that everything later treats both alike.
pub(crate) fn made(live: &LiveFlow, made: Made, now: Time) -> Ingest {
    let raw = RawDelivery {
        method: made.method.into(),
        path: String::new(),
        query: String::new(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: made.body.to_string().into(),
        remote_ip: std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        received_at: now,
    };
    let mut context = Context::new(json!({}));
    let mut event = match &live.inbound {
        Some(inbound) => {
            let (parsed, items) = inbound.reparse(&raw, false);
            let (data, kept) = items.into_iter().next().map_or((None, true), |i| (i.data, i.kept));
            let trigger = inbound.trigger_context(&raw, parsed, data, "", live.needs);
            context.set("trigger", trigger);
            set_event(&mut context, made.id, None);
            event(now, live, &context, made.id, 0, (kept, 0, now))
        }
        None => NewEvent { id: made.id, ..held("trigger_invalid", now) },
    };
    if let Some(reason) = made.filtered {
        (event.state, event.reason) = (EventState::Filtered, Some(reason));
    }
    if event.dedupe.is_none()
        && let Some(key) = made.key
    {
        let expires = now.plus(limits::DEDUPE_WINDOW);
        event.dedupe = Some(DedupeKey { hash: keys::event_hash(&key), expires });
        event.keyless = false;
    }
    if event.state == EventState::Accepted {
        event.run = Some(queued(live, Some(&mut context), now, now));
    }
    let delivery = delivery(live, raw, Verdict::Accepted, Answer::empty(200), None);
    Ingest { delivery, events: vec![event], after: None }
}

/// Warns of a key that would throw different events away (semantics S4).
fn watch_key(s: &Shared, live: &LiveFlow, key: [u8; 16], body: &Bytes) {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let short =
        u64::from_be_bytes([key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]]);
    if s.suspects.note(live.id, short, hasher.finish()) {
        metrics::counter!("zveno_dedupe_suspects_total").increment(1);
        tracing::warn!(
            flow.id = %live.id,
            "more than half of the last events have the same dedupe key but different bodies; \
             look at trigger.dedupe.key of the flow"
        );
    }
}

/// A run that waits for a worker.
pub(crate) fn queued(
    live: &LiveFlow,
    context: Option<&mut Context>,
    at: Time,
    now: Time,
) -> NewRun {
    let program = live.program.as_ref();
    let keyed = program.zip(context);
    let places = keyed.map(|(p, c)| p.keys.of(c, live.id, p, at)).unwrap_or_default();
    NewRun {
        id: RunId::new(now),
        version: live.version,
        lease: None,
        unsafe_next: program.and_then(|p| p.begins_with()).map(str::to_owned),
        test: false,
        gate: live.gate,
        order: places.order,
        newest: places.newest,
    }
}

type Handed = (Lease, Place, Arc<Program>);

/// The run of an event, claimed already if this node has a free place for it, or if a sender waits
/// for it.
fn new_run(
    s: &Arc<Shared>,
    live: &LiveFlow,
    context: &mut Context,
    (test, direct, readable, at): (bool, bool, bool, Time),
    asked: Option<&Asked>,
) -> (NewRun, Option<Handed>) {
    // What could not be read has no order (semantics S17).
    let mut run = NewRun { test, ..queued(live, readable.then_some(context), at, s.now()) };
    let id = run.id;
    if !direct {
        return (run, None);
    }
    let Some(program) = live.program.clone() else {
        return (run, None);
    };
    if let Some((lease, seat)) = asked.and_then(|a| a.claim(s, id)) {
        run.lease = Some(lease);
        return (run, Some((lease, Place::of_sender(seat), program)));
    }
    let Some(place) = worker::hand_over(s, live) else {
        return (run, None);
    };
    let node = **s.lease.load();
    let lease = Lease { run: id, node: node.node, epoch: node.epoch, token: worker::token() };
    run.lease = Some(lease);
    (run, Some((lease, place, program)))
}

/// The parts of the context that are the same for every step.
pub(crate) fn complete(
    context: &mut Context,
    live: &LiveFlow,
    program: &Program,
    run: RunId,
    started_at: Time,
) {
    let started = mapping::moment::rfc3339(started_at);
    context.set("flow", json!({ "id": live.id, "name": program.name }));
    context.set("run", json!({ "id": run, "started_at": started }));
    context.set("steps", json!({}));
    context.set("vars", json!({}));
}

pub(crate) fn delivery(
    live: &LiveFlow,
    raw: RawDelivery,
    verdict: Verdict,
    answer: Answer,
    reason: Option<String>,
) -> NewDelivery {
    let keep = live.inbound.as_ref().map(Inbound::keep);
    let keeps = |name: &str| match keep {
        Some(k) => k.keeps_header(name),
        // Nobody knows which header holds a secret.
        None => false,
    };
    let headers: Vec<&(String, String)> = raw.headers.iter().filter(|(n, _)| keeps(n)).collect();
    NewDelivery {
        id: DeliveryId::new(raw.received_at),
        workspace: live.workspace,
        flow: live.id,
        received_at: raw.received_at,
        method: raw.method,
        path: raw.path,
        query: raw.query,
        headers: serde_json::to_string(&headers).unwrap_or_else(|_| "[]".into()),
        body: raw.body,
        sealed: keep.is_some_and(|k| k.sealed),
        remote_ip: raw.remote_ip.to_string(),
        verdict,
        reason,
        answer,
    }
}
