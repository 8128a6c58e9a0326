//! What is known of a mapping's value before there is any (semantics S8).

use domain::flow::{Mapping, Source};
use serde_json::Value;

use crate::functions::{self, Call};
use crate::path::Path;

/// What a mapping gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Always a list.
    List,
    /// Always a map.
    Map,
    /// The data decides.
    Open,
}

/// Functions that give a list whatever they get.
const GIVE_LISTS: [&str; 7] =
    ["unique", "sort", "filter_list", "flatten", "chunk", "split", "values"];
/// Functions that give a list when they get one.
const KEEP_LISTS: [&str; 3] = ["default", "coalesce", "if_empty"];

/// The shape of the source alone.
pub fn of_source(source: &Source) -> Shape {
    match source {
        Source::Path(p) if Path::parse(p).is_ok_and(|p| !p.is_singular()) => Shape::List,
        Source::List(_) | Source::Literal(Value::Array(_)) => Shape::List,
        Source::Object(_) | Source::Literal(Value::Object(_)) => Shape::Map,
        Source::Literal(_) | Source::Path(_) | Source::Template(_) | Source::Secret(_) => {
            Shape::Open
        }
    }
}

/// The shape after the transform `name`; an error where it takes one value and would get a list.
pub fn after(shape: Shape, name: &str) -> Result<Shape, ()> {
    if GIVE_LISTS.contains(&name) {
        return Ok(Shape::List);
    }
    if shape != Shape::List || KEEP_LISTS.contains(&name) {
        return Ok(if KEEP_LISTS.contains(&name) { shape } else { Shape::Open });
    }
    match functions::get(name).map(|f| &f.call) {
        Some(Call::Text(_) | Call::Number(_) | Call::Date(_)) => Err(()),
        _ => Ok(Shape::Open),
    }
}

/// The shape after all transforms.
pub fn of(mapping: &Mapping) -> Shape {
    let start = of_source(&mapping.source);
    mapping.transforms.iter().fold(start, |s, t| after(s, &t.function).unwrap_or(Shape::Open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_give_lists_do_so_in_all_their_examples() {
        for name in GIVE_LISTS {
            let function = functions::get(name).unwrap();
            for made in function.examples.iter().filter_map(|e| e.output.ok()) {
                let made: Value = serde_json::from_str(made).unwrap();
                assert!(made.is_array() || made.is_null(), "{name} gave {made}");
            }
        }
        assert!(KEEP_LISTS.iter().all(|n| functions::get(n).is_some()));
    }
}
