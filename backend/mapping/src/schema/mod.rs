//! JSON Schema (2020-12) of payloads: the keywords that say what a value may be. A keyword that is
//! not known is refused when the schema is read, so that nothing is promised and not checked.
//! Absent: `format` as a rule, remote references, `if`, `patternProperties`, `dependent*`,
//! `prefixItems`, `contains`, `unevaluated*`.

mod check;
mod read;

use std::collections::HashMap;

use domain::Text;
use regex::Regex;
use serde_json::Value;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    root: Node,
    /// By their JSON pointer below `#`, such as `/$defs/address`.
    named: HashMap<String, Node>,
}

/// What a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value, such as `items[2].price`; empty for all of it.
    pub place: String,
    pub message: Text,
}

#[derive(Debug)]
enum Node {
    Anything,
    Nothing,
    Rules(Box<Rules>),
}

/// What one level of a schema says. What is absent says nothing.
#[derive(Debug, Default)]
struct Rules {
    kinds: Vec<Kind>,
    allowed: Option<Vec<Value>>,
    properties: Vec<(String, Node)>,
    required: Vec<String>,
    others: Option<Node>,
    members: Bounds<usize>,
    items: Option<Node>,
    count: Bounds<usize>,
    unique: bool,
    chars: Bounds<usize>,
    pattern: Option<Regex>,
    number: Bounds<f64>,
    above: Option<f64>,
    below: Option<f64>,
    multiple: Option<f64>,
    all: Vec<Node>,
    any: Vec<Node>,
    one: Vec<Node>,
    not: Option<Node>,
    /// The name of another schema of the document.
    same_as: Option<String>,
}

/// The least and the largest that is allowed.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds<T> {
    min: Option<T>,
    max: Option<T>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Boolean,
    Object,
    Array,
    Number,
    Integer,
    String,
}

#[cfg(test)]
mod tests;
