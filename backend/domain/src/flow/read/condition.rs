//! Reads conditions.

use serde_json::Value;

use super::node::{Faults, Keys, Node};
use super::{fault, source, words};
use crate::flow::{Condition, Mapping, Op, Source, Test};
use crate::limits;

/// What stands for a condition that could not be read.
fn unreadable() -> Condition {
    Condition::All(Vec::new())
}

pub(super) fn condition(node: &Node, faults: &mut Faults) -> Condition {
    nested(node, faults, 0).unwrap_or_else(unreadable)
}

fn nested(node: &Node, faults: &mut Faults, depth: usize) -> Option<Condition> {
    if depth > limits::MAPPING_NESTING {
        faults.push(fault::too_deep(&node.place, limits::MAPPING_NESTING));
        return None;
    }
    let map = node.map(faults)?;
    let keys = Keys { place: node.place.clone(), map };
    if map.contains_key("left") || map.contains_key("op") {
        keys.refuse_others(faults, words::TEST_KEYS);
        return Some(Condition::Test(Box::new(test(&keys, faults)?)));
    }
    keys.refuse_others(faults, words::CONDITION_KEYS);
    let word = keys.one_of(faults, words::CONDITIONS)?;
    let at = keys.raw(word)?;
    match word {
        "all" => group(&at, faults, depth).map(Condition::All),
        "any" => group(&at, faults, depth).map(Condition::Any),
        _ => nested(&at, faults, depth + 1).map(|c| Condition::Not(Box::new(c))),
    }
}

fn group(node: &Node, faults: &mut Faults, depth: usize) -> Option<Vec<Condition>> {
    let items = node.list(faults, limits::MAPPING_ITEMS)?;
    if items.is_empty() {
        faults.push(fault::empty(&node.place));
        return None;
    }
    Some(items.iter().map(|n| nested(n, faults, depth + 1).unwrap_or_else(unreadable)).collect())
}

fn test(keys: &Keys, faults: &mut Faults) -> Option<Test> {
    let left = keys.need(faults, "left").map(|n| source::mapping(&n, faults));
    let right = keys.get("right").map(|n| source::mapping(&n, faults));
    let exact = keys.get("exact").and_then(|n| n.flag(faults)).unwrap_or(false);
    let op = keys.need(faults, "op").and_then(|n| n.word(faults, words::OPS));
    let op = op.and_then(Op::parse)?;
    check_right(keys, op, right.as_ref(), faults);
    Some(Test { left: left?, op, right, exact })
}

fn check_right(keys: &Keys, op: Op, right: Option<&Mapping>, faults: &mut Faults) {
    let (at, word) = (&keys.place, op.as_str());
    let Some(right) = right else {
        if op.takes_right() {
            faults.push(fault::right_missing(at, word));
        }
        return;
    };
    if !op.takes_right() {
        faults.push(fault::right_unused(at, word));
    }
    let plain = right.transforms.is_empty();
    let values = match &right.source {
        Source::Literal(Value::Array(v)) => Some(v.len()),
        Source::Literal(_) => None,
        Source::List(v) => Some(v.len()),
        _ => return,
    };
    match op {
        Op::Between if plain && values != Some(2) => {
            faults.push(fault::right_list(at, word, Some(2)));
        }
        Op::In | Op::NotIn if plain && values.is_none() => {
            faults.push(fault::right_list(at, word, None));
        }
        _ => {}
    }
}
