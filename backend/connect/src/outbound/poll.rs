//! Asks a service for new records. The cursor and the memory of what was taken belong to the
//! caller; here is one asking, over all of its pages.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::connection::Connection;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Span, Time};
use mapping::{Context, Env};
use serde_json::{Map, Number, Value, json};
use sha2::{Digest, Sha256};

use super::Outbound;
use super::connected::NoFiles;
use super::driver::{Driver, Turn, failed};
use super::form::plain;
use super::prepare::Base;
use super::scrub::Scrub;
use super::view::{self, Conn};
use crate::manifest::poll::{CursorType, Order};
use crate::registry::compiled::{Cursor, Poll};
use crate::registry::{Connector, Trigger};
use crate::template::{Look, Uuids, rfc3339};

/// What a poll is made with.
pub struct Asking<'a> {
    pub connector: &'a Connector,
    pub trigger: &'a Trigger,
    pub connection: Option<&'a Connection>,
    /// The literals of the trigger's settings.
    pub input: &'a Map<String, Value>,
    /// How far the service has been read; none before the first poll.
    pub mark: Option<&'a Mark>,
    /// From the mark itself, without the overlap.
    pub catching_up: bool,
    pub now: Time,
    /// IANA name.
    pub timezone: &'a str,
}

/// How far a service has been read.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    Moment(Time),
    Number(Number),
    Text(String),
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: String,
    /// Its place by the cursor, where it has one.
    pub mark: Option<Mark>,
    pub data: Value,
}

/// What a service gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// In the order of the list.
    pub records: Vec<Record>,
    /// False: there were more pages than may be read.
    pub complete: bool,
}

impl Mark {
    /// The mark as it is stored and as templates see it.
    pub fn value(&self) -> Value {
        match self {
            Mark::Moment(t) => rfc3339(*t).into(),
            Mark::Number(n) => n.clone().into(),
            Mark::Text(t) => t.as_str().into(),
        }
    }

    /// Reads a mark; nothing where the value is none of its kind.
    pub fn read(kind: CursorType, v: &Value, timezone: &str) -> Option<Mark> {
        match (kind, v) {
            (_, Value::Null) => None,
            (CursorType::Datetime, v) => mapping::moment::parse(v, timezone).map(Mark::Moment),
            (CursorType::Number, Value::Number(n)) => Some(Mark::Number(n.clone())),
            (CursorType::Number, Value::String(s)) => {
                let s = s.trim();
                let whole = s.parse::<i64>().map(Number::from).ok();
                whole.or_else(|| s.parse().ok().and_then(Number::from_f64)).map(Mark::Number)
            }
            (CursorType::Number, _) => None,
            (CursorType::String, v) => Some(plain(v)).filter(|s| !s.is_empty()).map(Mark::Text),
        }
    }

    fn back(&self, by: Span) -> Mark {
        match self {
            Mark::Moment(t) => Mark::Moment(t.minus(by)),
            other => other.clone(),
        }
    }
}

impl PartialOrd for Mark {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Mark::Moment(a), Mark::Moment(b)) => Some(a.cmp(b)),
            (Mark::Text(a), Mark::Text(b)) => Some(a.cmp(b)),
            (Mark::Number(a), Mark::Number(b)) => match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => a.as_f64().partial_cmp(&b.as_f64()),
            },
            _ => None,
        }
    }
}

impl Trigger {
    /// The period of its polls, for a trigger that polls.
    pub fn poll(&self) -> Option<&Poll> {
        self.calls.poll.as_ref()
    }
}

