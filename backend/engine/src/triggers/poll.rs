//! Polls: asks a service for new records and makes events of them. The node that asks has the row;
//! no transaction is open meanwhile, and the cursor moves in the commit of the events.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connect::outbound::{Asking, Mark, Record};
use connect::registry::{Connector, Trigger};
use domain::connection::{Connection, ConnectionState};
use domain::ids::ConnectionId;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Lang, Span, Text, Time, limits};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{FireFrom, Ingest, TriggerRow};
use tokio::sync::OwnedSemaphorePermit;

use super::settings::Settings;
use super::sift::{Before, Sifted, Then, sift};
use super::{Item, Turn, events, fire};
use crate::cache::LiveFlow;
use crate::engine::Shared;
use crate::tokens::NotFresh;

/// How far a poll has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// It had an answer once.
    #[serde(default)]
    started: bool,
    #[serde(default)]
    mark: Value,
    /// There was more than one poll could read.
    #[serde(default)]
    catching_up: bool,
    /// Polls since the last answer.
    #[serde(default)]
    failures: u32,
}

/// What a poll is to leave behind.
struct After {
    cursor: Cursor,
    seen: Option<Vec<u8>>,
    status: Value,
    next_due: Time,
    waits: Option<ConnectionId>,
    events: Vec<Ingest>,
}

/// Takes a due poll and asks in a task of its own; false if there is no place, or another node was
/// first.
pub(super) async fn begin(turn: &Turn, mut row: TriggerRow) -> Result<bool, store::Error> {
    let Ok(place) = turn.polls.clone().try_acquire_owned() else { return Ok(false) };
    let s = turn.shared.clone();
    let lease = **s.lease.load();
    let Some(guard) = s.db.take_trigger(row.flow, row.guard, lease).await? else {
        return Ok(false);
    };
    row.guard = guard;
    let ended = turn.ended.clone();
    turn.shared.tasks.spawn(async move {
        carry_out(&s, row, place).await;
        ended.notify_one();
    });
    Ok(true)
}

async fn carry_out(s: &Arc<Shared>, row: TriggerRow, _place: OwnedSemaphorePermit) {
    let (flow, guard) = (row.flow, row.guard);
    let asking = AssertUnwindSafe(ask_and_store(s, row)).catch_unwind();
    let done = tokio::select! {
        done = asking => Some(done),
        // Reading again does no harm; the next start does it.
        () = s.stop.cancelled() => None,
    };
    let back = match done.unwrap_or(Ok(Ok(true))) {
        Ok(Ok(true)) if !s.stop.is_cancelled() => return,
        Ok(Ok(true)) => s.now(),
        // The flow has changed meanwhile; the service is not asked again and again for that.
        Ok(Ok(false)) => s.now().plus(limits::POLL_EVERY_MIN),
        Ok(Err(e)) => {
            tracing::warn!(flow.id = %flow, error = %e, "what a poll found was not stored; it asks again");
            s.now().plus(limits::POLL_EVERY_MIN)
        }
        Err(_) => {
            tracing::error!(flow.id = %flow, "a fault of this server while polling");
            s.now().plus(limits::POLL_EVERY)
        }
    };
    // Nothing happens if it is another's by now.
    if let Err(e) = s.db.give_back_trigger(flow, guard, back).await {
        tracing::warn!(flow.id = %flow, error = %e, "a poll was not given back; it goes on when this node ends");
    }
}

async fn ask_and_store(s: &Arc<Shared>, row: TriggerRow) -> Result<bool, store::Error> {
    let cursor = Cursor::deserialize(&row.cursor).unwrap_or_default();
    let settings = Settings::read(&row.settings);
    let registry = s.cache.registry();
    let found = settings.as_ref().and_then(|t| Some((t, t.trigger(&registry)?)));
    let after = if let Some((settings, (connector, trigger))) = found {
        ask(s, &row, cursor, settings, (connector, trigger)).await?
    } else {
        let e = StepError::new(
            Code::ConnectorMissing,
            ("the connector is not installed", "коннектор не установлен"),
        );
        failed(s.now(), cursor, &e, limits::POLL_EVERY, None)
    };
    let from = FireFrom::Trigger {
        flow: row.flow,
        guard: row.guard,
        next_due: Some(after.next_due),
        cursor: json!(after.cursor),
        status: after.status,
        seen: after.seen,
        waits: after.waits,
    };
    fire(s, from, after.events).await
}

