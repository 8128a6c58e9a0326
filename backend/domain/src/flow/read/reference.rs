//! Reads ids and references: step ids, connectors with their version, actions, connections.

use super::node::{Faults, Node};
use super::{fault, words};
use crate::flow::ConnectorRef;
use crate::limits;

/// `name@version`. Without a version the version is empty: which one is newest is known only
/// where connectors are, so validation names it.
pub(super) fn connector(node: &Node, faults: &mut Faults) -> Option<ConnectorRef> {
    let text = node.text(faults)?;
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    if !is_word(name) || !is_version(version) || text.ends_with('@') {
        faults.push(fault::bad_ref(&node.place, text, "tilda@1.0.0"));
        return None;
    }
    Some(ConnectorRef { name: name.to_owned(), version: version.to_owned() })
}

/// `name.action@version`: the action is what follows the last dot before the version.
pub(super) fn action(node: &Node, faults: &mut Faults) -> Option<(ConnectorRef, String)> {
    let text = node.text(faults)?;
    let (path, version) = text.split_once('@').unwrap_or((text, ""));
    match path.rsplit_once('.') {
        Some((name, action))
            if is_word(name) && is_word(action) && is_version(version) && !text.ends_with('@') =>
        {
            let connector = ConnectorRef { name: name.to_owned(), version: version.to_owned() };
            Some((connector, action.to_owned()))
        }
        _ => {
            faults.push(fault::bad_ref(&node.place, text, "bitrix24.create_lead@1.0.0"));
            None
        }
    }
}

/// The key of a trigger.
pub(super) fn key(node: &Node, faults: &mut Faults) -> Option<String> {
    let text = node.text(faults)?;
    if !is_word(text) {
        faults.push(fault::bad_ref(&node.place, text, "form_submitted"));
        return None;
    }
    Some(text.to_owned())
}

/// A connection's id or name.
pub(super) fn connection(node: &Node, faults: &mut Faults) -> Option<String> {
    node.filled(faults, limits::NAME_CHARS).map(str::to_owned)
}

/// A step's id; whether it is unique is the caller's business.
pub(super) fn step_id(node: &Node, faults: &mut Faults) -> Option<String> {
    let id = node.text(faults)?;
    let mut bytes = id.bytes();
    let fits = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && id.len() <= limits::STEP_ID_CHARS;
    if !fits {
        faults.push(fault::bad_id(&node.place, id));
        return None;
    }
    if words::RESERVED.contains(&id) {
        faults.push(fault::reserved(&node.place, id));
        return None;
    }
    Some(id.to_owned())
}

/// The name of a variable: letters of any script, digits and `_`.
pub(super) fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().count() <= limits::STEP_ID_CHARS
}

fn is_word(s: &str) -> bool {
    (1..=64).contains(&s.len())
        && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Exact: three numbers, then perhaps `-` and a word of a version before release; or nothing.
fn is_version(s: &str) -> bool {
    let (core, pre) = s.split_once('-').unwrap_or((s, "x"));
    let numbers = core
        .split('.')
        .filter(|n| !n.is_empty() && n.len() <= 9 && n.bytes().all(|b| b.is_ascii_digit()));
    let pre_fits =
        !pre.is_empty() && pre.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    s.is_empty() || (numbers.count() == 3 && core.split('.').count() == 3 && pre_fits)
}
