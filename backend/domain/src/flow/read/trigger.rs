//! Reads the trigger.

use indexmap::IndexMap;

use super::node::{Faults, Keys, Node};
use super::{condition, fault, reference, reply, source, words};
use crate::flow::{ConnectorRef, Dedupe, Fields, Newest, OnPark, OrderBy, Trigger, place};
use crate::limits;

/// What stands for a trigger that could not be read.
pub(super) fn unreadable() -> Trigger {
    Trigger {
        connector: ConnectorRef { name: String::new(), version: String::new() },
        event: String::new(),
        connection: None,
        input: Fields::new(),
        dedupe: None,
        newest: None,
        order_by: None,
        only_if: None,
        respond: None,
        max_body: None,
        labels: IndexMap::new(),
    }
}

pub(super) fn trigger(node: &Node, faults: &mut Faults) -> Trigger {
    let mut out = unreadable();
    let Some(keys) = node.keys(faults, words::TRIGGER_KEYS) else {
        return out;
    };
    if let Some(r) = keys.need(faults, "connector").and_then(|n| reference::connector(&n, faults)) {
        out.connector = r;
    }
    if let Some(e) = keys.need(faults, "event").and_then(|n| reference::key(&n, faults)) {
        out.event = e;
    }
    out.connection = keys.get("connection").and_then(|n| reference::connection(&n, faults));
    out.input = keys.get("input").map(|n| source::fields(&n, faults)).unwrap_or_default();
    out.dedupe = keys.get("dedupe").and_then(|n| dedupe(&n, faults));
    out.newest = keys.get("newest").and_then(|n| newest(&n, faults));
    out.order_by = order_by(node, &keys, faults);
    out.only_if = keys.get("only_if").map(|n| condition::condition(&n, faults));
    out.respond = keys.get("respond").and_then(|n| reply::respond(&n, faults));
    let max = keys.get("max_body").and_then(|n| n.whole(faults, 1, limits::BODY_BYTES_MAX as u64));
    out.max_body = max.and_then(|n| n.try_into().ok());
    out.labels = keys.get("labels").map(|n| labels(&n, faults)).unwrap_or_default();
    out
}

/// Names of fields by their paths.
fn labels(node: &Node, faults: &mut Faults) -> IndexMap<String, String> {
    let Some(map) = node.map(faults) else { return IndexMap::new() };
    if map.len() > limits::FIELD_LABELS {
        faults.push(fault::too_many(&node.place, map.len(), limits::FIELD_LABELS));
        return IndexMap::new();
    }
    let mut out = IndexMap::with_capacity(map.len());
    for (path, value) in map {
        let at = Node { place: place::key(&node.place, path), value };
        if let Some(label) = at.filled(faults, limits::NAME_CHARS) {
            out.insert(path.clone(), label.to_owned());
        }
    }
    out
}

/// `{key, window}`, or `none`: events are never taken for copies. YAML readers of version 1.1
/// turn `off` into false, so that means the same.
fn dedupe(node: &Node, faults: &mut Faults) -> Option<Dedupe> {
    if matches!(node.value.as_str(), Some("none" | "off")) || node.value.as_bool() == Some(false) {
        return Some(Dedupe { key: String::new(), window: limits::DEDUPE_WINDOW });
    }
    if node.value.is_string() {
        node.word(faults, &["none"]);
        return None;
    }
    let keys = node.keys(faults, &["key", "window"])?;
    let key = keys.need(faults, "key").and_then(|n| source::template(&n, faults));
    let window = match keys.get("window") {
        Some(n) => n.span(faults, limits::DEDUPE_WINDOW_MAX)?,
        None => limits::DEDUPE_WINDOW,
    };
    Some(Dedupe { key: key?, window })
}

fn newest(node: &Node, faults: &mut Faults) -> Option<Newest> {
    let keys = node.keys(faults, &["key", "at"])?;
    let key = keys.need(faults, "key").and_then(|n| key_template(&n, faults));
    let at = keys.need(faults, "at").map(|n| source::mapping(&n, faults));
    Some(Newest { key: key?, at: at? })
}

/// `order_by` is the key alone; `on_park` stands beside it.
fn order_by(node: &Node, keys: &Keys<'_>, faults: &mut Faults) -> Option<OrderBy> {
    let on_park = match keys.get("on_park") {
        Some(n) => match n.word(faults, &["continue", "wait"]) {
            Some("wait") => Some(OnPark::Wait),
            _ => Some(OnPark::Continue),
        },
        None => None,
    };
    let Some(key) = keys.get("order_by") else {
        if on_park.is_some() {
            faults.push(fault::missing_key(&node.place, "order_by"));
        }
        return None;
    };
    Some(OrderBy { key: key_template(&key, faults)?, on_park: on_park.unwrap_or_default() })
}

/// A template that gives a key, so it may not be blank.
fn key_template(node: &Node, faults: &mut Faults) -> Option<String> {
    let text = source::template(node, faults)?;
    if text.trim().is_empty() {
        faults.push(fault::empty(&node.place));
        return None;
    }
    Some(text)
}
