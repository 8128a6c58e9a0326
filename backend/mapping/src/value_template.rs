//! A JSON tree whose texts are templates: the bodies, queries and forms of manifests.
//!
//! Rules: every text leaf is a template rendered alone and the tree is serialised afterwards (R1),
//! a leaf that is one `{{path}}` or typed call keeps its JSON type (R2), what is empty is left out
//! (R3), `$merge` spreads an object (R4). Keys are never templates.

use domain::Code;
use domain::field::Escape;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Fault, MapError, Placed, type_words};
use crate::functions::{Env, read};
use crate::mapping::below;
use crate::template::Template;

/// The key that spreads an object.
pub const MERGE: &str = "$merge";
/// Depth of a tree.
const DEPTH: usize = 32;

/// A compiled tree.
#[derive(Debug)]
pub struct ValueTemplate {
    root: Node,
    omit_empty: bool,
}

#[derive(Debug)]
enum Node {
    Constant(Value),
    Leaf(Template),
    List(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Debug)]
struct Member {
    /// `$merge` has none.
    key: Option<String>,
    node: Node,
    /// Whether a template is anywhere in it.
    templated: bool,
}

impl ValueTemplate {
    /// Compiles a tree. With `omit_empty` null, missing, "", [] and {} are left out, bottom up,
    /// and an object below the root goes when all its templated members went.
    pub fn parse(tree: &Value, omit_empty: bool) -> Result<Self, Vec<Placed>> {
        let mut faults = Vec::new();
        let root = node(tree, 0, &mut faults);
        match root {
            Some(root) if faults.is_empty() => Ok(Self { root, omit_empty }),
            _ => Err(faults),
        }
    }

    /// The tree with the data in place; `None` if nothing is left of it.
    pub fn render(&self, context: &Context, env: &Env<'_>) -> Result<Option<Value>, MapError> {
        let run = Run { context, env, omit: self.omit_empty };
        match &self.root {
            Node::Object(members) => run.object(members, true),
            other => run.node(other),
        }
    }

    /// Every template in it, for checks of what they read.
    pub fn templates(&self) -> Vec<&Template> {
        fn go<'n>(node: &'n Node, out: &mut Vec<&'n Template>) {
            match node {
                Node::Constant(_) => {}
                Node::Leaf(t) => out.push(t),
                Node::List(items) => items.iter().for_each(|n| go(n, out)),
                Node::Object(members) => members.iter().for_each(|m| go(&m.node, out)),
            }
        }
        let mut out = Vec::new();
        go(&self.root, &mut out);
        out
    }
}

fn node(tree: &Value, depth: usize, faults: &mut Vec<Placed>) -> Option<Node> {
    if depth > DEPTH {
        faults.push((String::new(), too_deep()));
        return None;
    }
    let mut inner = |place: String, v: &Value| {
        let mut own = Vec::new();
        let node = node(v, depth + 1, &mut own);
        below(&place, own, faults);
        node
    };
    match tree {
        Value::String(s) => match Template::parse(s, Escape::None) {
            Ok(t) => Some(match t.constant() {
                Some(v) => Node::Constant(v.clone()),
                None => Node::Leaf(t),
            }),
            Err(f) => {
                faults.push((String::new(), f));
                None
            }
        },
        Value::Array(items) => {
            let nodes = items.iter().enumerate().map(|(i, v)| inner(format!("[{i}]"), v));
            nodes.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Node::List)
        }
        Value::Object(m) => {
            let members = m.iter().map(|(k, v)| {
                let node = inner(format!(".{k}"), v)?;
                let key = (k != MERGE).then(|| k.clone());
                Some(Member { key, templated: has_template(&node), node })
            });
            members.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Node::Object)
        }
        other => Some(Node::Constant(other.clone())),
    }
}

fn has_template(node: &Node) -> bool {
    match node {
        Node::Constant(_) => false,
        Node::Leaf(_) => true,
        Node::List(items) => items.iter().any(has_template),
        Node::Object(members) => members.iter().any(|m| m.templated),
    }
}

struct Run<'r> {
    context: &'r Context,
    env: &'r Env<'r>,
    omit: bool,
}

impl Run<'_> {
    fn node(&self, node: &Node) -> Result<Option<Value>, MapError> {
        let value = match node {
            Node::Constant(v) => v.clone(),
            Node::Leaf(t) => t.render(self.context, self.env)?,
            Node::List(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (i, n) in items.iter().enumerate() {
                    out.extend(self.node(n).map_err(|e| e.in_item(i))?);
                }
                Value::Array(out)
            }
            Node::Object(members) => return self.object(members, false),
        };
        Ok(self.keep(value))
    }

    fn keep(&self, v: Value) -> Option<Value> {
        let empty = match &v {
            Value::Array(items) => items.is_empty(),
            Value::Object(m) => m.is_empty(),
            scalar => read::absent(Some(scalar)),
        };
        (!(self.omit && empty)).then_some(v)
    }

    fn object(&self, members: &[Member], root: bool) -> Result<Option<Value>, MapError> {
        let mut out = Map::new();
        let (mut templated, mut stayed) = (false, false);
        for m in members {
            let name = m.key.as_deref().unwrap_or(MERGE);
            let value = self.node(&m.node).map_err(|e| e.in_field(name))?;
            templated |= m.templated;
            stayed |= m.templated && value.is_some();
            match (&m.key, value) {
                (_, None) | (None, Some(Value::Null)) => {}
                (Some(key), Some(v)) => {
                    out.insert(key.clone(), v);
                }
                (None, Some(Value::Object(spread))) => {
                    out.extend(spread.into_iter().filter_map(|(k, v)| Some((k, self.keep(v)?))));
                }
                (None, Some(other)) => return Err(not_an_object(&other)),
            }
        }
        if self.omit && templated && !stayed && !root {
            return Ok(None);
        }
        Ok(self.keep(Value::Object(out)))
    }
}

fn not_an_object(got: &Value) -> MapError {
    let (en, ru) = type_words(got);
    MapError::new(
        Code::MappingFailed,
        format!("{MERGE} takes an object, got {en}"),
        format!("{MERGE} принимает объект, пришло: {ru}"),
    )
}

fn too_deep() -> Fault {
    Fault::new(
        "template_too_deep",
        format!("a tree of templates is at most {DEPTH} deep"),
        format!("дерево шаблонов не глубже {DEPTH}"),
    )
}

#[cfg(test)]
mod tests;
