//! One look at a workspace: what began to be wrong since the last one, and what is over.

use std::collections::{HashMap, HashSet};

use domain::alert::{AlertKind, Detail};
use domain::ids::{FlowId, WorkspaceId};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::settings::Alerts;
use domain::{Span, Text, Time, limits};
use store::{AlertState, FlowHealth, NewAlert, Stage};

use super::receivers;
use crate::engine::Shared;
use crate::options;

/// See the module.
pub(super) struct Pass<'a> {
    pub s: &'a Shared,
    pub ws: WorkspaceId,
    pub now: Time,
    pub settings: Alerts,
    states: HashMap<(AlertKind, String), AlertState>,
    /// Nothing is said about what was before.
    start: Time,
}

/// Something to say.
pub(super) struct Say {
    pub kind: AlertKind,
    /// What it is about; of a recovery, what is over.
    pub of: AlertKind,
    pub subject: String,
    pub seen: Time,
    pub detail: Detail,
    /// It is written down, and sent to whoever is told.
    pub listed: bool,
}

impl Say {
    pub fn of(kind: AlertKind, subject: &str, seen: Time, detail: Detail) -> Self {
        Self { kind, of: kind, subject: subject.to_owned(), seen, detail, listed: true }
    }
    /// That something is over.
    fn over(of: AlertKind, subject: &str, seen: Time, detail: Detail) -> Self {
        let detail = Detail { of: Some(of), ..detail };
        Self { of, ..Self::of(AlertKind::Recovery, subject, seen, detail) }
    }
}

