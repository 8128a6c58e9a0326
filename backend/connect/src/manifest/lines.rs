//! Where the keys of a YAML document stand, by their place in it.

use std::collections::HashMap;
use std::fmt;

use domain::flow::place;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// Line and column of every place, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(HashMap<String, (u64, u64)>);

impl Lines {
    /// Reads the places of a document; none of a text that is no YAML.
    pub fn of(text: &str) -> Self {
        let mut lines = Self::default();
        if let Ok(root) = serde_saphyr::from_str::<Spanned<Node>>(text) {
            lines.note("", &root.value);
        }
        lines
    }

    /// The line and column of a place, or of the nearest place around it.
    pub fn get(&self, place: &str) -> Option<(u64, u64)> {
        let mut at = place;
        loop {
            if let Some(found) = self.0.get(at) {
                return Some(*found);
            }
            at = &at[..at.rfind(['.', '['])?];
        }
    }

    fn note(&mut self, at: &str, node: &Node) {
        match node {
            Node::Leaf => {}
            Node::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.spot(place::item(at, i), item.referenced, &item.value);
                }
            }
            Node::Map(members) => {
                for (key, value) in members {
                    let spot =
                        if key.referenced.line() > 0 { key.referenced } else { value.referenced };
                    self.spot(place::key(at, &key.value), spot, &value.value);
                }
            }
        }
    }

    fn spot(&mut self, at: String, spot: serde_saphyr::Location, node: &Node) {
        self.note(&at, node);
        if spot.line() > 0 {
            self.0.insert(at, (spot.line(), spot.column()));
        }
    }
}

enum Node {
    Leaf,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Nodes)
    }
}

struct Nodes;

impl<'de> Visitor<'de> for Nodes {
    type Value = Node;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Node, D::Error> {
        Node::deserialize(d)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Node, D::Error> {
        IgnoredAny::deserialize(d).map(|_| Node::Leaf)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_the_line_of_their_key() {
        let lines = Lines::of("a: 1\nb:\n  c: [x, {d: 2}]\n  e.f:\n    - g: |\n        text\n");
        assert_eq!(lines.get("a").map(|l| l.0), Some(1));
        assert_eq!(lines.get("b").map(|l| l.0), Some(2));
        assert_eq!(lines.get("b.c[1].d").map(|l| l.0), Some(3));
        assert_eq!(lines.get("b[\"e.f\"][0].g").map(|l| l.0), Some(5));
        assert_eq!(lines.get("b.c[1].unknown").map(|l| l.0), Some(3), "the place around it");
        assert_eq!(Lines::of(": [").get("a"), None);
    }
}
