//! From the text of a manifest to a connector.

use domain::flow::place;
use domain::problem::Problem;
use domain::{Lang, Text};
use serde_json::Value;

use super::compiled::auth::KEPT;
use super::compiled::scope::keys;
use super::compiled::{Compiler, Scope};
use super::{Action, Connector, Trigger, check, hash, specs};
use crate::manifest::lines::Lines;
use crate::manifest::{self, Manifest, ReadError};

/// Why a connector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its parts do not fit together.
    #[error("{}", list(file, problems, Lang::En))]
    Invalid { file: String, problems: Vec<Spotted> },
    /// A file of the folder cannot be used.
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
    /// Only the server's own connectors have code.
    #[error("{file}: code: a connector that is added to the server has no code of its own")]
    Code { file: String },
    /// A released version never changes.
    #[error("connector {name} {version} is installed with another content; raise its version")]
    Changed { name: String, version: String },
}

impl LoadError {
    /// The same in both languages; what a library says stays as it is.
    pub fn text(&self) -> Text {
        let ru = match self {
            LoadError::Read(e) => format!("манифест не читается: {e}"),
            LoadError::Invalid { file, problems } => list(file, problems, Lang::Ru),
            LoadError::File { file, reason } => format!("файл не годится: {file}: {reason}"),
            LoadError::Code { file } => {
                format!("{file}: code: у коннектора, добавленного на сервер, не бывает своего кода")
            }
            LoadError::Changed { name, version } => {
                format!(
                    "коннектор {name} {version} уже установлен с другим содержимым; поднимите версию"
                )
            }
        };
        Text::new(self.to_string(), ru)
    }
}

/// A problem of a manifest with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spotted {
    /// Line and column from 1, where they are known.
    pub at: Option<(u64, u64)>,
    pub problem: Problem,
}

impl Spotted {
    /// `file:line:column: place: message`.
    pub fn text(&self, file: &str, lang: Lang) -> String {
        let at = self.at.map_or_else(String::new, |(l, c)| format!(":{l}:{c}"));
        let place = if self.problem.place.is_empty() {
            String::new()
        } else {
            format!(" {}:", self.problem.place)
        };
        format!("{file}{at}:{place} {}", self.problem.message.get(lang))
    }
}

fn list(file: &str, problems: &[Spotted], lang: Lang) -> String {
    let errors = problems.iter().filter(|p| p.problem.is_error());
    errors.map(|p| p.text(file, lang)).collect::<Vec<_>>().join("; ")
}

fn spotted(text: &str, problems: Vec<Problem>) -> Vec<Spotted> {
    if problems.is_empty() {
        return Vec::new();
    }
    let lines = Lines::of(text);
    problems.into_iter().map(|problem| Spotted { at: lines.get(&problem.place), problem }).collect()
}

impl Connector {
    /// Reads, checks and compiles a manifest; `file` is its name for messages. JSON is read too.
    pub fn read(file: &str, text: &str) -> Result<Self, LoadError> {
        Self::checked(file, text).map(|(connector, _)| connector)
    }

    /// Reads what the database keeps: the JSON of a manifest that was read before.
    pub fn stored(file: &str, json: &str) -> Result<Self, LoadError> {
        match (serde_json::from_str::<Value>(json), serde_json::from_str::<Manifest>(json)) {
            (Ok(tree), Ok(m)) if m.sdk == 1 && manifest::strict::problems(&tree).is_empty() => {
                Self::assembled(file, json, &tree, m).map(|(connector, _)| connector)
            }
            // Of another version of the language: this way says what is wrong with it.
            _ => Self::read(file, json),
        }
    }

    /// Reads one of the server's own, whose shape the build and its tests have checked.
    pub(super) fn own(file: &str, json: &str) -> Result<Self, LoadError> {
        match (serde_json::from_str::<Value>(json), serde_json::from_str::<Manifest>(json)) {
            (Ok(tree), Ok(m)) => Self::assembled(file, json, &tree, m).map(|(made, _)| made),
            _ => Self::read(file, json),
        }
    }

    /// The same as [`Connector::read`] with what the author should look at.
    pub fn checked(file: &str, text: &str) -> Result<(Self, Vec<Spotted>), LoadError> {
        let tree: Value = manifest::read::tree(file, text)?;
        let shape = manifest::strict::problems(&tree);
        if !shape.is_empty() {
            return Err(invalid(file, text, shape));
        }
        let manifest = manifest::read(file, text)?;
        Self::assembled(file, text, &tree, manifest)
    }

    fn assembled(
        file: &str,
        text: &str,
        tree: &Value,
        manifest: Manifest,
    ) -> Result<(Self, Vec<Spotted>), LoadError> {
        let mut compiler = Compiler { problems: check::problems(&manifest) };
        let connector = compile(manifest, tree, &mut compiler);
        if compiler.problems.iter().any(Problem::is_error) {
            return Err(invalid(file, text, compiler.problems));
        }
        Ok((connector, spotted(text, compiler.problems)))
    }
}

fn invalid(file: &str, text: &str, problems: Vec<Problem>) -> LoadError {
    LoadError::Invalid { file: file.to_owned(), problems: spotted(text, problems) }
}

fn compile(m: Manifest, tree: &Value, c: &mut Compiler) -> Connector {
    let methods = m.connection.as_ref().map(|c| c.methods.as_slice()).unwrap_or_default();
    let (mut conn, mut conn_secrets) = keys(methods.iter().flat_map(|m| &m.fields));
    for m in methods {
        kept(m, &mut conn, &mut conn_secrets);
    }
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
        icon: None,
        manifest: m,
    }
}

/// Names that the server itself keeps with a connection.
fn kept(m: &manifest::AuthMethod, open: &mut Vec<String>, secret: &mut Vec<String>) {
    if m.oauth2.is_some() || m.session.is_some() || m.jwt.is_some() {
        secret.extend(KEPT.iter().map(|k| (*k).to_owned()));
    }
    if let Some(o) = &m.oauth2 {
        open.extend(o.save.keys().chain(o.save_redirect.keys()).cloned());
    }
    if let Some(s) = &m.session {
        secret.extend(s.save.keys().cloned());
    }
    open.retain(|k| !secret.contains(k));
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
        let calls = c.trigger_calls(&place::key("triggers", key), t, &scope);
        let spec = specs::trigger(m, key, t);
        (key.clone(), Trigger { key: key.clone(), spec, manifest: t.clone(), calls })
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
