//! The events of a delivery: `split` into items, and `event`, the shape that the connector gives
//! each of them.

use domain::field::Escape;
use domain::limits::SPLIT_ITEMS;
use mapping::Path;
use serde_json::{Map, Value};

use super::build::{Builder, Words};
use super::cond::Cond;
use super::seen::Seen;
use crate::manifest;

/// One event of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// `trigger.data`; None: it is the body.
    pub data: Option<Value>,
    /// The connector's filter wants it. False: filtered without a run (semantics S17).
    pub kept: bool,
}

/// How events are taken from a delivery.
pub(super) struct Events {
    split: Option<Path>,
    shape: Option<Shape>,
    filter: Option<Cond>,
    /// Templates of the filter read `event`.
    filter_reads_event: bool,
    /// Templates of the shape read `item`.
    shape_reads_item: bool,
}

enum Shape {
    Path(Path),
    Words(Words),
    Fields(Vec<(String, Shape)>),
}

/// More items than one delivery may have.
pub(super) struct TooMany;

impl Events {
    pub fn compile(b: &mut Builder, t: &manifest::Trigger, w: &manifest::Webhook) -> Events {
        let split = w.split.as_ref().and_then(|p| b.note("webhook.split", Path::parse(p)));
        let shape = w.event.as_ref().filter(|e| **e != manifest::Output::One("$".into()));
        let shape = shape.map(|o| Shape::compile(b, "webhook.event", o));
        let filter = t.filter.as_ref().map(|c| Cond::compile(b, "filter", c, false));
        Events {
            filter_reads_event: filter.as_ref().is_some_and(|f| f.reads("event")),
            shape_reads_item: shape.as_ref().is_some_and(|s| s.reads("item")),
            split,
            shape,
            filter,
        }
    }

    /// The events of a readable delivery.
    pub fn take(&self, seen: &mut Seen<'_>) -> Result<Vec<Item>, TooMany> {
        let Some(split) = &self.split else {
            return Ok(vec![self.item(seen, None)]);
        };
        let found = split.get(seen.body()).map_err(|_| TooMany)?.all();
        if found.len() > SPLIT_ITEMS {
            return Err(TooMany);
        }
        let items: Vec<Value> = found.into_iter().cloned().collect();
        Ok(items.into_iter().map(|i| self.item(seen, Some(i))).collect())
    }

    fn item(&self, seen: &mut Seen<'_>, item: Option<Value>) -> Item {
        let data = match &self.shape {
            None => None,
            Some(shape) => {
                if self.shape_reads_item {
                    let item = item.clone().unwrap_or_else(|| seen.body().clone());
                    seen.set("item", item);
                }
                Some(shape.value(seen, item.as_ref()))
            }
        };
        let kept = self.filter.as_ref().is_none_or(|f| {
            if self.filter_reads_event {
                let event = data.as_ref().or(item.as_ref()).cloned();
                let event = event.unwrap_or_else(|| seen.body().clone());
                seen.set("event", event);
            }
            f.holds(seen, item.as_ref())
        });
        Item { data: data.or(item), kept }
    }
}

impl Shape {
    fn compile(b: &mut Builder, at: &str, o: &manifest::Output) -> Shape {
        match o {
            manifest::Output::One(text) if text.starts_with('$') => {
                let nothing = Shape::Words(Words::Fixed(Value::Null));
                b.note(at, Path::parse(text)).map_or(nothing, Shape::Path)
            }
            manifest::Output::One(text) => Shape::Words(b.words(at, text, Escape::None, false)),
            manifest::Output::Fields(map) => {
                let one =
                    |(k, o): (&String, _)| (k.clone(), Shape::compile(b, &format!("{at}.{k}"), o));
                Shape::Fields(map.iter().map(one).collect())
            }
        }
    }

    /// Its value; paths start at the item, or at the body without `split`.
    fn value(&self, seen: &mut Seen<'_>, item: Option<&Value>) -> Value {
        match self {
            Shape::Path(path) => {
                let root = item.unwrap_or_else(|| seen.body());
                let found = path.get(root).ok();
                found.and_then(mapping::Found::first).cloned().unwrap_or_default()
            }
            Shape::Words(words) => words.value(seen),
            Shape::Fields(fields) => {
                let mut map = Map::with_capacity(fields.len());
                for (key, shape) in fields {
                    map.insert(key.clone(), shape.value(seen, item));
                }
                Value::Object(map)
            }
        }
    }

    fn reads(&self, root: &str) -> bool {
        match self {
            Shape::Path(_) => false,
            Shape::Words(w) => w.reads(root),
            Shape::Fields(fields) => fields.iter().any(|(_, s)| s.reads(root)),
        }
    }
}