async fn ask(
    s: &Arc<Shared>,
    row: &TriggerRow,
    cursor: Cursor,
    settings: &Settings,
    (connector, trigger): (&Connector, &Trigger),
) -> Result<After, store::Error> {
    let every = period(settings, trigger);
    let mut connection = match connection(s, row, settings, trigger).await? {
        Ok(c) => c,
        Err(e) => return Ok(failed(s.now(), cursor, &e, every, None)),
    };
    if let Some(c) = connection.as_ref().filter(|c| c.state == ConnectionState::Broken) {
        return Ok(broken(s.now(), cursor, c.id, c.note.as_deref()));
    }
    if let Some(c) = connection.take() {
        let id = c.id;
        connection = match s.renewer().fresh(connector, c, false).await {
            Ok(c) => Some(c),
            Err(NotFresh::Store(e)) => return Err(e),
            Err(NotFresh::Later(e)) => return Ok(failed(s.now(), cursor, &e, every, None)),
            Err(NotFresh::Refused(e)) => {
                s.break_connection(row.workspace, id, &e).await;
                return Ok(broken(s.now(), cursor, id, Some(&e.message)));
            }
        };
    }
    let kind = trigger.poll().and_then(|p| p.cursor.as_ref()).map(|c| c.kind);
    let mark = kind.and_then(|k| Mark::read(k, &cursor.mark, &settings.timezone));
    let input = input(settings, trigger);
    let now = s.now();
    let asking = Asking {
        connector,
        trigger,
        connection: connection.as_ref(),
        input: &input,
        mark: mark.as_ref(),
        catching_up: cursor.catching_up,
        now,
        timezone: &settings.timezone,
    };
    let got = match s.outbound.poll(&asking).await {
        Ok(got) => got,
        Err(outcome) => {
            return Ok(refused(s, row, cursor, outcome, every, (connector, connection)).await);
        }
    };
    let (Some(poll), Ok(Some(live))) =
        (trigger.poll(), s.cache.by_id(row.workspace, row.flow).await)
    else {
        let e =
            StepError::new(Code::FlowInvalid, ("the flow cannot be read", "сценарий не читается"));
        return Ok(failed(s.now(), cursor, &e, every, None));
    };
    let before = Before {
        started: cursor.started,
        mark,
        catching_up: cursor.catching_up,
        seen: &row.seen,
        now,
    };
    Ok(found(&live, sift(poll, &before, got), s.now(), every))
}

/// What an answer leaves behind: its new records as events.
fn found(live: &LiveFlow, sifted: Sifted, now: Time, every: Span) -> After {
    let one = |r: Record| Item { key: format!("record:{}", r.id), body: r.data, filtered: None };
    let made = events(live, "POLL", sifted.fresh.into_iter().map(one).collect(), now);
    let cut = sifted.then == Then::Cut;
    let why = "there were more pages than may be read; records may be out of reach";
    After {
        status: json!({
            "at": now,
            "ok": !cut,
            "events": made.len(),
            "code": cut.then_some("poll_incomplete"),
            "message": cut.then_some(why),
        }),
        cursor: Cursor {
            started: sifted.started,
            catching_up: sifted.catching_up,
            mark: sifted.mark.map_or(Value::Null, |m| m.value()),
            failures: 0,
        },
        seen: Some(sifted.seen),
        next_due: if sifted.then == Then::Again { now } else { now.plus(every) },
        waits: None,
        events: made,
    }
}