impl<'a> Pass<'a> {
    pub async fn begin(s: &'a Shared, ws: WorkspaceId) -> Result<Pass<'a>, store::Error> {
        let settings = options::alerts(&s.db, ws).await?;
        let states = s.db.alert_states(ws).await?.into_iter();
        let states: HashMap<_, _> = states.map(|a| ((a.kind, a.subject.clone()), a)).collect();
        let now = s.now();
        let first = states.get(&(AlertKind::Test, "start".to_owned())).map(|a| a.since);
        let pass = Pass { s, ws, now, settings, states, start: first.unwrap_or(now) };
        if first.is_none() {
            let say = Say::of(AlertKind::Test, "start", now, Detail::default());
            pass.say(Stage::Next, Say { listed: false, ..say }).await?;
        }
        Ok(pass)
    }

    pub fn state(&self, kind: AlertKind, subject: &str) -> Option<&AlertState> {
        self.states.get(&(kind, subject.to_owned()))
    }

    fn open(&self, kind: AlertKind, subject: &str) -> Option<&AlertState> {
        self.state(kind, subject).filter(|a| !a.over)
    }

    /// The moment after which something of this thing is news.
    fn after(&self, kind: AlertKind, subject: &str) -> Time {
        self.state(kind, subject).map_or(self.start, |a| a.seen.max(self.start))
    }

    pub async fn run(&self) -> Result<(), store::Error> {
        for flow in self.s.db.flow_health(self.ws).await? {
            let subject = flow.flow.to_string();
            self.failures(&flow, &subject).await?;
            self.parked(&flow, &subject).await?;
            self.silence(&flow, &subject).await?;
        }
        self.connections().await?;
        self.waiting().await?;
        if self.ws == WorkspaceId::DEFAULT {
            self.disk().await?;
        }
        Ok(())
    }

    async fn failures(&self, f: &FlowHealth, subject: &str) -> Result<(), store::Error> {
        let (kind, rule) = (AlertKind::Failure, self.settings.rules.failures);
        if let Some(open) = self.open(kind, subject) {
            if let Some(at) = f.failed_at.filter(|at| *at > open.seen) {
                return self.s.db.seen_alert(self.ws, kind, subject.to_owned(), at).await;
            }
            let well = self.s.db.last_well(f.flow).await?.filter(|at| *at > open.seen);
            let Some(at) = well else { return Ok(()) };
            let say = Say::over(kind, subject, at, about(f));
            let listed = rule.on && self.settings.rules.recovery;
            return self.say(Stage::Ends, Say { listed, ..say }).await;
        }
        let after = self.after(kind, subject);
        if !rule.on || f.failed_at.is_none_or(|at| at <= after) || self.is_off(f).await? {
            return Ok(());
        }
        let window = self.now.minus(Span::mins(i64::from(rule.minutes)));
        // A few more, since trials are among them.
        let most = rule.count + 20;
        let bad = self.s.db.trouble(f.flow, RunState::Failed, after.max(window), most).await?;
        let Some((run, error)) = bad.first().filter(|_| bad.len() >= rule.count as usize) else {
            return Ok(());
        };
        let error = error.as_ref().map(StepError::text);
        let detail = Detail { run: Some(*run), error, number: Some(length(&bad)), ..about(f) };
        let seen = f.failed_at.unwrap_or(self.now);
        self.say(Stage::Begins, Say::of(kind, subject, seen, detail)).await
    }

    async fn parked(&self, f: &FlowHealth, subject: &str) -> Result<(), store::Error> {
        let kind = AlertKind::Parked;
        if let Some(open) = self.open(kind, subject) {
            let more = f.parked_at.is_some_and(|at| at > open.seen);
            let long_ago = self.now.since(open.said_at) >= limits::ALERT_AGAIN;
            if f.parked_at.is_none() || (more && long_ago) {
                // Decided, or there is another one: that is said at the next look.
                let say = Say::over(kind, subject, open.seen, about(f));
                self.say(Stage::Ends, Say { listed: false, ..say }).await?;
            }
            return Ok(());
        }
        let after = self.after(kind, subject);
        let Some(at) = f.parked_at.filter(|at| *at > after) else { return Ok(()) };
        if !self.settings.rules.parked || self.is_off(f).await? {
            return Ok(());
        }
        let bad = self.s.db.trouble(f.flow, RunState::Parked, after, 20).await?;
        let Some((run, error)) = bad.first() else { return Ok(()) };
        let error = error.as_ref().map(StepError::text);
        let detail = Detail { run: Some(*run), error, number: Some(length(&bad)), ..about(f) };
        self.say(Stage::Begins, Say::of(kind, subject, at, detail)).await
    }

    async fn silence(&self, f: &FlowHealth, subject: &str) -> Result<(), store::Error> {
        let (kind, rule) = (AlertKind::Silence, self.settings.rules.silence);
        let own = self.settings.of(f.flow).and_then(|o| o.silence_hours);
        let hours = i64::from(own.unwrap_or(rule.hours));
        let Some(last) = f.event_at else { return Ok(()) };
        let silent = self.now.since(last) >= Span::hours(hours);
        if let Some(open) = self.open(kind, subject) {
            if !silent || !f.live {
                let say = Say::over(kind, subject, last.max(open.seen), about(f));
                let listed = f.live && self.settings.rules.recovery;
                self.say(Stage::Ends, Say { listed, ..say }).await?;
            }
            return Ok(());
        }
        let wanted = own.is_some() || rule.on;
        if !wanted || !silent || !f.live || last <= self.after(kind, subject).minus(WEEK) {
            return Ok(());
        }
        if own.is_none() && !self.is_usual(f.flow, last).await? || self.is_off(f).await? {
            return Ok(());
        }
        let detail = Detail { number: Some(hours), since: Some(last), ..about(f) };
        self.say(Stage::Begins, Say::of(kind, subject, last, detail)).await
    }

    /// Whether the flow had events on most of the days before its last one.
    async fn is_usual(&self, flow: FlowId, last: Time) -> Result<bool, store::Error> {
        let day = |n: i64| last.minus(Span::days(n));
        let days: Vec<_> = (0..7).map(|n| (day(n + 1), day(n))).collect();
        Ok(self.s.db.days_with_events(flow, &days).await? >= limits::SILENCE_DAYS)
    }

    async fn connections(&self) -> Result<(), store::Error> {
        let kind = AlertKind::Connection;
        let broken = self.s.db.broken_connections(self.ws).await?;
        let names: HashSet<String> = broken.iter().map(|b| b.id.to_string()).collect();
        for b in broken {
            let subject = b.id.to_string();
            if self.settings.rules.connection_broken && self.open(kind, &subject).is_none() {
                let error = b.note.as_deref().map(Text::of_kept);
                let (name, connection) = (b.name, Some(b.id));
                let detail = Detail { name, error, connection, ..Detail::default() };
                self.say(Stage::Begins, Say::of(kind, &subject, self.now, detail)).await?;
            }
        }
        let open = self.states.values().filter(|a| a.kind == kind && !a.over);
        for gone in open.filter(|a| !names.contains(&a.subject)) {
            let id = gone.subject.parse().ok();
            let found = match id {
                Some(id) => self.s.db.connection(self.ws, id).await?,
                None => None,
            };
            let listed = found.is_some() && self.settings.rules.recovery;
            let name = found.map(|c| c.name).unwrap_or_default();
            let detail = Detail { name, connection: id, ..Detail::default() };
            let say = Say::over(kind, &gone.subject, self.now, detail);
            self.say(Stage::Ends, Say { listed, ..say }).await?;
        }
        Ok(())
    }

    /// Accepted and not begun for long: the heads of the queues tell.
    async fn waiting(&self) -> Result<(), store::Error> {
        let (kind, rule) = (AlertKind::Waiting, self.settings.rules.waiting);
        let node = self.s.lease.load().node;
        let queues = self.s.db.queues(node, self.now, None).await?.queues.into_iter();
        let mine = queues.filter(|q| q.workspace == self.ws && q.due > 0 && !q.paused);
        let oldest = mine.map(|q| q.first_due).min();
        let long = Span::mins(i64::from(rule.minutes));
        let late = oldest.filter(|due| self.now.since(*due) >= long);
        match (self.open(kind, "queue"), late) {
            (None, Some(due)) if rule.on => {
                let minutes = self.now.since(due).as_secs() / 60;
                let detail =
                    Detail { number: Some(minutes), since: Some(due), ..Detail::default() };
                self.say(Stage::Begins, Say::of(kind, "queue", self.now, detail)).await
            }
            (Some(_), None) => {
                let say = Say::over(kind, "queue", self.now, Detail::default());
                self.say(Stage::Ends, Say { listed: false, ..say }).await
            }
            _ => Ok(()),
        }
    }

    async fn disk(&self) -> Result<(), store::Error> {
        let kind = AlertKind::Disk;
        let percent = self.s.db.room_used().await?;
        match self.open(kind, "database") {
            None if percent >= limits::BUDGET_ALERT && self.settings.rules.disk => {
                let number = i64::try_from(percent).ok();
                let detail = Detail { number, ..Detail::default() };
                self.say(Stage::Begins, Say::of(kind, "database", self.now, detail)).await
            }
            Some(_) if percent + 5 < limits::BUDGET_ALERT => {
                let say = Say::over(kind, "database", self.now, Detail::default());
                self.say(Stage::Ends, Say { listed: false, ..say }).await
            }
            _ => Ok(()),
        }
    }

    /// Whether the flow's own document says that nothing is to be said of it.
    async fn is_off(&self, f: &FlowHealth) -> Result<bool, store::Error> {
        let Some(text) = self.s.db.version(f.flow, f.version).await? else { return Ok(false) };
        let doc: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let said = &doc["settings"]["alerts"];
        Ok(said == "off" || *said == serde_json::Value::Bool(false))
    }

    /// Writes it down and, unless it is muted or was said shortly before, for whoever is told.
    pub async fn say(&self, stage: Stage, say: Say) -> Result<(), store::Error> {
        let known = self.state(say.of, &say.subject);
        let again = known.is_some_and(|k| self.now.since(k.said_at) < limits::ALERT_AGAIN);
        // Whoever was not told that it began is not told that it is over.
        let unheard = stage == Stage::Ends && known.is_some_and(|k| k.said_at < k.since);
        let how = if self.settings.is_muted(say.detail.flow, self.now) {
            "muted"
        } else if (stage == Stage::Begins && again) || unheard {
            "quiet"
        } else {
            "sent"
        };
        let told = how == "sent" && say.listed;
        let notices = if told {
            receivers::of(&self.s.db, self.ws, &self.settings).await?
        } else {
            Vec::new()
        };
        let alert = NewAlert {
            workspace: self.ws,
            kind: say.kind,
            of: say.of,
            subject: say.subject,
            stage,
            seen: say.seen,
            at: self.now,
            how,
            detail: say.detail,
            listed: say.listed,
            notices,
        };
        self.s.db.raise_alert(alert).await.map(|_| ())
    }
}

/// A flow that was silent for longer than this when alerts began is not news.
const WEEK: Span = Span::days(7);

fn about(f: &FlowHealth) -> Detail {
    Detail { name: f.name.clone(), flow: Some(f.flow), ..Detail::default() }
}

fn length<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap_or(i64::MAX)
}
