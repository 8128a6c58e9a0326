//! The keys and words of the format.

/// The keys of which a source has exactly one.
pub(crate) const SOURCES: &[&str] = &["literal", "path", "template", "object", "list", "secret"];
/// All keys of a source.
pub(crate) const SOURCE_KEYS: &[&str] =
    &["literal", "path", "template", "object", "list", "secret", "transforms", "default"];

pub(crate) const CONDITIONS: &[&str] = &["all", "any", "not"];
/// The keys of a condition that is not a comparison, with `left` for the message.
pub(super) const CONDITION_KEYS: &[&str] = &["all", "any", "not", "left"];
pub(crate) const TEST_KEYS: &[&str] = &["left", "op", "right", "exact"];
pub(crate) const OPS: &[&str] = &[
    "equals",
    "not_equals",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "is_empty",
    "is_not_empty",
    "exists",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "in",
    "not_in",
    "is_true",
    "is_false",
    "before",
    "after",
];

pub(crate) const FLOW_KEYS: &[&str] = &["zveno", "name", "trigger", "steps", "settings"];
pub(crate) const SETTINGS_KEYS: &[&str] = &["timezone", "concurrency", "retention_days", "alerts"];
pub(crate) const TRIGGER_KEYS: &[&str] = &[
    "connector",
    "event",
    "connection",
    "input",
    "dedupe",
    "newest",
    "order_by",
    "on_park",
    "only_if",
    "respond",
    "max_body",
    "labels",
];

pub(super) const BODIES: &[&str] = &["text", "json", "xml", "empty"];
pub(crate) const REPLY_KEYS: &[&str] = &["status", "headers", "text", "json", "xml", "empty"];
pub(crate) const TRIGGER_REPLY_KEYS: &[&str] =
    &["mode", "within", "otherwise", "status", "headers", "text", "json", "xml", "empty"];

/// The keys of which a step has exactly one: they say what the step is.
pub(crate) const KINDS: &[&str] =
    &["action", "branch", "for_each", "delay", "set", "filter", "respond"];
/// Keys that every step may have.
const COMMON: [&str; 4] = ["id", "name", "note", "disabled"];
/// Keys of an action beside the common ones.
const ACTION: [&str; 7] =
    ["action", "connection", "input", "retry", "on_unknown", "on_error", "timeout"];
const BRANCH: [&str; 2] = ["branch", "mode"];
const FOR_EACH: [&str; 4] = ["for_each", "as", "concurrency", "steps"];

/// The keys that a step of `kind` has beside the common ones.
fn own_keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "action" => &ACTION,
        "branch" => &BRANCH,
        "for_each" => &FOR_EACH,
        "delay" => &["delay"],
        "set" => &["set"],
        "filter" => &["filter"],
        _ => &["respond"],
    }
}

/// The keys that a step of `kind` may have.
pub(crate) fn step_keys(kind: &str) -> Vec<&'static str> {
    COMMON.iter().chain(own_keys(kind)).copied().collect()
}

/// Every key that some kind of step has.
pub(crate) fn all_step_keys() -> Vec<&'static str> {
    let own = KINDS.iter().flat_map(|k| own_keys(k));
    COMMON.iter().chain(own).copied().collect()
}

/// Words with a meaning of their own in mappings: no step, loop item or variable is called so.
pub(super) const RESERVED: &[&str] = &[
    "trigger",
    "steps",
    "item",
    "index",
    "vars",
    "flow",
    "run",
    "connection",
    "this",
    "true",
    "false",
    "null",
];

#[cfg(test)]
mod tests {
    use crate::flow::Op;

    #[test]
    fn every_comparison_has_its_word() {
        let ops: Vec<_> = Op::ALL.iter().map(|o| o.as_str()).collect();
        assert_eq!(ops, super::OPS);
    }
}
