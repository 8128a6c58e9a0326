//! Templates (semantics S9): text with `{{paths}}`, calls of functions, `if`, `unless`, `each` and
//! `with`, compiled once. A template that is one `{{path}}` or one call of a typed function gives
//! the JSON value; every other one gives text. Missing data renders as nothing.

pub(crate) mod escape;
mod expr;
pub(crate) mod node;
mod parse;
mod render;
mod uses;

use std::borrow::Cow;
use std::fmt;

use domain::field::Escape;
use serde_json::Value;

use crate::context::Context;
use crate::error::{Fault, MapError};
use crate::functions::Env;
use crate::reference::{self, Used};
use node::{Expr, Node};
pub(crate) use render::{Got, failed};
use render::{Render, Scope};

/// A compiled template.
pub struct Template {
    source: Box<str>,
    escape: Escape,
    shape: Shape,
    uses: uses::Uses,
}

enum Shape {
    /// No tag at all.
    Constant(Value),
    /// One expression alone that keeps its JSON type.
    Lone {
        expr: Expr,
        raw: bool,
    },
    Text(Vec<Node>),
}

impl Template {
    /// Compiles a template for a field with this escaping. Everything that could go wrong without
    /// the data is found here.
    pub fn parse(source: &str, escape: Escape) -> Result<Self, Fault> {
        let nodes = parse::parse(source)?;
        let uses = uses::collect(&nodes);
        Ok(Self { source: source.into(), escape, shape: shape(nodes, escape), uses })
    }

    /// The pieces of a template, for the editor.
    pub(crate) fn nodes(source: &str) -> Result<Vec<Node>, Fault> {
        parse::parse(source)
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// The value that it always has, for a template without tags.
    pub fn constant(&self) -> Option<&Value> {
        match &self.shape {
            Shape::Constant(v) => Some(v),
            _ => None,
        }
    }
    /// Whether it may give something other than text.
    pub fn is_typed(&self) -> bool {
        matches!(self.shape, Shape::Lone { .. })
    }
    /// The paths that it reads below the context, each once.
    pub fn references(&self) -> &[Used] {
        &self.uses.paths
    }
    /// First names that it reads below the items of its own loops: a root of the context among
    /// them is likely meant as `@root.name`.
    pub fn names_below_items(&self) -> &[Box<str>] {
        &self.uses.below_items
    }
    /// Whether data is inserted without the escaping of the field, by `{{{x}}}`.
    pub fn has_raw(&self) -> bool {
        match &self.shape {
            Shape::Constant(_) => false,
            Shape::Lone { raw, .. } => *raw,
            Shape::Text(nodes) => any_raw(nodes),
        }
    }
    /// The expression of a template that is nothing else, for pills.
    pub(crate) fn lone(&self) -> Option<&Expr> {
        match &self.shape {
            Shape::Lone { expr, raw: false } => Some(expr),
            Shape::Text(nodes) => match nodes.as_slice() {
                [Node::Print { expr, raw: false }] => Some(expr),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value: of its JSON type for a lone path or typed call, otherwise text. Missing is null.
    pub fn render(&self, context: &Context, env: &Env<'_>) -> Result<Value, MapError> {
        Ok(self.value(context.data(), env)?.map_or(Value::Null, Cow::into_owned))
    }

    /// The value, `None` for a lone path that leads nowhere.
    pub(crate) fn value<'v>(&'v self, data: &'v Value, env: &Env<'_>) -> Result<Got<'v>, MapError> {
        match &self.shape {
            Shape::Constant(v) => Ok(Some(Cow::Borrowed(v))),
            Shape::Lone { expr, raw } => {
                let value = self.lone_value(expr, data, env)?;
                Ok(value.map(|v| if self.escape == Escape::Html && !raw { escaped(v) } else { v }))
            }
            Shape::Text(nodes) => self.text(nodes, data, env).map(|t| Some(Cow::Owned(t.into()))),
        }
    }

    /// The value of a lone expression. A path needs no scopes: it is walked where it is.
    fn lone_value<'v>(
        &self,
        expr: &'v Expr,
        data: &'v Value,
        env: &Env<'_>,
    ) -> Result<Got<'v>, MapError> {
        match expr {
            Expr::Path(r) if matches!(r.base, reference::Base::Local(..)) => Ok(None),
            Expr::Path(r) => Ok(reference::walk(data, &r.segments).map(Cow::Borrowed)),
            Expr::Literal(v) => Ok(Some(Cow::Borrowed(v))),
            Expr::Call(_) => {
                let scope = Scope::top(data);
                let value = Render::new(env, self.escape).eval(expr, &scope)?;
                Ok(value.map(|v| Cow::Owned(v.into_owned())))
            }
        }
    }

