//! Reads the tree of steps.

use std::collections::HashMap;

use super::node::{Faults, Keys, Node};
use super::{action, condition, fault, reference, reply, source, words};
use crate::flow::{Arm, Delay, Fields, ForEach, Step, StepKind, place};
use crate::limits;

/// What is true of the whole tree: which ids are taken and where, and how many steps there are.
#[derive(Default)]
pub(super) struct Tree {
    taken: HashMap<String, String>,
    pub count: usize,
}

/// A list of steps, `depth` branches and loops below the top.
pub(super) fn steps(node: &Node, tree: &mut Tree, depth: usize, faults: &mut Faults) -> Vec<Step> {
    if depth > limits::FLOW_NESTING {
        faults.push(fault::too_deep(&node.place, limits::FLOW_NESTING));
        return Vec::new();
    }
    let items = node.list(faults, usize::MAX).unwrap_or_default();
    tree.count += items.len();
    items.iter().map(|n| step(n, tree, depth, faults)).collect()
}

fn step(node: &Node, tree: &mut Tree, depth: usize, faults: &mut Faults) -> Step {
    let mut out = Step {
        id: String::new(),
        kind: StepKind::Set(Fields::new()),
        name: None,
        note: None,
        disabled: false,
        timeout: None,
    };
    let Some(map) = node.map(faults) else {
        return out;
    };
    let keys = Keys { place: node.place.clone(), map };
    if let Some(id) = keys.need(faults, "id").and_then(|n| reference::step_id(&n, faults)) {
        note_id(&id, &keys.place, tree, faults);
        out.id = id;
    }
    let text = |key: &str, max, faults: &mut Faults| {
        keys.get(key).and_then(|n| n.filled(faults, max)).map(str::to_owned)
    };
    out.name = text("name", limits::NAME_CHARS, faults);
    out.note = text("note", limits::NOTE_CHARS, faults);
    out.disabled = keys.get("disabled").and_then(|n| n.flag(faults)).unwrap_or(false);
    let all = words::all_step_keys();
    keys.refuse_others(faults, &all);
    let Some(kind) = keys.one_of(faults, words::KINDS) else {
        return out;
    };
    let own = words::step_keys(kind);
    for key in map.keys().filter(|k| all.contains(&k.as_str()) && !own.contains(&k.as_str())) {
        faults.push(fault::foreign_key(&keys.place, key, kind));
    }
    out.timeout = keys.get("timeout").and_then(|n| n.span(faults, limits::CALL_TIMEOUT_MAX));
    if let Some(kind) = step_kind(kind, &keys, tree, depth, faults) {
        out.kind = kind;
    }
    out
}

fn note_id(id: &str, at: &str, tree: &mut Tree, faults: &mut Faults) {
    if let Some(first) = tree.taken.get(id) {
        faults.push(fault::duplicate_id(&place::key(at, "id"), id, first));
    } else {
        tree.taken.insert(id.to_owned(), at.to_owned());
    }
}

fn step_kind(
    kind: &str,
    keys: &Keys,
    tree: &mut Tree,
    depth: usize,
    faults: &mut Faults,
) -> Option<StepKind> {
    if kind == "action" {
        return action::action(keys, tree, depth, faults).map(|a| StepKind::Action(Box::new(a)));
    }
    let node = keys.need(faults, kind)?;
    match kind {
        "branch" => Some(branch(keys, &node, tree, depth, faults)),
        "for_each" => Some(StepKind::ForEach(Box::new(for_each(keys, &node, tree, depth, faults)))),
        "delay" => delay(&node, faults).map(StepKind::Delay),
        "set" => Some(StepKind::Set(variables(&node, faults))),
        "filter" => Some(StepKind::Filter(condition::condition(&node, faults))),
        _ => Some(StepKind::Respond(Box::new(reply::reply(&node, faults)))),
    }
}

fn branch(
    keys: &Keys,
    node: &Node,
    tree: &mut Tree,
    depth: usize,
    faults: &mut Faults,
) -> StepKind {
    let mode = keys.get("mode").and_then(|n| n.word(faults, &["first", "all"]));
    let items = node.list(faults, limits::FLOW_STEPS).unwrap_or_default();
    if node.value.is_array() && items.is_empty() {
        faults.push(fault::empty(&node.place));
    }
    let arms: Vec<Arm> = items.iter().map(|n| arm(n, tree, depth, faults)).collect();
    for (item, _) in items.iter().zip(&arms).rev().skip(1).filter(|(_, a)| a.when.is_none()) {
        faults.push(fault::otherwise_not_last(&item.place));
    }
    StepKind::Branch { arms, all: mode == Some("all") }
}

fn arm(node: &Node, tree: &mut Tree, depth: usize, faults: &mut Faults) -> Arm {
    let mut out = Arm { name: String::new(), when: None, steps: Vec::new() };
    let Some(keys) = node.keys(faults, &["name", "when", "steps"]) else {
        return out;
    };
    let name = keys.get("name").and_then(|n| n.filled(faults, limits::NAME_CHARS));
    name.unwrap_or_default().clone_into(&mut out.name);
    out.when = keys.get("when").map(|n| condition::condition(&n, faults));
    if let Some(n) = keys.need(faults, "steps") {
        out.steps = steps(&n, tree, depth + 1, faults);
    }
    out
}

fn for_each(
    keys: &Keys,
    node: &Node,
    tree: &mut Tree,
    depth: usize,
    faults: &mut Faults,
) -> ForEach {
    let item = keys.get("as").and_then(|n| item_name(&n, faults));
    let concurrency =
        keys.get("concurrency").and_then(|n| n.whole_u32(faults, 1, limits::LOOP_CONCURRENCY));
    ForEach {
        list: source::mapping(node, faults),
        item: item.unwrap_or_else(|| "item".to_owned()),
        concurrency: concurrency.unwrap_or(1),
        steps: keys
            .need(faults, "steps")
            .map(|n| steps(&n, tree, depth + 1, faults))
            .unwrap_or_default(),
    }
}

fn item_name(node: &Node, faults: &mut Faults) -> Option<String> {
    let name = node.text(faults)?;
    if !reference::is_name(name) {
        faults.push(fault::bad_name(&node.place, name));
        return None;
    }
    if name != "item" && words::RESERVED.contains(&name) {
        faults.push(fault::reserved(&node.place, name));
        return None;
    }
    Some(name.to_owned())
}

fn delay(node: &Node, faults: &mut Faults) -> Option<Delay> {
    let words = &["for", "until"];
    let keys = node.keys(faults, words)?;
    match keys.one_of(faults, words)? {
        "for" => keys.raw("for")?.span(faults, limits::DELAY_MAX).map(Delay::For),
        _ => Some(Delay::Until(source::mapping(&keys.raw("until")?, faults))),
    }
}

fn variables(node: &Node, faults: &mut Faults) -> Fields {
    let fields = source::fields(node, faults);
    for name in fields.keys().filter(|n| !reference::is_name(n)) {
        faults.push(fault::bad_name(&place::key(&node.place, name), name));
    }
    if node.value.as_object().is_some_and(serde_json::Map::is_empty) {
        faults.push(fault::empty(&node.place));
    }
    fields
}
