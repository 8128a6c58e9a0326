//! What is taken out of an answer (rule R10).

use domain::flow::place;
use mapping::{Found, Path};
use serde_json::{Map, Value};

use super::{Compiler, Scope};
use crate::manifest;
use crate::template::{Look, Text, Tree};
use domain::outcome::StepError;

/// What is taken out of an answer.
#[derive(Debug, Default)]
pub enum Output {
    /// All of it.
    #[default]
    Whole,
    /// The node of a path: the first, or all of them.
    Path {
        path: Path,
        all: bool,
    },
    Text(Text),
    Tree(Tree),
    Fields(Vec<(String, Output)>),
    List(Vec<Output>),
}

impl Output {
    /// The value for a body and a context.
    ///
    /// # Errors
    /// A template of it fails, or a path has more hits than allowed.
    pub fn take(&self, body: &Value, look: &Look<'_>) -> Result<Value, StepError> {
        Ok(match self {
            Output::Whole => body.clone(),
            Output::Path { path, all } => {
                let found = path.get(body).map_err(crate::template::step_error)?;
                if *all { list(found) } else { found.first().cloned().unwrap_or(Value::Null) }
            }
            Output::Text(text) => text.value(look)?,
            Output::Tree(tree) => tree.value(look)?,
            Output::Fields(fields) => {
                let mut map = Map::with_capacity(fields.len());
                for (key, output) in fields {
                    map.insert(key.clone(), output.take(body, look)?);
                }
                Value::Object(map)
            }
            Output::List(items) => {
                let items = items.iter().map(|o| o.take(body, look));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
        })
    }
}

/// All nodes; a single list counts as its items.
pub fn list(found: Found<'_>) -> Value {
    Value::Array(found.all().into_iter().cloned().collect())
}

impl Compiler {
    /// Compiles an output. `lists` says which keys of the result are lists.
    pub fn output(
        &mut self,
        at: &str,
        source: &manifest::Output,
        scope: &Scope<'_>,
        lists: &dyn Fn(&str) -> bool,
    ) -> Output {
        match source {
            manifest::Output::One(text) => self.leaf(at, text, scope, lists("")),
            manifest::Output::Fields(map) => {
                let one = |(k, o): (&String, &manifest::Output)| {
                    let inner = |_: &str| lists(k);
                    (k.clone(), self.output(&place::key(at, k), o, scope, &inner))
                };
                Output::Fields(map.iter().map(one).collect())
            }
        }
    }

    /// Compiles a tree whose texts are paths (`$...`) or templates.
    pub fn result(&mut self, at: &str, source: &Value, scope: &Scope<'_>) -> Output {
        match source {
            Value::String(text) => self.leaf(at, text, scope, false),
            Value::Object(map) => {
                let one = |(k, v): (&String, &Value)| {
                    (k.clone(), self.result(&place::key(at, k), v, scope))
                };
                Output::Fields(map.iter().map(one).collect())
            }
            Value::Array(items) => {
                let one = |(i, v)| self.result(&place::item(at, i), v, scope);
                Output::List(items.iter().enumerate().map(one).collect())
            }
            other => Output::Tree(self.tree(at, other, scope)),
        }
    }

    fn leaf(&mut self, at: &str, text: &str, scope: &Scope<'_>, all: bool) -> Output {
        if !text.starts_with('$') {
            return Output::Text(self.text(at, text, scope));
        }
        match self.path(at, text) {
            Some(path) => {
                let all = all && !path.is_singular();
                Output::Path { path, all }
            }
            None => Output::Whole,
        }
    }
}