    /// Always text: lists and objects as JSON, null and missing as nothing.
    pub fn render_text(&self, context: &Context, env: &Env<'_>) -> Result<String, MapError> {
        let data = context.data();
        match &self.shape {
            Shape::Constant(Value::String(s)) => Ok(s.clone()),
            Shape::Constant(v) => Ok(v.to_string()),
            Shape::Lone { expr, raw } => {
                let value = self.lone_value(expr, data, env)?;
                let mut out = Render::new(env, self.escape);
                if let Some(v) = value {
                    out.print(&v, *raw)?;
                }
                Ok(out.into_text())
            }
            Shape::Text(nodes) => self.text(nodes, data, env),
        }
    }

    fn text(&self, nodes: &[Node], data: &Value, env: &Env<'_>) -> Result<String, MapError> {
        let mut out = Render::new(env, self.escape);
        out.nodes(nodes, &Scope::top(data))?;
        let text = out.into_text();
        if self.escape == Escape::Url {
            crate::url::check(&text)?;
        }
        Ok(text)
    }

    /// The text as a dedupe, order or newest key: `None` if any path in it is missing, null or
    /// empty, because events that lack the same thing are not the same event (semantics S4).
    pub fn key(&self, context: &Context, env: &Env<'_>) -> Result<Option<String>, MapError> {
        let data = context.data();
        let lacking = |used: &Used| match reference::walk(data, &used.0) {
            None | Some(Value::Null) => true,
            Some(Value::String(s)) => s.trim().is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Object(m)) => m.is_empty(),
            Some(_) => false,
        };
        if self.uses.paths.iter().any(lacking) {
            return Ok(None);
        }
        Ok(Some(self.render_text(context, env)?).filter(|k| !k.trim().is_empty()))
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("source", &self.source).finish_non_exhaustive()
    }
}

fn shape(mut nodes: Vec<Node>, escape: Escape) -> Shape {
    let constant = nodes.iter().all(|n| match n {
        Node::Text(_) => true,
        Node::Print { expr, .. } => matches!(expr, Expr::Literal(Value::String(_))),
        _ => false,
    });
    if constant {
        let text = nodes.iter().map(|n| match n {
            Node::Text(t) => &**t,
            Node::Print { expr: Expr::Literal(Value::String(s)), .. } => s,
            _ => "",
        });
        return Shape::Constant(Value::String(text.collect()));
    }
    let typed = matches!(escape, Escape::None | Escape::Html)
        && match nodes.as_slice() {
            [Node::Print { expr: Expr::Path(_), .. }] => true,
            [Node::Print { expr: Expr::Call(call), .. }] => call.function.typed,
            _ => false,
        };
    match (typed, nodes.pop()) {
        (true, Some(Node::Print { expr, raw })) => Shape::Lone { expr, raw },
        (_, last) => {
            nodes.extend(last);
            Shape::Text(nodes)
        }
    }
}

/// The same value with every text in it escaped for HTML.
fn escaped(v: Cow<'_, Value>) -> Cow<'_, Value> {
    fn inside(v: &Value) -> Value {
        match v {
            Value::String(s) => {
                let mut out = String::with_capacity(s.len());
                escape::html(s, &mut out);
                Value::String(out)
            }
            Value::Array(items) => items.iter().map(inside).collect(),
            Value::Object(m) => m.iter().map(|(k, v)| (k.clone(), inside(v))).collect(),
            other => other.clone(),
        }
    }
    match &*v {
        Value::Null | Value::Bool(_) | Value::Number(_) => v,
        other => Cow::Owned(inside(other)),
    }
}

fn any_raw(nodes: &[Node]) -> bool {
    nodes.iter().any(|n| match n {
        Node::Text(_) => false,
        Node::Print { raw, .. } => *raw,
        Node::If { arms, otherwise } => {
            arms.iter().any(|(_, body)| any_raw(body)) || any_raw(otherwise)
        }
        Node::Each { body, empty: otherwise, .. } | Node::With { body, otherwise, .. } => {
            any_raw(body) || any_raw(otherwise)
        }
    })
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
