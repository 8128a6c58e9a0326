//! What mappings see: one owned JSON tree per run, read in place by paths and templates.
//!
//! Roots of a flow: `trigger`, `steps.<id>`, `vars`, `item`/`index`, `flow`, `run`, `connection`.
//! Manifests have roots of their own. No secret is ever put in here for a flow.

use serde_json::{Map, Value};

/// The data of a run.
#[derive(Clone, Debug, Default)]
pub struct Context {
    data: Value,
}

/// What `enter_item` replaced, for `leave_item` to put back.
#[derive(Debug)]
#[must_use = "give it to leave_item, or the loop's item stays visible"]
pub struct Outer {
    name: String,
    item: Option<Value>,
    index: Option<Value>,
}

impl Context {
    /// A context with the given roots; anything but an object has none.
    pub fn new(data: Value) -> Self {
        Self { data: if data.is_object() { data } else { Value::Object(Map::new()) } }
    }
    /// The tree.
    pub fn data(&self) -> &Value {
        &self.data
    }
    /// The tree, taken out.
    pub fn into_data(self) -> Value {
        self.data
    }

    fn roots(&mut self) -> &mut Map<String, Value> {
        if !self.data.is_object() {
            self.data = Value::Object(Map::new());
        }
        match &mut self.data {
            Value::Object(m) => m,
            _ => unreachable!("made an object above"),
        }
    }

    /// Sets one root; gives what was there.
    pub fn set(&mut self, root: &str, value: Value) -> Option<Value> {
        self.roots().insert(root.to_owned(), value)
    }
    /// Takes a root out.
    pub fn remove(&mut self, root: &str) -> Option<Value> {
        self.roots().shift_remove(root)
    }
    /// One root.
    pub fn get(&self, root: &str) -> Option<&Value> {
        self.data.get(root)
    }

    /// Sets `steps.<id>`, an object with `output`, `error` and `status`; gives what was there.
    pub fn set_step(&mut self, id: &str, value: Value) -> Option<Value> {
        let steps = self.roots().entry("steps").or_insert_with(|| Value::Object(Map::new()));
        if !steps.is_object() {
            *steps = Value::Object(Map::new());
        }
        steps.as_object_mut()?.insert(id.to_owned(), value)
    }
    /// Takes `steps.<id>` out: at the end of an item, when the loop's own list takes its place.
    pub fn remove_step(&mut self, id: &str) -> Option<Value> {
        self.roots().get_mut("steps")?.as_object_mut()?.shift_remove(id)
    }
    /// Sets `vars.<name>`; gives what was there.
    pub fn set_var(&mut self, name: &str, value: Value) -> Option<Value> {
        let vars = self.roots().entry("vars").or_insert_with(|| Value::Object(Map::new()));
        vars.as_object_mut()?.insert(name.to_owned(), value)
    }
    /// Takes `vars.<name>` out: a variable of one item of a loop.
    pub fn remove_var(&mut self, name: &str) -> Option<Value> {
        self.roots().get_mut("vars")?.as_object_mut()?.shift_remove(name)
    }

    /// Makes an item of a loop visible under `name`, and its number from 0 under `index`.
    pub fn enter_item(&mut self, name: &str, item: Value, index: usize) -> Outer {
        let item = self.set(name, item);
        let index = self.set("index", Value::from(index));
        Outer { name: name.to_owned(), item, index }
    }
    /// Puts back what the item of an outer loop, or nothing, was.
    pub fn leave_item(&mut self, outer: Outer) {
        for (name, value) in [(outer.name.as_str(), outer.item), ("index", outer.index)] {
            match value {
                Some(v) => self.set(name, v),
                None => self.remove(name),
            };
        }
    }
}

/// The bytes that a value takes as JSON, without writing it.
pub fn json_size(v: &Value) -> usize {
    match v {
        Value::Null => 4,
        Value::Bool(b) => 5 - usize::from(*b),
        Value::Number(n) => n.as_u64().map_or_else(|| n.to_string().len(), digits),
        Value::String(s) => text_size(s),
        Value::Array(items) => 2 + commas(items.len()) + items.iter().map(json_size).sum::<usize>(),
        Value::Object(m) => {
            let fields = m.iter().map(|(k, v)| text_size(k) + 1 + json_size(v));
            2 + commas(m.len()) + fields.sum::<usize>()
        }
    }
}

fn commas(items: usize) -> usize {
    items.saturating_sub(1)
}

fn digits(n: u64) -> usize {
    n.checked_ilog10().map_or(1, |d| d as usize + 1)
}

fn text_size(s: &str) -> usize {
    let escaped = s.bytes().map(|b| match b {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
        0..32 => 5,
        _ => 0,
    });
    2 + s.len() + escaped.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::value;

    #[test]
    fn s10_an_item_is_seen_inside_its_loop_only() {
        let mut c = Context::new(json!({"trigger": {}}));
        let outer = c.enter_item("order", json!({"n": 1}), 0);
        let inner = c.enter_item("item", json!("x"), 7);
        assert_eq!(c.data(), &json!({"trigger": {}, "order": {"n": 1}, "item": "x", "index": 7}));
        c.leave_item(inner);
        assert_eq!(c.data(), &json!({"trigger": {}, "order": {"n": 1}, "index": 0}));
        c.leave_item(outer);
        assert_eq!(c.data(), &json!({"trigger": {}}));
    }

    #[test]
    fn steps_and_variables_are_set_by_name() {
        let mut c = Context::default();
        c.set_step("lead", json!({"output": {"id": 1}}));
        c.set_var("total", json!(5));
        assert_eq!(
            c.data(),
            &json!({"steps": {"lead": {"output": {"id": 1}}}, "vars": {"total": 5}})
        );
        assert_eq!(c.remove_step("lead"), Some(json!({"output": {"id": 1}})));
        assert_eq!(c.set_var("total", json!(6)), Some(json!(5)));
        assert_eq!(c.remove_var("total"), Some(json!(6)));
        assert_eq!(c.data(), &json!({"steps": {}, "vars": {}}));
    }

    proptest! {
        #[test]
        fn the_size_is_that_of_the_json(v in value()) {
            prop_assert_eq!(json_size(&v), v.to_string().len());
        }
    }
}
