//! Form names such as `leads[add][0][id]` become a tree (semantics S21).
//!
//! - `a[]` takes the next free index, a repeated name makes a list, indexes 0 to n without a gap
//!   make a list, everything else a map. Values are never lost: where a name has both values of
//!   its own and children that are a map, the values are under the key "".
//! - A name whose brackets are not `name[..][..]` to its end is one plain key, as it is written.
//! - Brackets deeper than 8 levels stay in the text of the last key.

use domain::limits::{FORM_DEPTH, FORM_INDEX, FORM_KEYS};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::error::{ParseError, Place};

/// A form as it is read, field by field.
#[derive(Default)]
pub struct Tree {
    root: Level,
}

#[derive(Default)]
struct Level {
    children: IndexMap<String, Node>,
    /// The index that `[]` takes.
    next: usize,
}

#[derive(Default)]
struct Node {
    first: Option<Value>,
    more: Vec<Value>,
    level: Option<Box<Level>>,
}

impl Tree {
    /// Adds a field, nested by its name.
    pub fn nest(&mut self, name: String, value: Value) -> Result<(), ParseError> {
        let Some(head) = head(&name) else {
            return self.plain(name, value);
        };
        let mut rest = &name[head..];
        let mut node = self.root.child(name[..head].to_string(), &name)?;
        for depth in 2..=FORM_DEPTH {
            let Some(end) = rest.find(']') else { break };
            let (key, after) = (&rest[1..end], &rest[end + 1..]);
            let level = node.level.get_or_insert_default();
            let key = if depth == FORM_DEPTH && !after.is_empty() {
                format!("{key}{after}")
            } else if key.is_empty() {
                level.next += 1;
                (level.next - 1).to_string()
            } else {
                key.to_string()
            };
            node = level.child(key, &name)?;
            rest = after;
        }
        node.put(value);
        Ok(())
    }

    /// Adds a field under its name as it is written.
    pub fn plain(&mut self, name: String, value: Value) -> Result<(), ParseError> {
        if let Some(node) = self.root.children.get_mut(&name) {
            node.put(value);
            return Ok(());
        }
        self.root.room(&name)?;
        let node = Node { first: Some(value), ..Node::default() };
        self.root.children.insert(name, node);
        Ok(())
    }

    /// The tree: always a map at the top.
    pub fn finish(self) -> Value {
        Value::Object(self.root.into_map())
    }
}

/// The length of the part before the brackets, if the name is `head[..][..]`.
fn head(name: &str) -> Option<usize> {
    let head = name.find('[').filter(|i| *i > 0)?;
    let mut rest = &name[head..];
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[')?;
        let end = inner.find(']')?;
        if inner[..end].contains('[') {
            return None;
        }
        rest = &inner[end + 1..];
    }
    Some(head)
}

/// The list index that a key is, if it is one.
fn index(key: &str) -> Option<usize> {
    let canonical = key == "0" || !key.starts_with('0');
    let digits = !key.is_empty() && key.len() <= 4 && key.bytes().all(|b| b.is_ascii_digit());
    key.parse().ok().filter(|i| canonical && digits && *i <= FORM_INDEX)
}

impl Level {
    fn room(&self, name: &str) -> Result<(), ParseError> {
        if self.children.len() < FORM_KEYS {
            return Ok(());
        }
        let short: String = name.chars().take(60).collect();
        Err(ParseError::new(
            Place::Whole,
            format!("more than {FORM_KEYS} keys on one level of the form, at \"{short}\""),
            format!("больше {FORM_KEYS} ключей на одном уровне формы, на \"{short}\""),
        ))
    }

    fn child(&mut self, key: String, name: &str) -> Result<&mut Node, ParseError> {
        if !self.children.contains_key(&key) {
            self.room(name)?;
            if let Some(i) = index(&key) {
                self.next = self.next.max(i + 1);
            }
        }
        Ok(self.children.entry(key).or_default())
    }

    fn is_list(&self) -> bool {
        // Keys are unique, so n indexes below n are all of 0..n.
        let n = self.children.len();
        self.children.keys().all(|k| index(k).is_some_and(|i| i < n))
    }

    fn into_list(self) -> Vec<Value> {
        let mut items: Vec<(usize, Value)> = self
            .children
            .into_iter()
            .map(|(k, node)| (index(&k).unwrap_or(usize::MAX), node.into_value()))
            .collect();
        items.sort_by_key(|(i, _)| *i);
        items.into_iter().map(|(_, v)| v).collect()
    }

    fn into_map(self) -> Map<String, Value> {
        self.children.into_iter().map(|(k, node)| (k, node.into_value())).collect()
    }
}

impl Node {
    fn put(&mut self, value: Value) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.more.push(value);
        }
    }

    fn into_value(self) -> Value {
        let own = match self.first {
            None => None,
            Some(one) if self.more.is_empty() => Some(one),
            Some(one) => Some(Value::Array(std::iter::once(one).chain(self.more).collect())),
        };
        match (own, self.level) {
            (None, None) => Value::Null,
            (Some(own), None) => own,
            (own, Some(level)) if level.is_list() => {
                let mut list = match own {
                    Some(Value::Array(list)) => list,
                    own => own.into_iter().collect(),
                };
                list.extend(level.into_list());
                Value::Array(list)
            }
            (own, Some(level)) => {
                let mut map = level.into_map();
                if let Some(own) = own {
                    map.insert(String::new(), own);
                }
                Value::Object(map)
            }
        }
    }
}
