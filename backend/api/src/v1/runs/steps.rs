//! The steps of one run: its journal and what was sent, step by step.

use std::collections::HashMap;

use domain::journal::{Attempt, Exchange, StepRow, place};
use domain::{Lang, Time, limits};
use mapping::moment::rfc3339;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::dto::ErrorBody;
use super::names::Names;
use crate::v1::pair::Pair;

/// A step of a run, in one item of each loop around it.
#[derive(Serialize, ToSchema)]
pub struct StepBody {
    /// The step's id in its flow.
    pub step: String,
    /// Indexes of the loops around it, such as `3.0`; empty outside loops.
    pub item: String,
    /// Both together, as other operations name it: `lead`, or `lead#3.0`.
    pub place: String,
    /// What the user called it.
    pub name: Option<String>,
    /// What it calls: `bitrix24.lead_add`.
    pub connector: Option<String>,
    /// The connection that its document names.
    pub connection: Option<String>,
    /// `begun`, `waiting`, `entered`, `done`, `skipped`, `filtered`, `failed` or `parked`.
    pub state: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub took_ms: Option<i64>,
    /// When it goes on.
    pub due_at: Option<String>,
    pub tries: u32,
    /// What later steps see. Left out above 64 KiB unless asked for.
    pub output: Option<Value>,
    /// Bytes of the output where it was left out.
    pub output_bytes: Option<usize>,
    pub error: Option<ErrorBody>,
    pub attempts: Vec<AttemptBody>,
    /// The times between its tries.
    pub waits: Vec<WaitBody>,
}

/// One try of a step.
#[derive(Serialize, ToSchema)]
pub struct AttemptBody {
    /// 1 for the first.
    pub number: u32,
    pub started_at: String,
    pub took_ms: i64,
    /// `done`, `skipped`, `retry`, `limited`, `failed`, `auth`, `unknown` or `superseded`.
    pub outcome: String,
    pub error: Option<ErrorBody>,
    /// What was sent and answered, with secrets masked.
    pub exchanges: Vec<ExchangeBody>,
}

/// One request and its answer, masked.
#[derive(Serialize, ToSchema)]
pub struct ExchangeBody {
    pub request: RequestBody,
    pub response: Option<ResponseBody>,
    pub took_ms: i64,
}

