//! Schedules: which ticks become events, now and after a time without anyone to look.

use domain::flow::{Fields, Mapping, Source};
use domain::ids::RunId;
use domain::{Time, limits};
use mapping::moment::rfc3339;
use mapping::schedule::Schedule;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{FireFrom, TriggerRow};

use super::settings::Settings;
use super::{Item, events, fire};
use crate::engine::Shared;

/// What happens to a tick whose earlier run has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It is left out, visibly.
    Skip,
    /// It waits.
    Queue,
}

/// What happens to ticks that passed while nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    Skip,
    /// One for all of them.
    Once,
    /// Each, at most [`limits::SCHEDULE_CATCH_UP`], the newest.
    All,
}

/// A schedule with its rules.
#[derive(Clone, Debug)]
pub struct Rules {
    pub schedule: Schedule,
    pub overlap: Overlap,
    pub missed: Missed,
}

/// How far a schedule has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The next tick to decide about.
    pub tick: Option<Time>,
    /// Ticks up to here were seen in time; they wait for an earlier run.
    #[serde(default)]
    pub queued_until: Option<Time>,
    /// Ticks left out since the last event, not yet told.
    #[serde(default)]
    pub missed: usize,
    /// The runs of the last ticks.
    #[serde(default)]
    pub runs: Vec<RunId>,
}

/// A tick that becomes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    pub at: Time,
    /// Ticks before it that have no event of their own.
    pub missed: usize,
}

/// What is done now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    pub fire: Vec<Tick>,
    /// Left out because the earlier run has not ended.
    pub skipped: Option<Tick>,
    /// The cursor afterwards; its runs are those of before.
    pub cursor: Cursor,
    pub next_due: Option<Time>,
}

impl Rules {
    /// The rules of a trigger; nothing where its settings cannot be used.
    pub fn of(settings: &Settings) -> Option<Self> {
        let literal =
            |(k, v): (&String, &Value)| (k.clone(), Mapping::of(Source::Literal(v.clone())));
        let fields: Fields = settings.input.iter().map(literal).collect();
        let schedule = mapping::schedule::of_trigger(&settings.event, &fields, &settings.timezone);
        Some(Self {
            schedule: schedule.ok()?,
            overlap: match settings.word("overlap") {
                Some("queue") => Overlap::Queue,
                _ => Overlap::Skip,
            },
            missed: match settings.word("missed") {
                Some("skip") => Missed::Skip,
                Some("all") => Missed::All,
                _ => Missed::Once,
            },
        })
    }

    /// Decides about the ticks up to `now`; `busy` says that a run of the last ones has not ended.
    pub fn decide(&self, cursor: Cursor, now: Time, busy: bool) -> Decision {
        let Some(first) = cursor.tick.filter(|t| *t <= now) else {
            let next_due = cursor.tick;
            return Decision { cursor, next_due, ..Decision::default() };
        };
        if self.overlap == Overlap::Queue && (busy || cursor.queued_until >= Some(first)) {
            return self.queue(cursor, first, now, busy);
        }
        let (ticks, more) = self.ticks(first, now);
        let last = ticks.last().copied().unwrap_or(first);
        let all = ticks.len() + more + cursor.missed;
        let late = |t: Time| now.since(t) > limits::SCHEDULE_LATE;
        let one = |at| vec![Tick { at, missed: all - 1 }];
        let fire = match self.missed {
            Missed::Skip if late(last) => Vec::new(),
            Missed::All => with_missed(&ticks, more + cursor.missed),
            Missed::Skip | Missed::Once => one(last),
        };
        let next = self.schedule.next(last);
        let mut after = Cursor { tick: next, queued_until: None, missed: 0, runs: cursor.runs };
        if fire.is_empty() {
            after.missed = all;
        }
        if busy && let Some(last) = fire.last() {
            after.missed = all;
            let skipped = Some(Tick { at: last.at, missed: all - 1 });
            return Decision { skipped, next_due: next, cursor: after, ..Decision::default() };
        }
        if self.overlap == Overlap::Queue && fire.len() > 1 {
            // One after another: the others wait for the first.
            let rest = Cursor { tick: Some(fire[1].at), queued_until: Some(last), ..after };
            let next_due = Some(now.plus(limits::SCHEDULE_QUEUE_LOOK));
            return Decision { fire: vec![fire[0]], skipped: None, cursor: rest, next_due };
        }
        Decision { fire, skipped: None, next_due: next, cursor: after }
    }

