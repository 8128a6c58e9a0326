//! Turns a document into a flow and names every fault with its place. Strict: an unknown key is
//! a fault. Needs no connectors; what depends on them, and whether paths and templates compile,
//! is `mapping::check`.

use serde_json::Value;

use crate::flow::{Alerts, FORMAT, Flow, Settings};
use crate::{Problem, limits};
use node::{Faults, Node};

mod action;
mod condition;
mod fault;
mod node;
mod reference;
mod reply;
mod source;
mod step;
mod trigger;
pub(crate) mod words;

#[cfg(test)]
mod tests;

/// The flow that `document` describes, or everything that is wrong with it.
pub fn read(document: &Value) -> Result<Flow, Vec<Problem>> {
    let (flow, faults) = read_lenient(document);
    if faults.is_empty() { Ok(flow) } else { Err(faults) }
}

/// What could be read, and everything that is wrong. Positions of steps, arms and list items are
/// those of the document: what could not be read is replaced by something empty of its kind.
pub fn read_lenient(document: &Value) -> (Flow, Vec<Problem>) {
    let mut faults = Faults::new();
    let mut flow = Flow {
        name: String::new(),
        trigger: trigger::unreadable(),
        steps: Vec::new(),
        settings: Settings::default(),
    };
    let root = Node { place: String::new(), value: document };
    if is_other_format(document) {
        faults.push(fault::format_version(&document["zveno"]));
    } else {
        fill(&mut flow, &root, &mut faults);
    }
    (flow, faults)
}

/// Of a document of another format nothing more is said: its rules are not known.
fn is_other_format(document: &Value) -> bool {
    document.get("zveno").is_some_and(|v| v.as_i64() != Some(FORMAT))
}

fn fill(flow: &mut Flow, root: &Node, faults: &mut Faults) {
    let Some(keys) = root.keys(faults, words::FLOW_KEYS) else {
        return;
    };
    let bytes = size_bytes(root.value);
    if bytes > limits::FLOW_VERSION_BYTES {
        faults.push(fault::too_big("", bytes, limits::FLOW_VERSION_BYTES));
        return;
    }
    keys.need(faults, "zveno");
    let name = keys.need(faults, "name").and_then(|n| n.filled(faults, limits::NAME_CHARS));
    name.unwrap_or_default().clone_into(&mut flow.name);
    if let Some(n) = keys.need(faults, "trigger") {
        flow.trigger = trigger::trigger(&n, faults);
    }
    if let Some(n) = keys.need(faults, "steps") {
        let mut tree = step::Tree::default();
        flow.steps = step::steps(&n, &mut tree, 0, faults);
        if tree.count > limits::FLOW_STEPS {
            faults.push(fault::too_many_steps(tree.count, limits::FLOW_STEPS));
        }
    }
    if let Some(n) = keys.get("settings") {
        settings(&n, &mut flow.settings, faults);
    }
}

fn settings(node: &Node, out: &mut Settings, faults: &mut Faults) {
    let Some(keys) = node.keys(faults, words::SETTINGS_KEYS) else {
        return;
    };
    if let Some(zone) = keys.get("timezone").and_then(|n| n.filled(faults, limits::NAME_CHARS)) {
        zone.clone_into(&mut out.timezone);
    }
    let number = |key: &str, max, faults: &mut Faults| {
        keys.get(key).and_then(|n| n.whole_u32(faults, 1, max))
    };
    if let Some(n) = number("concurrency", limits::FLOW_CONCURRENCY_MAX, faults) {
        out.concurrency = n;
    }
    if let Some(n) = number("retention_days", limits::RETENTION_DAYS_MAX, faults) {
        out.retention_days = n;
    }
    if let Some(n) = keys.get("alerts") {
        // YAML readers of version 1.1 turn `off` into false.
        let off =
            n.value.as_bool() == Some(false) || n.word(faults, &["inherit", "off"]) == Some("off");
        out.alerts = if off { Alerts::Off } else { Alerts::Inherit };
    }
}

/// The length of `v` as JSON, in bytes.
fn size_bytes(v: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
            self.0 += buf.len();
            Ok(buf.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Writing into a counter cannot fail, and a value has only text keys.
    match serde_json::to_writer(&mut count, v) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
