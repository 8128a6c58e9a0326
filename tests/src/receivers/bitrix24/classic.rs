//! The classic methods, `crm.lead.*` and `crm.contact.*`, and the search for duplicates.

use serde_json::{Map, Value, json};

use super::failure::refusal;
use super::methods::{Done, Outcome, Params, done, order, start};
use super::params::{list, text};
use super::store::Element;
use super::view::{classic_view, multi_of_classic};
use super::{Entity, Inside, filter, names};

impl Inside {
    pub(super) fn classic_add(&mut self, entity: Entity, params: &Params) -> Outcome {
        let empty = Map::new();
        let given = params.get("fields").and_then(Value::as_object).unwrap_or(&empty);
        let fields: Params = given
            .iter()
            .filter(|(name, _)| names::may_set(entity, name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(title) = self.lacking(entity, &fields) {
            return Err(refusal(400, "", &format!("Не заполнено обязательное поле \"{title}\"")));
        }
        let multi = multi_of_classic(given);
        let element = self.add(entity, fields, multi);
        Ok(done(json!(element.id)))
    }

    /// A condition on a field that does not exist finds everything, as an ignored one does.
    pub(super) fn classic_list(&self, entity: Entity, params: &Params) -> Done {
        let mut conditions = filter::parse(params.get("filter"));
        let multi = ["PHONE", "EMAIL"];
        conditions.retain(|c| names::exists(entity, &c.field) || multi.contains(&&*c.field));
        let order = order(params, str::to_owned);
        let page = self.store.page(entity, &conditions, &order, start(params));
        let select: Vec<String> = list(params.get("select")).iter().map(text).collect();
        let wanted = |name: &str| {
            let custom = name.starts_with("UF_");
            let star = select.is_empty() || select.iter().any(|s| s == "*");
            name == "ID"
                || select.iter().any(|s| s == name)
                || (custom && select.iter().any(|s| s == "UF_*"))
                || (star && !custom && !multi.contains(&name))
        };
        let result = page.elements.iter().map(|element| classic_view(element, wanted)).collect();
        Done { result, list: Some((page.total, page.next)) }
    }

    pub(super) fn classic_get(&self, entity: Entity, params: &Params) -> Outcome {
        let id = ["id", "ID"].iter().find_map(|name| params.get(*name)).map(text);
        let id = id.and_then(|id| id.parse().ok()).filter(|id| *id > 0);
        let id = id.ok_or_else(|| refusal(400, "", "ID is not defined or invalid."))?;
        let element = self.store.get(entity, id).ok_or_else(|| refusal(400, "", "Not found"))?;
        Ok(done(classic_view(element, |_| true)))
    }

    pub(super) fn find_duplicates(&self, params: &Params) -> Outcome {
        let kind = params.get("type").map(text).filter(|t| !t.is_empty()).ok_or_else(|| {
            let code = "Communication type is not defined";
            refusal(400, code, "Parameter 'type' is required.")
        })?;
        if kind != "PHONE" && kind != "EMAIL" {
            let code = format!("Communication type '{kind}' is not supported in current context");
            return Err(refusal(400, &code, &code));
        }
        let values = list(params.get("values"));
        if values.is_empty() {
            let code = "Communication values is not defined";
            return Err(refusal(400, code, "Parameter 'values' is required."));
        }
        let wanted: Vec<String> = values.iter().map(|v| comparable(&kind, &text(v))).collect();
        let only = params.get("entity_type").map(text);
        let mut found = Map::new();
        for (entity, name) in Entity::COMMUNICATING {
            if only.as_deref().is_some_and(|only| only != name) {
                continue;
            }
            let same = |e: &&Element| {
                e.values(&kind).iter().any(|v| wanted.contains(&comparable(&kind, v)))
            };
            let ids: Vec<i64> = self.store.of(entity).filter(same).map(|e| e.id).collect();
            if !ids.is_empty() {
                found.insert(name.to_owned(), json!(ids));
            }
        }
        // PHP writes an empty map as an empty list.
        let found = if found.is_empty() { json!([]) } else { Value::Object(found) };
        Ok(done(found))
    }
}

/// Phones are compared by their digits, addresses without regard to case.
fn comparable(kind: &str, value: &str) -> String {
    if kind == "EMAIL" {
        return value.to_lowercase();
    }
    value.chars().filter(char::is_ascii_digit).collect()
}
