//! Order and staleness (semantics S7): the keys that a version's trigger takes from an event, and
//! whether an event is older than the newest one of its key.

use domain::field::Escape;
use domain::flow::{OnPark, Trigger};
use domain::ids::{EventId, FlowId, RunId};
use domain::outcome::StepError;
use domain::{Code, Problem, Time};
use mapping::functions::Env;
use mapping::mapping::Compiled as Mapping;
use mapping::template::Template;
use mapping::{Context, Used, moment};
use serde_json::json;
use store::{NewestKey, OrderKey, StoredDelivery};

use crate::cache::LiveFlow;
use crate::engine::Shared;
use crate::execute::Job;
use crate::program::Program;
use crate::{keys, needs, snapshot};

/// The compiled keys of a version.
#[derive(Default)]
pub struct EventKeys {
    order: Option<(Template, OnPark)>,
    newest: Option<(Template, Mapping)>,
}

/// What an event has of them. A part that is missing, empty or fails to render makes no key: the
/// event runs without it (semantics S4).
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    pub order: Option<OrderKey>,
    pub newest: Option<NewestKey>,
}

impl EventKeys {
    /// # Errors
    /// What of them does not compile, with its place.
    pub fn compile(t: &Trigger) -> Result<Self, Vec<Problem>> {
        let template =
            |text: &str, at: &str| Template::parse(text, Escape::None).map_err(|f| vec![f.at(at)]);
        let order = match &t.order_by {
            Some(o) => Some((template(&o.key, "trigger.order_by")?, o.on_park)),
            None => None,
        };
        let newest = match &t.newest {
            Some(n) => {
                let key = template(&n.key, "trigger.newest.key")?;
                let at = Mapping::compile(&n.at, Escape::None).map_err(|faults| {
                    let named = faults.into_iter();
                    let named = named.map(|(at, f)| f.at(format!("trigger.newest.at{at}")));
                    named.collect::<Vec<_>>()
                })?;
                Some((key, at))
            }
            None => None,
        };
        Ok(Self { order, newest })
    }

    /// Whether events need not be looked at.
    pub fn is_empty(&self) -> bool {
        self.order.is_none() && self.newest.is_none()
    }

    /// What they read.
    pub fn references(&self) -> Vec<Used> {
        let mut all = Vec::new();
        if let Some((t, _)) = &self.order {
            all.extend_from_slice(t.references());
        }
        if let Some((t, at)) = &self.newest {
            all.extend_from_slice(t.references());
            all.extend(at.references());
        }
        all
    }

    /// The keys of an event whose context has `trigger`; `at` is when its run was made.
    pub fn of(&self, context: &mut Context, flow: FlowId, program: &Program, at: Time) -> Places {
        if self.is_empty() {
            return Places::default();
        }
        context.set("flow", json!({ "id": flow, "name": program.name }));
        let event = context.data()["trigger"]["event_id"].as_str().unwrap_or_default().to_owned();
        let uuid = || keys::derived_uuid(&event, 0);
        let env = Env { now: at, timezone: &program.timezone, uuid: &uuid };
        let hash = |t: &Template| Some(keys::event_hash(&t.key(context, &env).ok().flatten()?));
        let order = self.order.as_ref().and_then(|(t, on_park)| {
            Some(OrderKey { hash: hash(t)?, hold: *on_park == OnPark::Wait })
        });
        let newest = self.newest.as_ref().and_then(|(t, m)| {
            let named = m.eval(context, &env).ok().flatten()?;
            Some(NewestKey { hash: hash(t)?, at: moment::parse(&named, &program.timezone)? })
        });
        Places { order, newest }
    }
}

/// The keys of an event that was stored before. None if its body cannot be read any more.
pub(crate) fn of_stored(
    live: &LiveFlow,
    program: &Program,
    (delivery, item, event): (StoredDelivery, i64, EventId),
    at: Time,
) -> Places {
    let Some(inbound) = &live.inbound else { return Places::default() };
    if program.keys.is_empty() || delivery.body_gone {
        return Places::default();
    }
    let raw = snapshot::raw(delivery);
    let (parsed, items) = inbound.reparse(&raw, false);
    let item = usize::try_from(item).ok().and_then(|at| items.into_iter().nth(at));
    let Some(item) = item.filter(|_| parsed.error.is_none()) else { return Places::default() };
    let needs = needs::join(live.needs, program.needs);
    let trigger = inbound.trigger_context(&raw, parsed, item.data, &event.to_string(), needs);
    let mut context = Context::new(json!({ "trigger": trigger }));
    program.keys.of(&mut context, live.id, program, at)
}

/// Why a run that is about to start for the first time must not: an event that names a later
/// moment was accepted. Reads the store only for flows that ask for it.
pub(crate) async fn stale(s: &Shared, job: &mut Job) -> Result<Option<StepError>, store::Error> {
    if !job.fresh || job.cancel || job.program.keys.newest.is_none() {
        return Ok(None);
    }
    let program = job.program.clone();
    let mine = program.keys.of(&mut job.context, job.flow, &program, job.created_at).newest;
    let Some(mine) = mine else { return Ok(None) };
    let newest = s.db.newest(job.flow, mine.hash).await?;
    Ok(newest.filter(|n| *n > mine.at).map(|n| older(job.run, mine.at, n)))
}

fn older(run: RunId, mine: Time, newest: Time) -> StepError {
    tracing::debug!(run.id = %run, "stale");
    let (newest, mine) = (moment::rfc3339(newest), moment::rfc3339(mine));
    let en = format!(
        "an event of {newest} was accepted before this one, which is of {mine}, could start"
    );
    let ru = format!("событие от {newest} принято раньше, чем успело начаться это, от {mine}");
    StepError::new(Code::Stale, (en, ru))
}
