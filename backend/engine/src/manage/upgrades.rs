//! Flows that use an older version of a connector: which steps, whether the newest one fits them,
//! and the change of the draft that lifts them.

use connect::registry::Connector;
use domain::Text;
use domain::flow::{self, Action, Flow, OnError, Step, StepKind};
use domain::ids::FlowId;
use serde_json::Value;

use super::drafts::Saved;
use super::flows::parse;
use super::{Error, Manage};
use crate::build::upgrade::{Conflict, Use, conflicts, lift, lifts, names_after, rename_after};

/// The trigger in place of a step's id.
pub const TRIGGER: &str = "trigger";

/// A step that uses an older version.
#[derive(Clone, Debug)]
pub struct Upgrade {
    pub flow: FlowId,
    pub flow_name: String,
    /// Its id; `trigger` for the trigger.
    pub step: String,
    pub connector: String,
    /// The trigger or action.
    pub key: String,
    pub from: String,
    pub to: String,
    /// What keeps it from the new version; nothing: one click.
    pub conflicts: Vec<Conflict>,
    /// What the manifest says about the change.
    pub note: Option<Text>,
}

/// What an upgrade of a draft made.
#[derive(Clone, Debug)]
pub struct Upgraded {
    pub saved: Saved,
    /// The steps that use the new version now, with what is left to be done by a person.
    pub steps: Vec<Upgrade>,
}

/// One place of a flow where a connector is used.
struct Place {
    step: String,
    connector: String,
    from: String,
    key: String,
    connection: Option<String>,
    input: flow::Fields,
}

impl Manage {
    /// The steps of published flows that use an older version of a connector.
    pub async fn upgrades(&self, connector: &str) -> Result<Vec<Upgrade>, Error> {
        let newest = self.registry.latest(connector);
        let newest = newest.ok_or_else(|| Error::missing("connector", connector))?;
        let mut out = Vec::new();
        for name in self.db.flow_names(self.workspace).await? {
            let Some(row) = self.db.flow(self.workspace, name.id).await? else { continue };
            let Some(text) = row.published.filter(|t| t.contains(connector)) else { continue };
            let doc = parse(&text)?;
            let Ok(flow) = flow::read::read(&doc) else { continue };
            for place in places(&flow).into_iter().filter(|p| p.connector == connector) {
                if place.from == newest.version {
                    continue;
                }
                out.push(self.judged(name.id, &flow, &doc, &place, newest).await?.0);
            }
        }
        Ok(out)
    }

    /// Lifts the steps of a draft to the newest versions of their connectors; the published flow
    /// stays as it is. `only` names some steps, or all are meant.
    pub async fn upgrade_flow(
        &self,
        id: FlowId,
        only: Option<&[String]>,
        seen: Option<i64>,
        by: &str,
    ) -> Result<Upgraded, Error> {
        let draft = self.draft(id).await?;
        let mut doc = draft.doc;
        let mut flow = flow::read::read(&doc).map_err(Error::Problems)?;
        let mut steps = Vec::new();
        for place in places(&flow) {
            let wanted = only.is_none_or(|o| o.contains(&place.step));
            let Some(newest) = self.registry.latest(&place.connector) else { continue };
            if !wanted || newest.version == place.from {
                continue;
            }
            let (upgrade, used, renamed) = self.judged(id, &flow, &doc, &place, newest).await?;
            put(&mut flow, &place.step, newest, &used);
            doc = flow::write::to_value(&flow);
            for (old, new) in &renamed {
                rename_after(&mut doc, &prefixes(&place.step), old, new);
            }
            flow = flow::read::read(&doc).map_err(Error::Problems)?;
            steps.push(upgrade);
        }
        if steps.is_empty() {
            return Err(Error::conflict(
                "every step uses the newest version already",
                "все шаги уже на новейшей версии",
            ));
        }
        let saved = self.edit_draft(id, doc, seen.or(Some(draft.revision)), by).await?;
        Ok(Upgraded { saved, steps })
    }