/// The connection that the trigger asks with.
async fn connection(
    s: &Shared,
    row: &TriggerRow,
    settings: &Settings,
    trigger: &Trigger,
) -> Result<Result<Option<Connection>, StepError>, store::Error> {
    let Some(id) = settings.connection else {
        let text = ("the trigger has no connection", "у триггера нет подключения");
        let missing = StepError::new(Code::ConnectionMissing, text);
        return Ok(if trigger.spec.needs_connection { Err(missing) } else { Ok(None) });
    };
    let found = s.connection(row.workspace, id).await?;
    let text = ("the connection of the trigger is gone", "подключения триггера больше нет");
    Ok(found.map(Some).ok_or_else(|| StepError::new(Code::ConnectionMissing, text)))
}

/// The settings with the defaults of what is not given.
fn input(settings: &Settings, trigger: &Trigger) -> Map<String, Value> {
    let mut input = settings.input.clone();
    for f in &trigger.spec.input {
        if let Some(default) = &f.default
            && input.get(&f.key).is_none_or(|v| v.is_null() || v.as_str() == Some(""))
        {
            input.insert(f.key.clone(), default.clone());
        }
    }
    input
}

/// The connector's period, or the longer one that the user chose.
pub(super) fn period(settings: &Settings, trigger: &Trigger) -> Span {
    let shortest = trigger.poll().map_or(limits::POLL_EVERY, |p| p.every);
    let chosen = settings.word("every").and_then(|t| t.parse().ok());
    chosen.unwrap_or(shortest).max(shortest).min(limits::POLL_EVERY_MAX)
}

/// What an answer that is no list means.
async fn refused(
    s: &Shared,
    row: &TriggerRow,
    cursor: Cursor,
    outcome: Outcome,
    every: Span,
    (connector, connection): (&Connector, Option<Connection>),
) -> After {
    let now = s.now();
    match outcome {
        Outcome::Auth { error } => {
            if let Some(c) = connection
                && s.is_broken(row.workspace, c.id, connector, &error).await
            {
                return broken(now, cursor, c.id, Some(&error.message));
            }
            failed(now, cursor, &error, every, None)
        }
        Outcome::Retry { error, after } | Outcome::Limited { error, after } => {
            failed(now, cursor, &error, every, after)
        }
        Outcome::Wait { error, after } => failed(now, cursor, &error, every, Some(after)),
        Outcome::Fail { error } | Outcome::Unknown { error } => {
            failed(now, cursor, &error, every, None)
        }
        Outcome::Skipped { message } => failed(
            now,
            cursor,
            &StepError::new(Code::RemoteRefused, Text::said(message)),
            every,
            None,
        ),
        Outcome::Done { .. } => {
            let e = StepError::new(Code::Internal, ("done is no error", "успех — не ошибка"));
            failed(now, cursor, &e, every, None)
        }
    }
}

/// Nothing was read: again after its period, later with each failure.
fn failed(now: Time, cursor: Cursor, error: &StepError, every: Span, after: Option<Span>) -> After {
    let failures = cursor.failures.saturating_add(1);
    let mut pause = every;
    for _ in 1..failures.min(32) {
        pause = pause.plus(pause).min(every.max(limits::POLL_BACKOFF_MAX));
    }
    let next_due = now.plus(pause.max(after.unwrap_or(Span::ZERO)));
    tracing::warn!(code = error.code.as_str(), reason = %error.message, failures, "a poll failed");
    After {
        status: json!({
            "at": now,
            "ok": false,
            "code": error.code.as_str(),
            "message": error.message,
            "failures": failures,
        }),
        cursor: Cursor { failures, ..cursor },
        seen: None,
        next_due,
        waits: None,
        events: Vec::new(),
    }
}

/// The connection does not work: it waits for it (semantics S14).
fn broken(now: Time, cursor: Cursor, id: ConnectionId, why: Option<&str>) -> After {
    let code = Code::ConnectionBroken;
    let message = why.map_or_else(|| code.says(Lang::En).to_owned(), |t| Text::of_kept(t).en);
    After {
        status: json!({ "at": now, "ok": false, "code": code.as_str(), "message": message }),
        cursor,
        seen: None,
        next_due: now.plus(limits::POLL_BROKEN),
        waits: Some(id),
        events: Vec::new(),
    }
}
