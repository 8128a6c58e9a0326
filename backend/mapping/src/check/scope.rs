//! What the mappings of one place may read.

use std::collections::BTreeMap;

/// The roots and steps that are seen from one place of a flow.
#[derive(Clone, Debug, Default)]
pub struct Scope<'f> {
    /// The step whose mappings these are; none for the trigger.
    pub step: Option<&'f str>,
    /// Names that a path may start with; the items of the loops around are among them.
    pub roots: Vec<&'f str>,
    /// Steps that ran before.
    pub seen: Vec<&'f str>,
    /// Variables set before; true where only switched-off steps set them.
    pub vars: BTreeMap<&'f str, bool>,
    /// The loop around that runs several items at once.
    pub parallel: Option<&'f str>,
}

/// What stands under each root that has fixed keys.
pub const KEYS: &[(&str, &[&str])] = &[
    (
        "trigger",
        &[
            "body",
            "data",
            "details",
            "raw",
            "form",
            "query",
            "headers",
            "method",
            "received_at",
            "event_id",
        ],
    ),
    ("flow", &["id", "name"]),
    ("run", &["id", "started_at"]),
];

/// What is known of a step that ran.
pub const STEP_KEYS: &[&str] = &["output", "error", "status"];

impl<'f> Scope<'f> {
    /// Of what is decided when an event arrives: no run exists yet.
    pub fn ingest() -> Self {
        Self { roots: vec!["trigger", "flow"], ..Self::default() }
    }

    /// Of the trigger's own input: no event exists yet.
    pub fn setup() -> Self {
        Self { roots: vec!["flow"], ..Self::default() }
    }

    /// Of the first step.
    pub fn run() -> Self {
        Self { roots: vec!["trigger", "steps", "vars", "flow", "run"], ..Self::default() }
    }

    /// The same with the values of a connection that are not secret.
    #[must_use]
    pub fn with_connection(mut self, connection: bool) -> Self {
        if connection {
            self.roots.push("connection");
        }
        self
    }

    /// Inside a loop whose item is called `item`.
    #[must_use]
    pub fn in_loop(mut self, id: &'f str, item: &'f str, concurrency: u32) -> Self {
        for root in [item, "index"] {
            if !self.roots.contains(&root) {
                self.roots.push(root);
            }
        }
        if concurrency > 1 {
            self.parallel = Some(id);
        }
        self
    }

    /// Notes a variable set by a step.
    pub fn set(&mut self, name: &'f str, disabled: bool) {
        let only_disabled = self.vars.get(name).copied().unwrap_or(true) && disabled;
        self.vars.insert(name, only_disabled);
    }
}
