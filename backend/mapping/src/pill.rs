//! Pills: the chips of the editor. A pill is a path with transforms and a default. Alone in a
//! field it is a mapping of its own; inside text it is written as one nested call:
//! `{{default (upper (trim trigger.body.Name)) "-"}}`. Exactly this shape reads back as a pill;
//! templates with anything else in them (blocks, `{{{x}}}`, paths as arguments) stay code.

use domain::field::Escape;
use domain::flow::Transform;
use serde_json::{Map, Value};

use crate::path::{Path, Segment, write};
use crate::reference::{self, Base};
use crate::template::Template;
use crate::template::node::{Call, Expr, Node};

/// A path, what is done to its value, and what stands in for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pill {
    /// A singular JSONPath.
    pub path: String,
    pub transforms: Vec<Transform>,
    pub default: Option<Value>,
}

/// A piece of a text field.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Pill(Pill),
}

impl Pill {
    /// The pill that a template is, if it is one and nothing else.
    pub fn read(template: &str) -> Option<Pill> {
        pill(Template::parse(template, Escape::None).ok()?.lone()?)
    }

    /// The pill as a tag; nothing where templates have no form for it, such as an index from the
    /// end of a list or an unknown function.
    pub fn write(&self) -> Option<String> {
        let path = Path::parse(&self.path).ok().filter(Path::is_singular)?;
        let mut out = reference::from_path(path.lead())?;
        let mut called = false;
        for t in &self.transforms {
            out = call(t, &out, called)?;
            called = true;
        }
        if let Some(default) = &self.default {
            let args = Map::from_iter([("value".to_owned(), default.clone())]);
            out = call(&Transform { function: "default".to_owned(), args }, &out, called)?;
        }
        Some(format!("{{{{{out}}}}}"))
    }
}

/// The text and pills of a template; nothing where it has to be shown as code.
pub fn parts(template: &str) -> Option<Vec<Part>> {
    let nodes = Template::nodes(template).ok()?;
    let mut out: Vec<Part> = Vec::with_capacity(nodes.len());
    for node in &nodes {
        match node {
            Node::Text(t) => push_text(&mut out, t),
            Node::Print { expr: Expr::Literal(Value::String(s)), raw: false } => {
                push_text(&mut out, s);
            }
            Node::Print { expr, raw: false } => out.push(Part::Pill(pill(expr)?)),
            _ => return None,
        }
    }
    // White space that `~` or a comment took away would be lost by writing the parts again.
    (join(&out)? == template || !template.contains(['~', '!'])).then_some(out)
}

/// The template of text and pills.
pub fn join(parts: &[Part]) -> Option<String> {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(t) => write_text(&mut out, t),
            Part::Pill(p) => push_tag(&mut out, &p.write()?),
        }
    }
    Some(out)
}

fn push_text(out: &mut Vec<Part>, text: &str) {
    match out.last_mut() {
        Some(Part::Text(t)) => t.push_str(text),
        _ => out.push(Part::Text(text.to_owned())),
    }
}

/// Braces that would begin a tag are written as a tag with that text.
fn write_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        push_tag(out, "{{\"{{\"}}");
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
}

/// Appends a tag so that the text before it stays text: backslashes before a tag count double, and
/// a brace would make `{{{` of it.
fn push_tag(out: &mut String, tag: &str) {
    if out.ends_with('{') {
        out.pop();
        push_tag(out, "{{\"{\"}}");
    }
    if out.ends_with('\\') {
        out.push('\\');
    }
    out.push_str(tag);
}

/// `function inner args`, where `inner` is in parentheses if it is a call itself.
fn call(t: &Transform, inner: &str, inner_is_call: bool) -> Option<String> {
    let function = crate::functions::get(&t.function)?;
    let inner = if inner_is_call { format!("({inner})") } else { inner.to_owned() };
    let at = function.input_at?;
    let mut words = vec![t.function.clone()];
    let (before, after) = function.params.split_at_checked(at)?;
    for p in before {
        words.push(t.args.get(p.name)?.to_string());
    }
    words.push(inner);
    for p in after {
        match t.args.get(p.name) {
            None => {}
            // The usual place of the one argument that a default has.
            Some(v) if t.function == "default" => words.push(v.to_string()),
            Some(v) => words.push(format!("{}={v}", p.name)),
        }
    }
    let known = |name: &String| function.params.iter().any(|p| p.name == name);
    t.args.keys().all(known).then(|| words.join(" "))
}

fn pill(expr: &Expr) -> Option<Pill> {
    if let Expr::Call(c) = expr
        && c.function.name == "default"
        && let Some((inner, args)) = apply(c)
        && let Some(default) = args.get("value").filter(|v| !v.is_null())
    {
        let (path, transforms) = chain(inner)?;
        return Some(Pill { path, transforms, default: Some(default.clone()) });
    }
    let (path, transforms) = chain(expr)?;
    Some(Pill { path, transforms, default: None })
}

/// A path under calls, from the inside out.
fn chain(expr: &Expr) -> Option<(String, Vec<Transform>)> {
    match expr {
        Expr::Literal(_) => None,
        Expr::Path(r) => {
            let plain = matches!(r.base, Base::Name | Base::This | Base::Root);
            let named = matches!(r.segments.first(), Some(Segment::Name(_)));
            (plain && named).then(|| (write(&r.segments), Vec::new()))
        }
        Expr::Call(c) => {
            let (inner, args) = apply(c)?;
            let (path, mut transforms) = chain(inner)?;
            transforms.push(Transform { function: c.function.name.to_owned(), args });
            Some((path, transforms))
        }
    }
}

/// The input of a call and its other arguments by name, if those are all literals.
fn apply(c: &Call) -> Option<(&Expr, Map<String, Value>)> {
    let mut args = Map::new();
    let mut input = None;
    let mut params = c.function.params.iter();
    for (i, e) in c.positions.iter().enumerate() {
        if c.function.input_at == Some(i) {
            input = Some(e);
            continue;
        }
        let Expr::Literal(v) = e else { return None };
        match params.next().or(c.function.params.last().filter(|p| p.rest))? {
            p if p.rest => {
                let list = args.entry(p.name).or_insert_with(|| Value::Array(Vec::new()));
                list.as_array_mut()?.push(v.clone());
            }
            p => {
                args.insert(p.name.to_owned(), v.clone());
            }
        }
    }
    for (name, e) in &c.named {
        let Expr::Literal(v) = e else { return None };
        args.insert((**name).to_owned(), v.clone());
    }
    Some((input?, args))
}

#[cfg(test)]
mod tests;
