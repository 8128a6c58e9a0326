//! How calls write elements and answers show them: with universal names or with classic ones.

use serde_json::{Map, Value, json};

use super::params::{list, text};
use super::store::{Element, Multi};
use super::{Entity, names};

/// Multiple values as the universal methods take them: `fm: [{typeId, valueType, value}]`.
pub(super) fn multi_of_item(fm: Option<&Value>) -> Vec<Multi> {
    list(fm).iter().filter_map(|one| multi(one, "typeId", "valueType", "value", None)).collect()
}

/// Multiple values as the classic methods take them: `PHONE: [{VALUE, VALUE_TYPE}]`.
pub(super) fn multi_of_classic(fields: &Map<String, Value>) -> Vec<Multi> {
    let kinds = ["PHONE", "EMAIL", "WEB", "IM", "LINK"];
    let all =
        kinds.iter().flat_map(|kind| list(fields.get(*kind)).into_iter().map(move |v| (v, kind)));
    all.filter_map(|(one, kind)| multi(&one, "TYPE_ID", "VALUE_TYPE", "VALUE", Some(kind)))
        .collect()
}

fn multi(one: &Value, kind: &str, how: &str, value: &str, known: Option<&str>) -> Option<Multi> {
    let get = |name: &str| one.get(name).map(text).filter(|t| !t.is_empty());
    let type_id = known.map(str::to_owned).or_else(|| get(kind))?;
    let value_type = get(how).unwrap_or_else(|| "WORK".to_owned());
    Some(Multi { id: 0, type_id, value_type, value: get(value)? })
}

/// An element as the universal methods show it.
pub(super) fn item_view(element: &Element, original: bool) -> Value {
    let mut out = Map::new();
    let entity = element.entity;
    if entity == Entity::Lead {
        let all = names::OWN.into_iter().chain(names::settable());
        out.extend(all.map(|name| (names::universal(entity, name, original), Value::Null)));
    }
    for (classic, value) in &element.fields {
        out.insert(names::universal(entity, classic, original), number(classic, value));
    }
    let fm = element.multi.iter().map(
        |m| json!({"id": m.id, "valueType": m.value_type, "value": m.value, "typeId": m.type_id}),
    );
    out.insert("fm".to_owned(), fm.collect());
    out.insert("entityTypeId".to_owned(), json!(entity.type_id()));
    Value::Object(out)
}

/// The universal methods show references and amounts as numbers, whatever was sent.
fn number(classic: &str, value: &Value) -> Value {
    let numeric = ["ASSIGNED_BY_ID", "COMPANY_ID", "CONTACT_ID", "WEBFORM_ID", "OPPORTUNITY"];
    let number = value.as_str().filter(|_| numeric.contains(&classic));
    number.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

/// An element as the classic methods show it: every scalar is text.
pub(super) fn classic_view(element: &Element, wanted: impl Fn(&str) -> bool) -> Value {
    let mut out = Map::new();
    if element.entity == Entity::Lead {
        out.extend(names::settable().map(|name| (name.to_owned(), Value::Null)));
    }
    for (name, value) in &element.fields {
        let shown = match value {
            Value::Number(n) => Value::String(n.to_string()),
            other => other.clone(),
        };
        out.insert(name.clone(), shown);
    }
    for m in &element.multi {
        let all = out.entry(m.type_id.clone()).or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(json!({"ID": m.id.to_string(), "VALUE_TYPE": m.value_type,
                "VALUE": m.value, "TYPE_ID": m.type_id}));
        }
    }
    out.retain(|name, _| wanted(name));
    Value::Object(out)
}