    /// Ticks that wait for an earlier run.
    fn queue(&self, cursor: Cursor, first: Time, now: Time, busy: bool) -> Decision {
        let look = Some(now.plus(limits::SCHEDULE_QUEUE_LOOK));
        if busy {
            // What comes due while the run goes on waits as well.
            let cursor = Cursor { queued_until: Some(now), ..cursor };
            return Decision { cursor, next_due: look, ..Decision::default() };
        }
        let until = cursor.queued_until.unwrap_or(first);
        let (ticks, more) = self.ticks(first, until);
        let at = ticks.first().copied().unwrap_or(first);
        let tick = Tick { at, missed: more + cursor.missed };
        let next = self.schedule.next(at);
        let waits = next.is_some_and(|n| n <= until);
        let cursor = Cursor {
            tick: next,
            queued_until: cursor.queued_until.filter(|_| waits),
            missed: 0,
            runs: cursor.runs,
        };
        let next_due = if waits { look } else { next };
        Decision { fire: vec![tick], skipped: None, cursor, next_due }
    }

    /// The newest ticks from `first` to `until`, and how many there were before them.
    fn ticks(&self, first: Time, until: Time) -> (Vec<Time>, usize) {
        let mut kept = std::collections::VecDeque::new();
        let mut passed = 0;
        let mut tick = Some(first);
        let mut walked = 0;
        while let Some(at) = tick.filter(|t| *t <= until) {
            if kept.len() == limits::SCHEDULE_CATCH_UP {
                kept.pop_front();
                passed += 1;
            }
            kept.push_back(at);
            walked += 1;
            if walked == limits::SCHEDULE_COUNTED {
                // So many that they are not counted: only the newest ones matter.
                let week = until.minus(domain::Span::days(7));
                tick = self.schedule.next(at.max(week));
            } else {
                tick = self.schedule.next(at);
            }
        }
        (kept.into(), passed.min(limits::SCHEDULE_COUNTED))
    }
}

fn with_missed(ticks: &[Time], before: usize) -> Vec<Tick> {
    let one = |(i, at): (usize, &Time)| Tick { at: *at, missed: if i == 0 { before } else { 0 } };
    ticks.iter().enumerate().map(one).collect()
}

/// Due time and cursor of a schedule that was just published.
pub(super) fn begin(settings: &Settings, now: Time) -> (Option<Time>, Value) {
    let tick = Rules::of(settings).and_then(|r| r.schedule.next(now));
    (tick, json!(Cursor { tick, ..Cursor::default() }))
}

/// When a schedule with this cursor is to be looked at.
pub(super) fn due(cursor: &Value) -> Option<Time> {
    Cursor::deserialize(cursor).ok().and_then(|c| c.tick)
}

/// Decides about a due schedule; false if another node was first.
pub(super) async fn tick(s: &Shared, row: TriggerRow) -> Result<bool, store::Error> {
    let settings = Settings::read(&row.settings);
    let Some(rules) = settings.as_ref().and_then(Rules::of) else { return Ok(false) };
    let Ok(Some(live)) = s.cache.by_id(row.workspace, row.flow).await else { return Ok(false) };
    let cursor = Cursor::deserialize(&row.cursor).unwrap_or_default();
    let busy = s.db.any_unfinished(&cursor.runs).await?;
    let now = s.now();
    let Decision { fire: ticks, skipped, mut cursor, next_due } = rules.decide(cursor, now, busy);
    let item = |t: &Tick, filtered: Option<&'static str>| Item {
        body: json!({
            "scheduled_at": rfc3339(t.at),
            "fired_at": rfc3339(now),
            "missed": t.missed,
        }),
        key: format!("tick:{}", t.at.micros()),
        filtered,
    };
    let mut items: Vec<Item> = ticks.iter().map(|t| item(t, None)).collect();
    items.extend(skipped.iter().map(|t| item(t, Some("overlap"))));
    let made = events(&live, "SCHEDULE", items, now);
    if !ticks.is_empty() {
        let runs = made.iter().flat_map(|i| &i.events).filter_map(|e| e.run.as_ref());
        cursor.runs = runs.map(|r| r.id).collect();
    }
    let status = match (ticks.last(), &skipped) {
        (None, None) => row.status,
        (last, skipped) => json!({
            "at": now,
            "ok": skipped.is_none(),
            "events": ticks.len(),
            "scheduled_at": last.or(skipped.as_ref()).map(|t| t.at),
            "message": skipped.map(|_| "the earlier run has not ended; this time was left out"),
        }),
    };
    let from = FireFrom::Trigger {
        flow: row.flow,
        guard: row.guard,
        next_due,
        cursor: json!(cursor),
        status,
        seen: None,
        waits: None,
    };
    fire(s, from, made).await
}

#[cfg(test)]
mod tests;
