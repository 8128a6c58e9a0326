//! What the steps of flows are called, for a person, and which connections they use.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use connect::registry::Registry;
use domain::Lang;
use domain::ids::FlowId;
use engine::manage::Manage;
use serde_json::Value;
use store::RunView;

use super::dto::RunItem;
use crate::v1::problem::Problem;

/// Versions whose names are held at once.
const HELD: usize = 64;

/// What a flow document says of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// What the user called it.
    pub name: Option<String>,
    /// What it calls: `bitrix24.lead_add@1.0.0`.
    pub action: Option<String>,
    pub connection: Option<String>,
}

impl Named {
    /// Its name; where it has none, what it does.
    pub fn title(&self, registry: &Registry, lang: Lang) -> Option<String> {
        self.name.clone().or_else(|| {
            let (what, version) = self.action.as_ref()?.split_once('@')?;
            let (connector, action) = what.split_once('.')?;
            let connector = registry.get(connector, version)?;
            let does = connector.action(action)?.manifest.title.get(lang);
            Some(format!("{}: {does}", connector.manifest.display.title.get(lang)))
        })
    }
}

/// The steps of one version of a flow.
#[derive(Default)]
pub struct Names(HashMap<String, Named>);

impl Names {
    pub fn of(document: &Value) -> Self {
        let mut names = Names::default();
        names.walk(&document["steps"]);
        names
    }

    /// What is known of a step, by its id or place.
    pub fn get(&self, step: &str) -> Named {
        let id = step.split('#').next().unwrap_or(step);
        self.0.get(id).cloned().unwrap_or_default()
    }

    fn walk(&mut self, v: &Value) {
        match v {
            Value::Array(items) => items.iter().for_each(|i| self.walk(i)),
            Value::Object(map) => {
                if let Some(id) = map.get("id").and_then(Value::as_str) {
                    let text = |key| {
                        let text = map.get(key).and_then(Value::as_str).map(str::to_owned);
                        text.filter(|t| !t.is_empty())
                    };
                    let (name, action) = (text("name"), text("action"));
                    let named = Named { name, action, connection: text("connection") };
                    self.0.entry(id.to_owned()).or_insert(named);
                }
                map.values().for_each(|i| self.walk(i));
            }
            _ => {}
        }
    }
}

/// Names by version, read when first needed: a published version never changes.
pub struct Versions {
    manage: Manage,
    lang: Lang,
    held: HashMap<(FlowId, i64), Names>,
}

impl Versions {
    pub fn new(manage: Manage, lang: Lang) -> Self {
        Self { manage, lang, held: HashMap::new() }
    }

    /// The runs of a page.
    pub async fn items(&mut self, runs: &[RunView]) -> Result<Vec<RunItem>, Problem> {
        let mut items = Vec::with_capacity(runs.len());
        for v in runs {
            items.push(self.item(v).await?);
        }
        Ok(items)
    }

    /// A run with the name of the step that it stands at.
    pub async fn item(&mut self, v: &RunView) -> Result<RunItem, Problem> {
        let item = RunItem::new(v, self.lang);
        let Some(step) = &v.run.step else { return Ok(item) };
        let named = self.names(v.run.flow, v.run.version).await?.get(step);
        let title = named.title(&self.manage.registry, self.lang);
        Ok(item.at(title))
    }

    async fn names(&mut self, flow: FlowId, version: i64) -> Result<&Names, Problem> {
        if self.held.len() >= HELD {
            self.held.clear();
        }
        match self.held.entry((flow, version)) {
            Entry::Occupied(e) => Ok(e.into_mut()),
            Entry::Vacant(e) => {
                let document = self.manage.db.version(flow, version).await?;
                let document = document.and_then(|t| serde_json::from_str(&t).ok());
                Ok(e.insert(Names::of(&document.unwrap_or_default())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_are_found_wherever_they_stand() {
        let names = Names::of(&json!({ "steps": [
            { "id": "each", "name": "Each product", "steps": [
                { "id": "lead", "action": "crm.lead_add@1.0.0", "connection": "con_1" },
            ] },
            { "id": "size", "name": "", "branch": [{ "steps": [{ "id": "note", "name": "Note" }] }] },
        ] }));
        assert_eq!(names.get("each").name.as_deref(), Some("Each product"));
        let lead = names.get("lead#3.0");
        assert_eq!(lead.action.as_deref(), Some("crm.lead_add@1.0.0"));
        assert_eq!(lead.connection.as_deref(), Some("con_1"));
        assert_eq!(names.get("size").name, None, "an empty name is none");
        assert_eq!(names.get("note").name.as_deref(), Some("Note"));
        assert_eq!(names.get("gone"), Named::default());
    }
}
