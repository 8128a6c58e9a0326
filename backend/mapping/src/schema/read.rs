//! Reads a schema document.

use std::collections::HashMap;

use domain::Problem;
use domain::limits::{PATTERN_BYTES, SCHEMA_BYTES, SCHEMA_DEPTH};
use domain::problem::nearest;
use regex::RegexBuilder;
use serde_json::{Map, Value};

use super::{Bounds, Kind, Node, Rules, Schema};

/// Keywords that say nothing about which values fit.
const NOTES: &[&str] = &[
    "$schema",
    "$id",
    "$comment",
    "$anchor",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "$defs",
    "definitions",
];
const RULES: &[&str] = &[
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "$ref",
];

const KINDS: [(&str, Kind); 7] = [
    ("null", Kind::Null),
    ("boolean", Kind::Boolean),
    ("object", Kind::Object),
    ("array", Kind::Array),
    ("number", Kind::Number),
    ("integer", Kind::Integer),
    ("string", Kind::String),
];

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// Its faults, with their places in the document.
    pub fn read(document: &Value) -> Result<Schema, Vec<Problem>> {
        let mut r = Reader { problems: Vec::new(), wanted: Vec::new(), named: HashMap::new() };
        if document.to_string().len() > SCHEMA_BYTES {
            r.say(
                "",
                format!("the schema is larger than {SCHEMA_BYTES} bytes"),
                format!("схема больше {SCHEMA_BYTES} байт"),
            );
            return Err(r.problems);
        }
        let root = r.node(document, "", 0);
        while let Some((pointer, at)) = r.wanted.pop() {
            if r.named.contains_key(&pointer) {
                continue;
            }
            match document.pointer(&pointer) {
                Some(v) => {
                    let node = r.node(v, &pointer, 0);
                    r.named.insert(pointer, node);
                }
                None => r.say(
                    &at,
                    format!("there is no \"#{pointer}\" in the schema"),
                    format!("в схеме нет «#{pointer}»"),
                ),
            }
        }
        if r.problems.is_empty() { Ok(Schema { root, named: r.named }) } else { Err(r.problems) }
    }
}

struct Reader {
    problems: Vec<Problem>,
    /// References to be read: what, and where they stand.
    wanted: Vec<(String, String)>,
    named: HashMap<String, Node>,
}

impl Reader {
    fn say(&mut self, at: &str, en: impl Into<String>, ru: impl Into<String>) {
        self.problems.push(Problem::error("schema", at, en, ru));
    }

    fn node(&mut self, v: &Value, at: &str, depth: usize) -> Node {
        if depth > SCHEMA_DEPTH {
            self.say(
                at,
                format!("deeper than {SCHEMA_DEPTH} levels"),
                format!("глубже {SCHEMA_DEPTH} уровней"),
            );
            return Node::Anything;
        }
        match v {
            Value::Bool(true) => Node::Anything,
            Value::Bool(false) => Node::Nothing,
            Value::Object(m) => Node::Rules(Box::new(self.rules(m, at, depth))),
            _ => {
                self.say(
                    at,
                    "a schema is an object, true or false",
                    "схема — это объект, true или false",
                );
                Node::Anything
            }
        }
    }

    fn rules(&mut self, m: &Map<String, Value>, at: &str, depth: usize) -> Rules {
        let mut rules = Rules::default();
        for (key, v) in m {
            let place = format!("{at}/{key}");
            if NOTES.contains(&key.as_str()) {
                continue;
            }
            if self.of_values(&mut rules, key, v, &place) {
                continue;
            }
            let deeper = depth + 1;
            match key.as_str() {
                "properties" => rules.properties = self.map(v, &place, deeper),
                "additionalProperties" => rules.others = Some(self.node(v, &place, deeper)),
                "items" => rules.items = Some(self.node(v, &place, deeper)),
                "allOf" => rules.all = self.list(v, &place, deeper),
                "anyOf" => rules.any = self.list(v, &place, deeper),
                "oneOf" => rules.one = self.list(v, &place, deeper),
                "not" => rules.not = Some(self.node(v, &place, deeper)),
                "$ref" => rules.same_as = self.reference(v, &place),
                other => self.unknown(other, &place),
            }
        }
        rules
    }

