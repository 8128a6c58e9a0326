//! Trees whose text leaves are templates, each rendered alone: no author writes quotes around
//! data, and data never becomes structure (rules R1 to R4).

use domain::outcome::StepError;
use mapping::{Placed, Template, ValueTemplate};
use serde_json::Value;

use super::{Look, step_error};

/// A compiled tree.
#[derive(Debug, Default)]
pub struct Tree(Option<ValueTemplate>);

impl Tree {
    /// Compiles a tree; with `omit_empty` what is empty is left out of the result (rule R3).
    ///
    /// # Errors
    /// Every leaf that is no template, with its place below the tree.
    pub fn compile(source: &Value, omit_empty: bool) -> Result<Self, Vec<Placed>> {
        ValueTemplate::parse(source, omit_empty).map(|t| Self(Some(t)))
    }

    /// The first two names of each path that it reads.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let templates = self.0.iter().flat_map(ValueTemplate::templates);
        let used = templates.flat_map(Template::references);
        used.map(|u| (u.root().unwrap_or_default(), u.name(1)))
    }

    /// The value; nothing if all of it is left out.
    pub fn render(&self, look: &Look<'_>) -> Result<Option<Value>, StepError> {
        match &self.0 {
            Some(t) => t.render(look.context, look.env).map_err(step_error),
            None => Ok(None),
        }
    }

    /// The value; null where nothing is left.
    pub fn value(&self, look: &Look<'_>) -> Result<Value, StepError> {
        Ok(self.render(look)?.unwrap_or(Value::Null))
    }
}