impl Outbound {
    /// Asks once.
    ///
    /// # Errors
    /// What came instead of a list; never `Done`.
    pub async fn poll(&self, a: &Asking<'_>) -> Result<Records, Outcome> {
        let Some(poll) = a.trigger.poll() else {
            let of = format!("{}.{}", a.connector.name, a.trigger.key);
            let text = (format!("{of} does not poll"), format!("{of} не опрашивает сервис"));
            return Err(failed(StepError::new(Code::ConnectorMissing, text)));
        };
        let run = json!({});
        let conn = Conn::new(a.connection, &run, a.now);
        let mut driver = self.polling(a, &conn);
        let env = Uuids::new("poll");
        let mark = env.env(a.now, a.timezone, |env| start(poll, a, &conn.open, env));
        let mark = mark.map_err(failed)?;
        let overlap = |c: &Cursor| if a.catching_up { Span::ZERO } else { c.overlap };
        let asked = poll.cursor.as_ref().zip(mark.as_ref()).map(|(c, m)| m.back(overlap(c)));
        let mut context = Context::new(json!({
            "cursor": asked.as_ref().map(Mark::value),
            "input": a.input,
            "conn": conn.open,
            "now": rfc3339(a.now),
        }));
        let turn = Turn {
            call: &poll.call,
            context: &mut context,
            masked: None,
            key: "poll",
            idempotency: None,
            finds: true,
        };
        let read = |items: Vec<Value>| {
            env.env(a.now, a.timezone, |env| {
                let one = |item| record(poll, a, &conn.open, item, env);
                items.into_iter().map(one).collect::<Result<Vec<_>, _>>()
            })
        };
        let past = |records: &[Record]| {
            let newest_first = poll.cursor.as_ref().is_some_and(|c| c.order == Order::Desc);
            newest_first && records.iter().any(|r| r.mark < asked && r.mark.is_some())
        };
        let mut records = Vec::new();
        let complete = driver
            .list(turn, &mut |items| {
                let page = read(items)?;
                let done = past(&page);
                records.extend(page);
                Ok(done)
            })
            .await?;
        Ok(Records { records, complete })
    }

    fn polling<'d>(&'d self, a: &Asking<'d>, conn: &'d Conn) -> Driver<'d> {
        static NONE: BTreeMap<String, Secret> = BTreeMap::new();
        Driver {
            out: self,
            base: Base {
                connector: a.connector,
                method: a.connection.and_then(|c| a.connector.method(Some(&c.method))),
                conn,
                moved_to: self.config.base_urls.get(&a.connector.name),
                allow_networks: &self.config.allow_networks,
                hops: 0,
                timeout: None,
            },
            scrub: Scrub::new(view::secrets(a.connection, &NONE)),
            files: &NoFiles,
            now: a.now,
            timezone: a.timezone,
            exchanges: Vec::new(),
            sent: false,
        }
    }
}

/// The mark to ask from: what has been read, or what the manifest says for the first time.
fn start(
    poll: &Poll,
    a: &Asking<'_>,
    conn: &Value,
    env: &Env<'_>,
) -> Result<Option<Mark>, StepError> {
    let Some(c) = &poll.cursor else { return Ok(None) };
    if let Some(mark) = a.mark {
        return Ok(Some(mark.clone()));
    }
    let Some(initial) = &c.initial else {
        // What exists is asked for only where it may become events.
        let now = c.kind == CursorType::Datetime && first(poll);
        return Ok(now.then_some(Mark::Moment(a.now)));
    };
    let context = Context::new(json!({ "input": a.input, "conn": conn, "now": rfc3339(a.now) }));
    let value = initial.value(&Look { context: &context, env })?;
    Ok(Mark::read(c.kind, &value, a.timezone))
}

fn first(poll: &Poll) -> bool {
    poll.first_run == crate::manifest::poll::FirstRun::Skip
}

fn record(
    poll: &Poll,
    a: &Asking<'_>,
    conn: &Value,
    item: Value,
    env: &Env<'_>,
) -> Result<Record, StepError> {
    let context = Context::new(json!({ "item": item, "input": a.input, "conn": conn }));
    let look = Look { context: &context, env };
    let mut id = poll.id.text(&look)?.trim().to_owned();
    if id.is_empty() {
        id = hex::encode(Sha256::digest(item.to_string()));
    }
    let mark = match &poll.cursor {
        Some(Cursor { from, kind, .. }) => Mark::read(*kind, &from.value(&look)?, a.timezone),
        None => None,
    };
    Ok(Record { id, mark, data: item })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_and_compared_by_their_kind() {
        let number = |v: Value| Mark::read(CursorType::Number, &v, "UTC");
        assert!(number(json!("9")) < number(json!(10)));
        assert!(number(json!(1.5)) < number(json!("2")));
        assert_eq!(number(json!("x")), None);
        assert_eq!(
            number(json!(9_007_199_254_740_993_i64)).unwrap().value(),
            9_007_199_254_740_993_i64
        );
        let moment = |v: Value| Mark::read(CursorType::Datetime, &v, "Europe/Moscow");
        assert_eq!(moment(json!("2026-03-02 12:00")), moment(json!("2026-03-02T09:00:00Z")));
        assert!(moment(json!("2026-03-02T09:00:00Z")) < moment(json!("2026-03-02T09:00:00.5Z")));
        assert_eq!(Mark::read(CursorType::String, &json!(""), "UTC"), None);
    }
}