    /// Reads the keywords that hold no schemas; false for any other.
    fn of_values(&mut self, r: &mut Rules, key: &str, v: &Value, at: &str) -> bool {
        match key {
            "type" => r.kinds = self.kinds(v, at),
            "enum" => r.allowed = self.values(v, at),
            "const" => r.allowed = Some(vec![v.clone()]),
            "required" => r.required = self.names(v, at),
            "minProperties" => r.members.min = self.size(v, at),
            "maxProperties" => r.members.max = self.size(v, at),
            "minItems" => r.count.min = self.size(v, at),
            "maxItems" => r.count.max = self.size(v, at),
            "uniqueItems" => r.unique = v == &Value::Bool(true),
            "minLength" => r.chars.min = self.size(v, at),
            "maxLength" => r.chars.max = self.size(v, at),
            "pattern" => r.pattern = self.pattern(v, at),
            "minimum" => r.number = Bounds { min: self.number(v, at), ..r.number },
            "maximum" => r.number = Bounds { max: self.number(v, at), ..r.number },
            "exclusiveMinimum" => r.above = self.number(v, at),
            "exclusiveMaximum" => r.below = self.number(v, at),
            "multipleOf" => r.multiple = self.number(v, at).filter(|n| *n > 0.0),
            _ => return false,
        }
        true
    }

    fn unknown(&mut self, key: &str, at: &str) {
        let near = nearest(key, RULES.iter().chain(NOTES).copied());
        let (en, ru) = near.map_or_else(Default::default, |n| {
            (format!("; did you mean \"{n}\"?"), format!("; возможно, «{n}»?"))
        });
        self.say(
            at,
            format!("the keyword \"{key}\" is not supported{en}"),
            format!("ключевое слово «{key}» не поддерживается{ru}"),
        );
    }

    fn kinds(&mut self, v: &Value, at: &str) -> Vec<Kind> {
        let words: Vec<&Value> = match v {
            Value::Array(a) => a.iter().collect(),
            one => vec![one],
        };
        let mut out = Vec::with_capacity(words.len());
        for w in words {
            match KINDS.iter().find(|(name, _)| w == name) {
                Some((_, kind)) => out.push(*kind),
                None => self.say(at, format!("there is no type {w}"), format!("нет типа {w}")),
            }
        }
        out
    }

    fn values(&mut self, v: &Value, at: &str) -> Option<Vec<Value>> {
        if let Value::Array(a) = v {
            return Some(a.clone());
        }
        self.say(at, "a list is expected", "нужен список");
        None
    }

    fn names(&mut self, v: &Value, at: &str) -> Vec<String> {
        let all = self.values(v, at).unwrap_or_default();
        let texts: Vec<String> = all.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect();
        if texts.len() != all.len() {
            self.say(at, "names are texts", "имена — это строки");
        }
        texts
    }

    fn size(&mut self, v: &Value, at: &str) -> Option<usize> {
        let n = v.as_u64().and_then(|n| usize::try_from(n).ok());
        if n.is_none() {
            self.say(at, "a whole number from 0 on is expected", "нужно целое число от 0");
        }
        n
    }

    fn number(&mut self, v: &Value, at: &str) -> Option<f64> {
        if v.as_f64().is_none() {
            self.say(at, "a number is expected", "нужно число");
        }
        v.as_f64()
    }

    fn pattern(&mut self, v: &Value, at: &str) -> Option<regex::Regex> {
        let text = v.as_str().unwrap_or_default();
        match RegexBuilder::new(text).size_limit(PATTERN_BYTES).build() {
            Ok(p) if v.is_string() => Some(p),
            _ => {
                self.say(
                    at,
                    "not a regular expression that can be used",
                    "это не регулярное выражение, которое можно использовать",
                );
                None
            }
        }
    }

    fn map(&mut self, v: &Value, at: &str, depth: usize) -> Vec<(String, Node)> {
        let Value::Object(m) = v else {
            self.say(at, "an object is expected", "нужен объект");
            return Vec::new();
        };
        let one =
            |(k, v): (&String, &Value)| (k.clone(), self.node(v, &format!("{at}/{k}"), depth));
        m.iter().map(one).collect()
    }

    fn list(&mut self, v: &Value, at: &str, depth: usize) -> Vec<Node> {
        let all = self.values(v, at).unwrap_or_default();
        let one = |(i, v): (usize, &Value)| self.node(v, &format!("{at}/{i}"), depth);
        all.iter().enumerate().map(one).collect()
    }

    fn reference(&mut self, v: &Value, at: &str) -> Option<String> {
        let pointer = v.as_str().and_then(|t| t.strip_prefix('#'));
        let pointer = pointer.filter(|p| p.is_empty() || p.starts_with('/')).map(str::to_owned);
        match &pointer {
            Some(p) => self.wanted.push((p.clone(), at.to_owned())),
            None => self.say(
                at,
                "only references inside the schema, such as #/$defs/name",
                "можно ссылаться только внутри схемы: #/$defs/имя",
            ),
        }
        pointer
    }
}