    async fn judged(
        &self,
        id: FlowId,
        flow: &Flow,
        doc: &Value,
        place: &Place,
        newest: &Connector,
    ) -> Result<(Upgrade, Use<'static>, Vec<(String, String)>), Error> {
        let upgrade = |conflicts, note| Upgrade {
            flow: id,
            flow_name: flow.name.clone(),
            step: place.step.clone(),
            connector: place.connector.clone(),
            key: place.key.clone(),
            from: place.from.clone(),
            to: newest.version.clone(),
            conflicts,
            note,
        };
        let reads = names_after(doc, &prefixes(&place.step));
        let mut used = Use {
            trigger: place.step == TRIGGER,
            key: place.key.clone(),
            input: place.input.clone(),
            method: None,
            reads: reads.clone(),
        };
        // Only the database may have the old one.
        let registry = crate::connectors::complete(&self.db, &self.registry, flow).await?;
        let Some(old) = registry.get(&place.connector, &place.from) else {
            return Ok((upgrade(Vec::new(), None), used, Vec::new()));
        };
        let rules = lifts(old, newest, &used);
        lift(&mut used, &rules);
        let renamed = rules.iter().flat_map(|r| r.output.clone()).collect();
        let connection = match &place.connection {
            Some(c) => self.find_connection(c).await?,
            None => None,
        };
        let method = connection.as_ref().map(|c| c.method.as_str());
        let asked = Use {
            trigger: used.trigger,
            key: used.key.clone(),
            input: used.input.clone(),
            method,
            reads: used.reads.clone(),
        };
        let found = conflicts(old, newest, &place.key, &asked, &reads);
        let (from, to) = (old.manifest.version.major, newest.manifest.version.major);
        let mut notes = newest.manifest.migrations.iter().filter(|m| m.from >= from && m.to <= to);
        let note = notes.find_map(|m| m.note.clone());
        Ok((upgrade(found, note), used, renamed))
    }
}

/// How later mappings name what a step gave.
fn prefixes(step: &str) -> Vec<String> {
    if step == TRIGGER {
        return ["trigger.data", "trigger.body"].map(str::to_owned).to_vec();
    }
    vec![format!("steps.{step}.output")]
}

fn places(flow: &Flow) -> Vec<Place> {
    let t = &flow.trigger;
    let mut out = vec![Place {
        step: TRIGGER.into(),
        connector: t.connector.name.clone(),
        from: t.connector.version.clone(),
        key: t.event.clone(),
        connection: t.connection.clone(),
        input: t.input.clone(),
    }];
    for step in flow.walk() {
        if let StepKind::Action(a) = &step.kind {
            out.push(Place {
                step: step.id.clone(),
                connector: a.connector.name.clone(),
                from: a.connector.version.clone(),
                key: a.action.clone(),
                connection: a.connection.clone(),
                input: a.input.clone(),
            });
        }
    }
    out
}

/// Puts a step on the new version.
fn put(flow: &mut Flow, step: &str, newest: &Connector, used: &Use<'_>) {
    if step == TRIGGER {
        let t = &mut flow.trigger;
        t.connector.version.clone_from(&newest.version);
        t.event.clone_from(&used.key);
        t.input.clone_from(&used.input);
        return;
    }
    if let Some(a) = action(&mut flow.steps, step) {
        a.connector.version.clone_from(&newest.version);
        a.action.clone_from(&used.key);
        a.input.clone_from(&used.input);
    }
}

fn action<'f>(steps: &'f mut [Step], id: &str) -> Option<&'f mut Action> {
    steps.iter_mut().find_map(|step| {
        let here = step.id == id;
        match &mut step.kind {
            StepKind::Action(a) => match (here, &mut **a) {
                (true, a) => Some(a),
                (false, Action { on_error: OnError::Steps(steps), .. }) => action(steps, id),
                (false, _) => None,
            },
            StepKind::Branch { arms, .. } => {
                arms.iter_mut().find_map(|arm| action(&mut arm.steps, id))
            }
            StepKind::ForEach(f) => action(&mut f.steps, id),
            _ => None,
        }
    })
}
