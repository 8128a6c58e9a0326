//! The elements of the CRM, kept with classic field names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Entity;
use super::filter::{self, Condition};
use super::params::text;

/// Elements of a page at most (`crm-item-list.md`).
const PAGE: usize = 50;

/// One lead, deal, contact or company.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    pub entity: Entity,
    pub id: i64,
    /// All single fields, by classic name.
    pub fields: Map<String, Value>,
    /// Phones, e-mail addresses and the like.
    pub multi: Vec<Multi>,
}

/// One value of a multiple field (`crm/data-types.md`, crm_multifield).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multi {
    pub id: i64,
    /// `PHONE`, `EMAIL`, `WEB`, `IM` or `LINK`.
    pub type_id: String,
    /// `WORK`, `HOME`, `MOBILE` and so on.
    pub value_type: String,
    pub value: String,
}

#[derive(Default)]
pub(super) struct Store {
    elements: Vec<Element>,
    last_id: BTreeMap<Entity, i64>,
    last_multi: i64,
}

/// What a list call found.
pub(super) struct Page {
    pub elements: Vec<Element>,
    pub total: usize,
    pub next: Option<usize>,
}

impl Element {
    /// The values of a classic field as text; several for a multiple field.
    pub fn values(&self, classic: &str) -> Vec<String> {
        let multi: Vec<String> =
            self.multi.iter().filter(|m| m.type_id == classic).map(|m| m.value.clone()).collect();
        if !multi.is_empty() {
            return multi;
        }
        self.fields.get(classic).map(text).into_iter().filter(|v| !v.is_empty()).collect()
    }

    /// The only or first value of a classic field; empty without one.
    pub fn value(&self, classic: &str) -> String {
        self.values(classic).into_iter().next().unwrap_or_default()
    }
}

impl Store {
    /// Adds an element. `own` are the fields the portal sets itself.
    pub(super) fn add(
        &mut self,
        entity: Entity,
        given: Map<String, Value>,
        own: Map<String, Value>,
        multi: Vec<Multi>,
    ) -> Element {
        let last = self.last_id.entry(entity).or_default();
        *last += 1;
        let id = *last;
        let mut fields = Map::from_iter([("ID".to_owned(), json!(id))]);
        if entity == Entity::Lead {
            fields.insert("TITLE".to_owned(), json!(format!("Лид #{id}")));
        }
        fields.extend(own);
        fields.extend(given.into_iter().filter(|(_, v)| !v.is_null() && *v != json!("")));
        let mut element = Element { entity, id, fields, multi };
        for multi in &mut element.multi {
            self.last_multi += 1;
            multi.id = self.last_multi;
        }
        for (flag, kind) in [("HAS_PHONE", "PHONE"), ("HAS_EMAIL", "EMAIL"), ("HAS_IMOL", "IMOL")] {
            let has = element.multi.iter().any(|m| m.type_id == kind);
            element.fields.insert(flag.to_owned(), json!(if has { "Y" } else { "N" }));
        }
        self.elements.push(element.clone());
        element
    }

    pub(super) fn get(&self, entity: Entity, id: i64) -> Option<&Element> {
        self.of(entity).find(|e| e.id == id)
    }

    pub(super) fn of(&self, entity: Entity) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |e| e.entity == entity)
    }

    /// The page of `entity` that a list call asks for. `conditions` and `order` have classic names.
    pub(super) fn page(
        &self,
        entity: Entity,
        conditions: &[Condition],
        order: &[(String, bool)],
        start: usize,
    ) -> Page {
        let holds = |e: &&Element| conditions.iter().all(|c| c.holds(&e.values(&c.field)));
        let mut found: Vec<&Element> = self.of(entity).filter(holds).collect();
        found.sort_by(|a, b| {
            let by = order.iter().map(|(field, down)| {
                let by = filter::order(&a.value(field), &b.value(field));
                if *down { by.reverse() } else { by }
            });
            by.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let total = found.len();
        let elements = found.into_iter().skip(start).take(PAGE).cloned().collect();
        Page { elements, total, next: (start + PAGE < total).then_some(start + PAGE) }
    }
}
