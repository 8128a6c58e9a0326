//! Reads mappings: a source, its transforms and its default.

use serde_json::Value;

use super::fault;
use super::node::{Faults, Keys, Node};
use super::words;
use crate::flow::{Fields, Mapping, Source, Transform, place};
use crate::limits;

/// What stands for a mapping that could not be read.
fn unreadable() -> Mapping {
    Mapping::of(Source::Literal(Value::Null))
}

/// A map with exactly one source.
pub(super) fn mapping(node: &Node, faults: &mut Faults) -> Mapping {
    nested(node, faults, 0)
}

/// A map of names to sources.
pub(super) fn fields(node: &Node, faults: &mut Faults) -> Fields {
    nested_fields(node, faults, 0)
}

/// A mapping, or a map of names to sources in place of `{object: ...}`.
pub(super) fn mapping_or_fields(node: &Node, faults: &mut Faults) -> Mapping {
    match node.value.as_object() {
        Some(map) if !words::SOURCE_KEYS.iter().any(|k| map.contains_key(*k)) => {
            Mapping::of(Source::Object(nested_fields(node, faults, 1)))
        }
        _ => mapping(node, faults),
    }
}

fn nested_fields(node: &Node, faults: &mut Faults, depth: usize) -> Fields {
    let Some(map) = node.map(faults) else {
        return Fields::new();
    };
    map.iter()
        .map(|(key, value)| {
            let at = Node { place: place::key(&node.place, key), value };
            (key.clone(), nested(&at, faults, depth))
        })
        .collect()
}

fn nested(node: &Node, faults: &mut Faults, depth: usize) -> Mapping {
    if depth > limits::MAPPING_NESTING {
        faults.push(fault::too_deep(&node.place, limits::MAPPING_NESTING));
        return unreadable();
    }
    if !node.value.is_object() {
        faults.push(fault::not_a_source(&node.place, node.value));
        return unreadable();
    }
    let Some(keys) = node.keys(faults, words::SOURCE_KEYS) else {
        return unreadable();
    };
    Mapping {
        source: source(&keys, faults, depth).unwrap_or(Source::Literal(Value::Null)),
        transforms: keys.get("transforms").map(|n| transforms(&n, faults)).unwrap_or_default(),
        default: keys.raw("default").map(|n| n.value.clone()),
    }
}

fn source(keys: &Keys, faults: &mut Faults, depth: usize) -> Option<Source> {
    let word = keys.one_of(faults, words::SOURCES)?;
    let at = keys.raw(word)?;
    match word {
        "literal" => Some(Source::Literal(at.value.clone())),
        "path" => at.filled(faults, limits::PATH_CHARS).map(|p| Source::Path(p.to_owned())),
        "template" => template(&at, faults).map(Source::Template),
        "object" => Some(Source::Object(nested_fields(&at, faults, depth + 1))),
        "list" => {
            let items = at.list(faults, limits::MAPPING_ITEMS)?;
            Some(Source::List(items.iter().map(|n| nested(n, faults, depth + 1)).collect()))
        }
        _ => secret(&at, faults).map(Source::Secret),
    }
}

/// The source text of a template; it may be empty.
pub(super) fn template(node: &Node, faults: &mut Faults) -> Option<String> {
    let text = node.text(faults)?;
    if text.len() > limits::TEMPLATE_BYTES {
        faults.push(fault::too_big(&node.place, text.len(), limits::TEMPLATE_BYTES));
        return None;
    }
    Some(text.to_owned())
}

fn secret(node: &Node, faults: &mut Faults) -> Option<String> {
    let name = node.text(faults)?;
    let fits = (1..=limits::SECRET_NAME_CHARS).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !fits {
        faults.push(fault::bad_secret_name(&node.place, name));
        return None;
    }
    Some(name.to_owned())
}

fn transforms(node: &Node, faults: &mut Faults) -> Vec<Transform> {
    let items = node.list(faults, limits::TRANSFORMS).unwrap_or_default();
    items.iter().filter_map(|n| transform(n, faults)).collect()
}

fn transform(node: &Node, faults: &mut Faults) -> Option<Transform> {
    let map = node.map(faults)?;
    let keys = Keys { place: node.place.clone(), map };
    let function = keys.need(faults, "fn")?.filled(faults, limits::NAME_CHARS)?.to_owned();
    let args = map.iter().filter(|(k, _)| *k != "fn");
    Some(Transform { function, args: args.map(|(k, v)| (k.clone(), v.clone())).collect() })
}
