//! Reads HTTP answers (semantics S11).

use super::fault;
use super::node::{Faults, Keys, Node};
use super::{source, words};
use crate::flow::{Reply, ReplyBody, RespondMode, TriggerRespond};
use crate::limits;

/// The answer of a step or of `otherwise`.
pub(super) fn reply(node: &Node, faults: &mut Faults) -> Reply {
    node.keys(faults, words::REPLY_KEYS).map(|k| parts(&k, faults)).unwrap_or_default()
}

/// How a trigger answers.
pub(super) fn respond(node: &Node, faults: &mut Faults) -> Option<TriggerRespond> {
    let keys = node.keys(faults, words::TRIGGER_REPLY_KEYS)?;
    let mode = keys.get("mode").map_or(Some("now"), |n| n.word(faults, &["now", "after_run"]))?;
    let within = keys.get("within").and_then(|n| n.span(faults, limits::RESPOND_WITHIN));
    let otherwise = keys.get("otherwise").map(|n| reply(&n, faults));
    let mode = if mode == "after_run" {
        RespondMode::AfterRun { within, otherwise }
    } else {
        for key in ["within", "otherwise"].into_iter().filter(|k| keys.get(k).is_some()) {
            faults.push(fault::only_after_run(&keys.place, key));
        }
        RespondMode::Now
    };
    let given = words::REPLY_KEYS.iter().any(|k| keys.get(k).is_some());
    Some(TriggerRespond { mode, reply: given.then(|| parts(&keys, faults)) })
}

fn parts(keys: &Keys, faults: &mut Faults) -> Reply {
    let status = keys.get("status").and_then(|n| n.whole(faults, 200, 599));
    Reply {
        status: status.and_then(|n| n.try_into().ok()),
        headers: keys.get("headers").map(|n| source::fields(&n, faults)).unwrap_or_default(),
        body: body(keys, faults),
    }
}

fn body(keys: &Keys, faults: &mut Faults) -> ReplyBody {
    let found: Vec<_> = words::BODIES.iter().copied().filter(|w| keys.get(w).is_some()).collect();
    if found.len() > 1 {
        faults.push(fault::one_of(&keys.place, words::BODIES, &found));
    }
    let Some(node) = found.first().and_then(|w| keys.get(w)) else {
        return ReplyBody::Empty;
    };
    match found[0] {
        "text" => ReplyBody::Text(source::mapping(&node, faults)),
        "xml" => ReplyBody::Xml(source::mapping(&node, faults)),
        "json" => ReplyBody::Json(source::mapping_or_fields(&node, faults)),
        _ => {
            if node.flag(faults) == Some(false) {
                faults.push(fault::bad_word(&node.place, "false", &["true"]));
            }
            ReplyBody::Empty
        }
    }
}
