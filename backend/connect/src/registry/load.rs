//! From the text of a manifest to a connector.

use domain::flow::place;
use domain::problem::Problem;
use serde_json::Value;

use super::compiled::scope::keys;
use super::compiled::{Compiler, Scope};
use super::{Action, Connector, Trigger, check, hash, specs};
use crate::manifest::{self, Manifest, ReadError};

/// Why a connector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its parts do not fit together.
    #[error("{file}: {}", list(problems))]
    Invalid { file: String, problems: Vec<Problem> },
    /// A released version never changes.
    #[error("connector {name} {version} is installed with another content; raise its version")]
    Changed { name: String, version: String },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Connector {
    /// Reads, checks and compiles a manifest; `file` is its name for messages. JSON is read too.
    pub fn read(file: &str, text: &str) -> Result<Self, LoadError> {
        let manifest = manifest::read(file, text)?;
        let tree: Value = manifest::read::tree(file, text)?;
        let mut compiler = Compiler { problems: check::problems(&manifest) };
        let connector = compile(manifest, &tree, &mut compiler);
        if compiler.problems.iter().any(Problem::is_error) {
            let file = file.to_owned();
            return Err(LoadError::Invalid { file, problems: compiler.problems });
        }
        Ok(connector)
    }
}

fn compile(m: Manifest, tree: &Value, c: &mut Compiler) -> Connector {
    let methods = m.connection.as_ref().map(|c| c.methods.as_slice()).unwrap_or_default();
    let (conn, conn_secrets) = keys(methods.iter().flat_map(|m| &m.fields));
    let scope = Scope { conn: &conn, conn_secrets: &conn_secrets, ..Scope::default() };
    let compiled_methods = methods
        .iter()
        .enumerate()
        .map(|(i, m)| c.auth_method(&place::item("connection.methods", i), m, &scope));
    let compiled_methods = compiled_methods.collect();
    let hosts = m.hosts.iter().enumerate();
    let hosts_scope = Scope { roots: &["conn"], ..scope };
    let hosts = hosts.map(|(i, h)| c.text(&place::item("hosts", i), h, &hosts_scope)).collect();
    Connector {
        name: m.name.clone(),
        version: m.version.to_string(),
        sha256: hash::sha256(tree),
        manifest_json: tree.to_string(),
        triggers: triggers(&m, c, &scope),
        actions: actions(&m, c, &scope),
        methods: compiled_methods,
        lookups: c.lookups(&m.lookups, &scope),
        http: c.http(&m.http, &scope),
        hosts,
        manifest: m,
    }
}

fn triggers(
    m: &Manifest,
    c: &mut Compiler,
    scope: &Scope<'_>,
) -> indexmap::IndexMap<String, Trigger> {
    let one = |(key, t): (&String, &manifest::Trigger)| {
        check::trigger(m, key, t, c, scope);
        let (input, input_secrets) = keys(&t.input);
        let scope = Scope { input: &input, input_secrets: &input_secrets, ..*scope };
        let at = place::key(&place::key("triggers", key), "poll");
        let poll = t.poll.as_ref().map(|p| c.poll(&at, p, &scope));
        let spec = specs::trigger(m, key, t);
        (key.clone(), Trigger { key: key.clone(), spec, manifest: t.clone(), poll })
    };
    m.triggers.iter().map(one).collect()
}

fn actions(
    m: &Manifest,
    c: &mut Compiler,
    scope: &Scope<'_>,
) -> indexmap::IndexMap<String, Action> {
    let native = m.code.is_some();
    let one = |(key, a): (&String, &manifest::Action)| {
        let at = place::key("actions", key);
        let (input, input_secrets) = keys(&a.input);
        let scope = Scope { input: &input, input_secrets: &input_secrets, ..*scope };
        let action = Action {
            key: key.clone(),
            spec: specs::action(m, a),
            plan: c.plan(&at, a, native, &scope),
            check: a.check.as_ref().map(|k| c.check(&place::key(&at, "check"), k, &scope)),
            idempotency: a
                .idempotency_key
                .as_ref()
                .and_then(|k| c.idempotency(&place::key(&at, "idempotency_key"), k)),
            limits: c.limits(&place::key(&at, "rate_limits"), &a.rate_limits, &scope),
            manifest: a.clone(),
        };
        (key.clone(), action)
    };
    m.actions.iter().map(one).collect()
}
