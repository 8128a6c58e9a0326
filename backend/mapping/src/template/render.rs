//! Renders a parsed template over a context. One pass: what data holds is never read as a
//! template. Work and output are counted, because loops over the data of an event may be long.

use std::borrow::Cow;

use domain::Code;
use domain::field::Escape;
use domain::limits::{RENDERED_BYTES, TEMPLATE_WORK};
use serde_json::Value;

use super::escape;
use super::node::{Call, Expr, Names, Node, Test};
use crate::context::json_size;
use crate::error::MapError;
use crate::functions::{self, Env, FnError};
use crate::path::Segment;
use crate::reference::{self, Base, Local, Reference};

/// A value of an expression; `None` is missing.
pub type Got<'v> = Option<Cow<'v, Value>>;

/// One rendering.
pub struct Render<'r> {
    env: &'r Env<'r>,
    escape: Escape,
    out: String,
    work: usize,
}

/// A block that is being rendered: what `this` is in it, and where its loop stands.
pub struct Scope<'v> {
    parent: Option<&'v Scope<'v>>,
    this: Option<&'v Value>,
    names: Option<&'v Names>,
    place: Option<Place<'v>>,
}

#[derive(Clone, Copy)]
struct Place<'v> {
    index: usize,
    key: Option<&'v str>,
    last: bool,
}

impl<'v> Scope<'v> {
    /// The outermost one.
    pub fn top(data: &'v Value) -> Self {
        Self { parent: None, this: Some(data), names: None, place: None }
    }
    /// The scope `n` levels up, at most the outermost.
    fn up(&'v self, n: usize) -> &'v Scope<'v> {
        (0..n).fold(self, |s, _| s.parent.unwrap_or(s))
    }

    fn outermost(&'v self) -> &'v Scope<'v> {
        let mut scope = self;
        while let Some(parent) = scope.parent {
            scope = parent;
        }
        scope
    }

    fn get(&'v self, r: &Reference) -> Got<'v> {
        let start = match r.base {
            Base::Local(local, up) => return self.up(up).place?.local(local),
            Base::Root => self.outermost().this,
            Base::Up(n) => self.up(n).this,
            Base::This => self.this,
            Base::Name => match self.parameter(&r.segments) {
                Some((Parameter::Value(v), rest)) => {
                    return reference::walk(v?, rest).map(Cow::Borrowed);
                }
                Some((Parameter::Place(v), [])) => return Some(Cow::Owned(v)),
                Some((Parameter::Place(_), _)) => return None,
                None => self.this,
            },
        };
        reference::walk(start?, &r.segments).map(Cow::Borrowed)
    }

    /// What the first name means as a block parameter, and the names after it.
    fn parameter<'s>(&'v self, segments: &'s [Segment]) -> Option<(Parameter<'v>, &'s [Segment])> {
        let (Segment::Name(first), rest) = segments.split_first()? else {
            return None;
        };
        let mut scope = self;
        loop {
            if let Some(names) = scope.names {
                if names.value.as_ref() == Some(first) {
                    return Some((Parameter::Value(scope.this), rest));
                }
                if names.place.as_ref() == Some(first) {
                    let place = scope.place?;
                    let which = if place.key.is_some() { Local::Key } else { Local::Index };
                    return Some((Parameter::Place(place.local(which)?.into_owned()), rest));
                }
            }
            scope = scope.parent?;
        }
    }
}

enum Parameter<'v> {
    Value(Option<&'v Value>),
    Place(Value),
}

impl Place<'_> {
    fn local<'v>(&self, which: Local) -> Got<'v> {
        Some(Cow::Owned(match which {
            Local::Index => Value::from(self.index),
            Local::First => Value::from(self.index == 0),
            Local::Last => Value::from(self.last),
            Local::Key => Value::from(self.key?),
        }))
    }
}

impl<'r> Render<'r> {
    pub fn new(env: &'r Env<'r>, escape: Escape) -> Self {
        Self { env, escape, out: String::new(), work: 0 }
    }
    /// The text rendered so far.
    pub fn into_text(self) -> String {
        self.out
    }

    fn spend(&mut self, work: usize) -> Result<(), MapError> {
        self.work = self.work.saturating_add(work);
        if self.work > TEMPLATE_WORK {
            return Err(MapError::limit(
                "the template takes too much work for this data",
                "для этих данных шаблон требует слишком много работы",
            ));
        }
        Ok(())
    }

