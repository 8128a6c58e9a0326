//! Deliveries for lists: each with its events and their runs, and with one word for what became
//! of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::delivery::{EventState, Verdict};
use domain::ids::{DeliveryId, EventId, FlowId, RunId, TemporaryId, WorkspaceId};
use domain::run::RunState;
use domain::{Time, limits};
use serde::Serialize;

use super::Page;
use super::window::Source;
use crate::db::Db;
use crate::deliveries::view;
use crate::search::hits;
use crate::sql::{Bulk, Cursor, Kind, vals};
use crate::sweep::first_id;
use crate::{DeliveryView, Error, EventView};

/// What became of a delivery, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has runs.
    Run,
    /// An event of it waits for a person.
    Held,
    Duplicate,
    Probe,
    /// A filter or `only_if` said no.
    Filtered,
    Stale,
    /// Signature, token or address check failed.
    Rejected,
    /// It could not be turned into events.
    Refused,
    /// A test of the builder.
    Test,
    /// It came to an address without a flow.
    Temporary,
    /// A person dropped its events.
    Dropped,
}

impl Outcome {
    /// Every word.
    pub const ALL: &'static [(Outcome, &'static str)] = &[
        (Outcome::Run, "run"),
        (Outcome::Held, "held"),
        (Outcome::Duplicate, "duplicate"),
        (Outcome::Probe, "probe"),
        (Outcome::Filtered, "filtered"),
        (Outcome::Stale, "stale"),
        (Outcome::Rejected, "rejected"),
        (Outcome::Refused, "refused"),
        (Outcome::Test, "test"),
        (Outcome::Temporary, "temporary"),
        (Outcome::Dropped, "dropped"),
    ];

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(o, _)| *o)
    }

    /// The verdict that is stored of such a delivery.
    fn verdict(self) -> Verdict {
        match self {
            Outcome::Duplicate => Verdict::Duplicate,
            Outcome::Probe => Verdict::Probe,
            Outcome::Rejected => Verdict::Rejected,
            Outcome::Refused => Verdict::Refused,
            Outcome::Temporary => Verdict::Temporary,
            _ => Verdict::Accepted,
        }
    }

    fn of(verdict: Verdict, events: &[ItsEvent]) -> Self {
        match verdict {
            Verdict::Duplicate => return Outcome::Duplicate,
            Verdict::Probe => return Outcome::Probe,
            Verdict::Rejected => return Outcome::Rejected,
            Verdict::Refused => return Outcome::Refused,
            Verdict::Temporary => return Outcome::Temporary,
            Verdict::Accepted => {}
        }
        let any = |fits: &dyn Fn(&ItsEvent) -> bool| events.iter().any(fits);
        let ended = |e: &ItsEvent, with| e.run_state == Some(with);
        if any(&|e| e.test) {
            return Outcome::Test;
        }
        if any(&|e| e.state == EventState::Held) {
            return Outcome::Held;
        }
        let quiet = |e: &ItsEvent| {
            e.state != EventState::Accepted
                || ended(e, RunState::Filtered)
                || ended(e, RunState::Stale)
        };
        if events.is_empty() || any(&|e| !quiet(e)) {
            return Outcome::Run;
        }
        if any(&|e| ended(e, RunState::Stale)) {
            return Outcome::Stale;
        }
        if any(&|e| e.state == EventState::Dropped) {
            return Outcome::Dropped;
        }
        Outcome::Filtered
    }
}

/// Which deliveries. Every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    pub flow: Option<FlowId>,
    /// One address without a flow.
    pub temporary: Option<TemporaryId>,
    pub outcome: Option<Outcome>,
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// Hash of a value of one of its events (semantics S23).
    pub value: Option<i64>,
    /// Go on before this one.
    pub before: Option<DeliveryId>,
    pub limit: u32,
}

/// One event of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItsEvent {
    pub id: EventId,
    pub flow: FlowId,
    pub item: i64,
    pub state: EventState,
    pub reason: Option<String>,
    pub run: Option<RunId>,
    pub run_state: Option<RunState>,
    /// Its run is a test of the builder.
    pub test: bool,
}

/// A delivery as a list shows it.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub view: DeliveryView,
    pub workspace: WorkspaceId,
    /// The address without a flow that it came to; then the flow of the view is none.
    pub temporary: Option<TemporaryId>,
    /// It came to an address that flows share, and none of them takes it.
    pub shared: bool,
    /// The name of its flow or address, while there is one.
    pub name: Option<String>,
    pub events: Vec<ItsEvent>,
    pub outcome: Outcome,
}

impl Inspected {
    /// One of its events, by itself.
    pub fn event(&self, e: &ItsEvent) -> EventView {
        EventView {
            id: e.id,
            flow: e.flow,
            delivery: self.view.id,
            item: e.item,
            state: e.state,
            reason: e.reason.clone(),
            received_at: self.view.received_at,
            run: e.run,
            run_state: e.run_state,
        }
    }
}

static VIEWS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "SELECT d.workspace, coalesce(f.name, t.name, a.connector), d.id, d.flow, d.received_at, d.method,
           d.path, d.remote_ip, d.verdict, d.reason, d.body_bytes, d.answer, d.copy_of, a.id
         FROM ",
        &[("delivery", Kind::Id)],
        " CROSS JOIN deliveries d LEFT JOIN flows f ON f.id = d.flow
         LEFT JOIN temporary_addresses t ON t.id = d.flow
         LEFT JOIN shared_addresses a ON a.id = d.flow WHERE d.id = v.delivery",
    )
});

static EVENTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "SELECT e.delivery, e.id, e.flow, e.item, e.state, e.reason, e.run, r.state, r.test, j.node
         FROM ",
        &[("delivery", Kind::Id)],
        " CROSS JOIN events e LEFT JOIN runs r ON r.id = e.run LEFT JOIN jobs j ON j.run = e.run
         WHERE e.delivery = v.delivery ORDER BY e.delivery, e.item",
    )
});

impl Db {
    /// Deliveries, newest first.
    pub async fn find_deliveries(
        &self,
        ws: WorkspaceId,
        q: &DeliveryQuery,
    ) -> Result<Page<Inspected, DeliveryId>, Error> {
        let limit = if q.limit == 0 { limits::PAGE } else { q.limit.min(limits::PAGE_MAX) };
        let want = usize::try_from(limit).unwrap_or(1);
        let source = source(ws, q);
        let to = q.to.map(first_id);
        let mut before = [q.before.map(DeliveryId::uuid), to].into_iter().flatten().min();
        let mut items = Vec::with_capacity(want);
        let mut looked = 0;
        loop {
            let found = self.scan(&source, before, limit).await?;
            let ids: Vec<DeliveryId> = found.ids.into_iter().map(DeliveryId).collect();
            looked += i64::from(limit).max(1);
            before = found.next;
            for one in self.delivery_views(&ids).await? {
                if q.outcome.is_some_and(|o| o != one.outcome) {
                    continue;
                }
                if items.len() == want {
                    break;
                }
                items.push(one);
            }
            if items.len() == want {
                // What was found beyond the page comes with the next one.
                let last = items.last().map(|i: &Inspected| i.view.id);
                return Ok(Page { next: last, items });
            }
            if before.is_none() || looked >= limits::SCAN_WINDOW {
                return Ok(Page { items, next: before.map(DeliveryId) });
            }
        }
    }

    /// Deliveries as a list shows them, in the order asked for; one that is not there is left out.
    pub async fn delivery_views(&self, ids: &[DeliveryId]) -> Result<Vec<Inspected>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys = |text: &'static Bulk| {
            let mut b = text.batch(self.is_sqlite(), ids.len());
            for id in ids {
                b.id(id.uuid()).end();
            }
            b
        };
        let mut found = HashMap::with_capacity(ids.len());
        for row in self.bulk_rows(&VIEWS, keys(&VIEWS)).await? {
            let one = inspected(&mut row.cursor())?;
            found.insert(one.view.id, one);
        }
        for row in self.bulk_rows(&EVENTS, keys(&EVENTS)).await? {
            let mut c = row.cursor();
            let of = DeliveryId(c.id()?);
            let event = event(&mut c)?;
            if let Some(one) = found.get_mut(&of) {
                one.events.push(event);
            }
        }
        let mut out: Vec<Inspected> = ids.iter().filter_map(|id| found.remove(id)).collect();
        for one in &mut out {
            one.outcome = Outcome::of(one.view.verdict, &one.events);
        }
        Ok(out)
    }
}

fn source(ws: WorkspaceId, q: &DeliveryQuery) -> Source {
    const COLUMNS: &str = "d.id, d.workspace, d.flow, d.verdict";
    let flow = q.flow.map(FlowId::uuid).or(q.temporary.map(TemporaryId::uuid));
    let mut s = match (q.value, flow) {
        (Some(hash), _) => Source::new(
            format!(
                "SELECT {COLUMNS} FROM deliveries d WHERE d.id IN (
                   SELECT e.delivery FROM ({}) AS h JOIN events e ON e.id = h.event)",
                hits!()
            ),
            "d.id",
            vals![hash, limits::SEARCH_HITS],
        ),
        (None, Some(flow)) => {
            // Said by name, or the partial index would not be used.
            let rejected = match q.outcome {
                Some(Outcome::Rejected) => "d.verdict = 'rejected' AND",
                _ => "",
            };
            let text = format!("SELECT {COLUMNS} FROM deliveries d WHERE {rejected} d.flow = $1");
            Source::new(text, "d.id", vals![flow])
        }
        (None, None) => {
            Source::new(format!("SELECT {COLUMNS} FROM deliveries d WHERE true"), "d.id", vec![])
        }
    };
    s = s.no_older_than(q.from.map(first_id));
    s.fit("w.workspace = ?", ws.uuid());
    if let Some(flow) = flow {
        s.fit("w.flow = ?", flow);
    }
    if let Some(outcome) = q.outcome {
        s.fit("w.verdict = ?", outcome.verdict().as_str());
    }
    s
}

fn inspected(c: &mut Cursor<'_>) -> Result<Inspected, Error> {
    let (workspace, name) = (WorkspaceId(c.id()?), c.opt_text()?);
    let view = view(c)?;
    let temporary = (view.verdict == Verdict::Temporary).then(|| TemporaryId(view.flow.uuid()));
    let shared = c.opt_id()?.is_some();
    let (events, outcome) = (Vec::new(), Outcome::Run);
    Ok(Inspected { view, workspace, temporary, shared, name, events, outcome })
}

fn event(c: &mut Cursor<'_>) -> Result<ItsEvent, Error> {
    let (id, flow, item) = (EventId(c.id()?), FlowId(c.id()?), c.int()?);
    let (state, reason) = (c.word(EventState::parse)?, c.opt_text()?);
    let run = c.opt_id()?.map(RunId);
    let word = c.opt_text()?;
    let mut run_state = word.as_deref().and_then(RunState::parse);
    let test = c.opt_int()?.unwrap_or(0) != 0;
    if c.opt_id()?.is_some() && run_state.is_some_and(|s| !s.is_final()) {
        run_state = Some(RunState::Running);
    }
    Ok(ItsEvent { id, flow, item, state, reason, run, run_state, test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_answer_are_those_of_the_filter() {
        for (outcome, word) in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), *word);
            assert_eq!(Outcome::parse(word), Some(*outcome));
        }
    }
}
