//! The list of flows: what starts each, which services it speaks to, what it did in the last day.

use std::collections::{BTreeMap, BTreeSet};

use domain::Time;
use domain::flow::{ConnectorRef, Flow, StepKind};
use domain::ids::FlowId;
use store::{DayCounts, FlowCard, FlowState, HOURS};

use super::problems::Known;
use super::{Error, Manage, flows};

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct FlowQuery {
    /// A part of the name.
    pub text: Option<String>,
    /// Exactly this folder; an empty name is those without one.
    pub folder: Option<String>,
    pub state: Option<FlowState>,
    /// Flows after this one (keyset page).
    pub after: Option<FlowId>,
    pub limit: usize,
}

/// A flow in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub card: FlowCard,
    pub trigger: ConnectorRef,
    pub event: String,
    /// Connectors of its steps, each once, in their order.
    pub apps: Vec<ConnectorRef>,
    /// Errors of the draft.
    pub problems: usize,
    /// Runs begun in each of the last 24 hours, the oldest first.
    pub hours: [i64; HOURS],
    pub failed: i64,
    pub last_event_at: Option<Time>,
}

impl Manage {
    /// One page of flows, newest first, and whether there are more.
    pub async fn list(&self, q: &FlowQuery) -> Result<(Vec<Listed>, bool), Error> {
        let text = q.text.as_ref().map(|t| t.trim().to_lowercase()).filter(|t| !t.is_empty());
        let names = self.db.flow_names(self.workspace).await?;
        let wanted = names.into_iter().filter(|f| {
            q.after.is_none_or(|after| f.id < after)
                && q.state.is_none_or(|s| f.state == s)
                && q.folder.as_ref().is_none_or(|folder| f.folder == *folder)
                && text.as_ref().is_none_or(|t| f.name.to_lowercase().contains(t))
        });
        let mut ids: Vec<FlowId> = wanted.map(|f| f.id).take(q.limit + 1).collect();
        let more = ids.len() > q.limit;
        ids.truncate(q.limit);
        let cards = self.db.flow_cards(self.workspace, &ids).await?;
        let days = self.db.day_counts(self.workspace, &ids).await?;
        let mut days: BTreeMap<FlowId, DayCounts> = days.into_iter().map(|d| (d.flow, d)).collect();
        let connections = self.db.connections(self.workspace).await?;
        let mut out = Vec::with_capacity(cards.len());
        for card in cards {
            let day = days.remove(&card.id);
            out.push(self.listed(card, day, &connections).await?);
        }
        Ok((out, more))
    }

    async fn listed(
        &self,
        card: FlowCard,
        day: Option<DayCounts>,
        connections: &[domain::connection::Connection],
    ) -> Result<Listed, Error> {
        let doc = flows::parse(&card.draft)?;
        // Most flows name no secret: theirs are not read.
        let secrets = if card.draft.contains("\"secret\"") {
            self.db.secrets(card.id).await?
        } else {
            BTreeMap::new()
        };
        let (flow, problems) = self.problems_of(&doc, &Known::new(connections, &secrets));
        let last_event_at = card.last_event.map(|e| time_of(e.uuid()));
        Ok(Listed {
            trigger: flow.trigger.connector.clone(),
            event: flow.trigger.event.clone(),
            apps: apps(&flow),
            problems: problems.iter().filter(|p| p.problem.is_error()).count(),
            hours: day.as_ref().map_or([0; HOURS], |d| d.hours),
            failed: day.map_or(0, |d| d.failed),
            last_event_at,
            card,
        })
    }

    /// The folders in use, by name.
    pub async fn folders(&self) -> Result<BTreeSet<String>, Error> {
        let names = self.db.flow_names(self.workspace).await?;
        Ok(names.into_iter().map(|f| f.folder).filter(|f| !f.is_empty()).collect())
    }
}

fn apps(flow: &Flow) -> Vec<ConnectorRef> {
    let mut out: Vec<ConnectorRef> = Vec::new();
    for step in flow.walk() {
        if let StepKind::Action(a) = &step.kind
            && !out.iter().any(|c| c.name == a.connector.name)
        {
            out.push(a.connector.clone());
        }
    }
    out
}

/// The time that an id holds.
fn time_of(id: uuid::Uuid) -> Time {
    let ms = id.as_bytes()[..6].iter().fold(0_i64, |t, b| (t << 8) | i64::from(*b));
    Time(ms * 1_000)
}
