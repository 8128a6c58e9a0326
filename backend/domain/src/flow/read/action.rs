//! Reads the parts of an action step.

use super::node::{Faults, Keys, Node};
use super::step::{Tree, steps};
use super::{fault, reference, source};
use crate::flow::{Action, OnError, OnUnknown};
use crate::limits;
use crate::retry::{Policy, Preset};

pub(super) fn action(
    keys: &Keys,
    tree: &mut Tree,
    depth: usize,
    faults: &mut Faults,
) -> Option<Action> {
    let reference = keys.need(faults, "action").and_then(|n| reference::action(&n, faults));
    let connection = keys.get("connection").and_then(|n| reference::connection(&n, faults));
    let input = keys.get("input").map(|n| source::fields(&n, faults)).unwrap_or_default();
    let retry = keys.get("retry").and_then(|n| retry(&n, faults));
    let on_unknown = keys.get("on_unknown").and_then(|n| on_unknown(&n, faults));
    let on_error = keys.get("on_error").and_then(|n| on_error(&n, tree, depth, faults));
    let (connector, action) = reference?;
    Some(Action {
        connector,
        action,
        connection,
        input,
        retry,
        on_unknown,
        on_error: on_error.unwrap_or_default(),
    })
}

/// `{preset}`, `{delays}` or `none` (semantics S25).
fn retry(node: &Node, faults: &mut Faults) -> Option<Policy> {
    if node.value.is_string() {
        return node.word(faults, &["none"]).map(|_| Policy::Preset(Preset::None));
    }
    let words = &["preset", "delays"];
    let keys = node.keys(faults, words)?;
    if keys.one_of(faults, words)? == "preset" {
        let preset = keys.raw("preset")?.word(faults, &["api", "webhook", "none"])?;
        return Some(Policy::Preset(match preset {
            "api" => Preset::Api,
            "webhook" => Preset::Webhook,
            _ => Preset::None,
        }));
    }
    let node = keys.raw("delays")?;
    let items = node.list(faults, limits::RETRY_DELAYS)?;
    if items.is_empty() {
        faults.push(fault::empty(&node.place));
    }
    let delays = items.iter().filter_map(|n| n.span(faults, limits::DELAY_MAX));
    Some(Policy::Delays(delays.collect()))
}

fn on_unknown(node: &Node, faults: &mut Faults) -> Option<OnUnknown> {
    Some(match node.word(faults, &["retry", "check", "park"])? {
        "retry" => OnUnknown::Retry,
        "check" => OnUnknown::Check,
        _ => OnUnknown::Park,
    })
}

fn on_error(node: &Node, tree: &mut Tree, depth: usize, faults: &mut Faults) -> Option<OnError> {
    if node.value.is_string() {
        return Some(match node.word(faults, &["stop", "continue"])? {
            "stop" => OnError::Stop,
            _ => OnError::Continue,
        });
    }
    let keys = node.keys(faults, &["steps"])?;
    let node = keys.need(faults, "steps")?;
    Some(OnError::Steps(steps(&node, tree, depth + 1, faults)))
}