#[derive(Serialize, ToSchema)]
pub struct RequestBody {
    pub method: String,
    pub url: String,
    #[schema(value_type = Vec<Pair>)]
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Bytes of the whole body where `body` was cut.
    pub cut_from: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub struct ResponseBody {
    pub status: u16,
    #[schema(value_type = Vec<Pair>)]
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Bytes of the whole body where `body` was cut.
    pub cut_from: Option<u64>,
}

/// A time in which a step did nothing.
#[derive(Serialize, ToSchema)]
pub struct WaitBody {
    pub from: String,
    /// Absent while nobody knows.
    pub to: Option<String>,
    /// The outcome of the try before it, or `delay`.
    pub why: String,
}

/// How much of a run is shown at once.
pub struct Room {
    /// Outputs and bodies of any size.
    pub full: bool,
    /// Bytes of bodies that may still be shown.
    pub left: usize,
}

/// The steps with their attempts, in the order in which they began.
pub fn steps(
    rows: &[StepRow],
    attempts: &[Attempt],
    names: &Names,
    flow: &str,
    (lang, room): (Lang, &mut Room),
) -> Vec<StepBody> {
    let mut tries: HashMap<(&str, &str), Vec<&Attempt>> = HashMap::new();
    for a in attempts {
        tries.entry((&a.step, &a.item)).or_default().push(a);
    }
    let mut out: Vec<StepBody> = Vec::with_capacity(rows.len());
    for row in rows {
        let mine = tries.remove(&(row.step.as_str(), row.item.as_str())).unwrap_or_default();
        out.push(step(row, &mine, names, flow, (lang, &mut *room)));
    }
    // Attempts of steps that have no row: what was sent when another node had taken over.
    for ((id, item), mine) in tries {
        let Some(first) = mine.first() else { continue };
        let row = StepRow::new(id, item, first.started_at);
        out.push(step(&row, &mine, names, flow, (lang, &mut *room)));
    }
    out
}

fn step(
    row: &StepRow,
    mine: &[&Attempt],
    names: &Names,
    flow: &str,
    (lang, room): (Lang, &mut Room),
) -> StepBody {
    let known = names.get(&row.step);
    let first = mine.first().map_or(row.started_at, |a| a.started_at);
    let size = row.output.as_ref().map_or(0, |v| v.to_string().len());
    let cut = !room.full && size > limits::ATTEMPT_BODY_BYTES;
    let error = |e| ErrorBody::new(e, flow, Some(&row.step), lang);
    StepBody {
        place: place(&row.step, &row.item),
        step: row.step.clone(),
        item: row.item.clone(),
        name: known.name,
        connector: known.action,
        connection: known.connection,
        state: row.state.as_str().to_owned(),
        started_at: rfc3339(first),
        ended_at: row.finished_at.map(rfc3339),
        took_ms: row.finished_at.map(|t| t.since(first).micros() / 1_000),
        due_at: row.due_at.map(rfc3339),
        tries: row.tries,
        output: row.output.clone().filter(|_| !cut),
        output_bytes: cut.then_some(size),
        error: row.error.as_ref().map(error),
        attempts: mine.iter().map(|a| attempt(a, flow, (lang, &mut *room))).collect(),
        waits: waits(row, mine),
    }
}

fn attempt(a: &Attempt, flow: &str, (lang, room): (Lang, &mut Room)) -> AttemptBody {
    AttemptBody {
        number: a.number,
        started_at: rfc3339(a.started_at),
        took_ms: a.took.micros() / 1_000,
        outcome: a.outcome.clone(),
        error: a.error.as_ref().map(|e| ErrorBody::new(e, flow, Some(&a.step), lang)),
        exchanges: a.exchanges.iter().map(|e| exchange(e, room)).collect(),
    }
}

fn exchange(e: &Exchange, room: &mut Room) -> ExchangeBody {
    let mut body = |text: &String, cut: Option<u64>| {
        if room.full || text.len() <= room.left {
            room.left = room.left.saturating_sub(text.len());
            (text.clone(), cut)
        } else {
            (String::new(), cut.or(u64::try_from(text.len()).ok()))
        }
    };
    let (sent, sent_cut) = body(&e.request.body, e.request.cut_from);
    let response = e.response.as_ref().map(|r| {
        let (body, cut_from) = body(&r.body, r.cut_from);
        ResponseBody { status: r.status, headers: r.headers.clone(), body, cut_from }
    });
    ExchangeBody {
        request: RequestBody {
            method: e.request.method.clone(),
            url: e.request.url.clone(),
            headers: e.request.headers.clone(),
            body: sent,
            cut_from: sent_cut,
        },
        response,
        took_ms: e.took_us / 1_000,
    }
}

/// The times between the tries, and the present one.
fn waits(row: &StepRow, mine: &[&Attempt]) -> Vec<WaitBody> {
    let ends = |a: &Attempt| a.started_at.plus(a.took);
    let wait = |from: Time, to: Option<Time>, why: &str| WaitBody {
        from: rfc3339(from),
        to: to.map(rfc3339),
        why: why.to_owned(),
    };
    let mut out: Vec<WaitBody> =
        mine.windows(2).map(|w| wait(ends(w[0]), Some(w[1].started_at), &w[0].outcome)).collect();
    if let Some(due) = row.due_at {
        out.push(match mine.last() {
            Some(last) => wait(ends(last), Some(due), &last.outcome),
            None => wait(row.started_at, Some(due), "delay"),
        });
    }
    out
}