    pub fn nodes<'v>(&mut self, nodes: &'v [Node], scope: &'v Scope<'v>) -> Result<(), MapError> {
        nodes.iter().try_for_each(|n| self.node(n, scope))
    }

    fn node<'v>(&mut self, node: &'v Node, scope: &'v Scope<'v>) -> Result<(), MapError> {
        self.spend(1)?;
        match node {
            Node::Text(text) => self.push(text),
            Node::Print { expr, raw } => match self.eval(expr, scope)? {
                Some(v) => self.print(&v, *raw).map_err(|e| named_path(e, expr)),
                None => Ok(()),
            },
            Node::If { arms, otherwise } => {
                for (test, body) in arms {
                    if self.holds(test, scope)? {
                        return self.nodes(body, scope);
                    }
                }
                self.nodes(otherwise, scope)
            }
            Node::Each { list, names, body, empty } => {
                let subject = self.eval(list, scope)?;
                self.each(subject.as_deref(), (names, body, empty), scope)
            }
            Node::With { subject, names, body, otherwise } => {
                let subject = self.eval(subject, scope)?;
                if !truthy(subject.as_deref(), false) {
                    return self.nodes(otherwise, scope);
                }
                let place = scope.place;
                let inner = Scope {
                    parent: Some(scope),
                    this: subject.as_deref(),
                    names: Some(names),
                    place,
                };
                self.nodes(body, &inner)
            }
        }
    }

    fn each<'v>(
        &mut self,
        subject: Option<&'v Value>,
        (names, body, empty): (&'v Names, &'v [Node], &'v [Node]),
        scope: &'v Scope<'v>,
    ) -> Result<(), MapError> {
        let mut item = |value: &'v Value, key: Option<&'v str>, index: usize, len: usize| {
            let place = Some(Place { index, key, last: index + 1 == len });
            let inner = Scope { parent: Some(scope), this: Some(value), names: Some(names), place };
            self.spend(1)?;
            self.nodes(body, &inner)
        };
        match subject {
            Some(Value::Array(items)) if !items.is_empty() => {
                items.iter().enumerate().try_for_each(|(i, v)| item(v, None, i, items.len()))
            }
            Some(Value::Object(m)) if !m.is_empty() => {
                m.iter().enumerate().try_for_each(|(i, (k, v))| item(v, Some(k), i, m.len()))
            }
            _ => self.nodes(empty, scope),
        }
    }

    fn holds<'v>(&mut self, test: &'v Test, scope: &'v Scope<'v>) -> Result<bool, MapError> {
        let value = self.eval(&test.expr, scope)?;
        Ok(truthy(value.as_deref(), test.zero) != test.negated)
    }

    /// The value of an expression.
    pub fn eval<'v>(&mut self, expr: &'v Expr, scope: &'v Scope<'v>) -> Result<Got<'v>, MapError> {
        match expr {
            Expr::Literal(v) => Ok(Some(Cow::Borrowed(v))),
            Expr::Path(r) => Ok(scope.get(r)),
            Expr::Call(call) => self.call(call, scope).map(|v| Some(Cow::Owned(v))),
        }
    }

    fn call<'v>(&mut self, call: &'v Call, scope: &'v Scope<'v>) -> Result<Value, MapError> {
        let mut positions = Vec::with_capacity(call.positions.len());
        for e in &call.positions {
            positions.push(self.argument(e, scope)?);
        }
        let mut named = Vec::with_capacity(call.named.len());
        for (name, e) in &call.named {
            if let Some(v) = self.argument(e, scope)? {
                named.push((&**name, v));
            }
        }
        call.function
            .call_helper(
                positions.iter().map(Option::as_deref),
                named.iter().map(|(n, v)| (*n, &**v)),
                self.env,
            )
            .map_err(failed)
            .map_err(|e| call.positions.iter().fold(e, named_path))
    }

    fn argument<'v>(&mut self, expr: &'v Expr, scope: &'v Scope<'v>) -> Result<Got<'v>, MapError> {
        let value = self.eval(expr, scope)?;
        let long = value.as_deref().map_or(0, |v| match v {
            Value::String(s) => s.len() / 64,
            Value::Array(items) => items.len(),
            Value::Object(m) => m.len(),
            _ => 0,
        });
        self.spend(1 + long)?;
        Ok(value)
    }

    /// Writes a value as text: lists and objects as JSON, null as nothing.
    pub fn print(&mut self, v: &Value, raw: bool) -> Result<(), MapError> {
        match v {
            Value::Null => Ok(()),
            Value::String(s) => self.data(s, raw),
            Value::Bool(b) => self.data(if *b { "true" } else { "false" }, raw),
            Value::Number(n) => self.data(&n.to_string(), raw),
            Value::Array(_) | Value::Object(_) if json_size(v) > RENDERED_BYTES => Err(too_large()),
            Value::Array(_) | Value::Object(_) => self.data(&v.to_string(), raw),
        }
    }

    fn data(&mut self, text: &str, raw: bool) -> Result<(), MapError> {
        if self.out.len() + text.len() > RENDERED_BYTES {
            return Err(too_large());
        }
        self.spend(text.len() / 256)?;
        escape::append(self.escape, raw, text, &mut self.out)?;
        if self.out.len() > RENDERED_BYTES { Err(too_large()) } else { Ok(()) }
    }

    fn push(&mut self, text: &str) -> Result<(), MapError> {
        if self.out.len() + text.len() > RENDERED_BYTES {
            return Err(too_large());
        }
        self.out.push_str(text);
        Ok(())
    }
}

/// What counts as true: as in Handlebars, where 0 does not unless asked to.
fn truthy(v: Option<&Value>, zero: bool) -> bool {
    match v {
        None | Some(Value::Null) => false,
        Some(Value::Bool(b)) => *b,
        Some(Value::Number(n)) => zero || n.as_f64() != Some(0.0),
        Some(Value::String(s)) => !s.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(m)) => !m.is_empty(),
    }
}

/// The error with the path that an expression starts from.
fn named_path(e: MapError, expr: &Expr) -> MapError {
    match expr {
        Expr::Path(r) if !r.segments.is_empty() && !matches!(r.base, Base::Up(_)) => {
            e.from_path(&crate::path::write(&r.segments))
        }
        _ => e,
    }
}

/// A function that could not do its work.
pub fn failed(e: FnError) -> MapError {
    let code = if e.code == functions::Fault::TooLarge {
        Code::LimitExceeded
    } else {
        Code::MappingFailed
    };
    MapError::new(code, e.text.en, e.text.ru)
}

fn too_large() -> MapError {
    MapError::limit(
        format!("the rendered text is larger than {RENDERED_BYTES} bytes"),
        format!("текст из шаблона больше {RENDERED_BYTES} байт"),
    )
}
