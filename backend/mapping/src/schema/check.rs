//! Whether a value fits a schema, and where it does not.

use domain::Text;
use domain::limits::{SCHEMA_DEPTH, SCHEMA_FAULTS, SCHEMA_WORK};
use serde_json::{Map, Value};

use super::{Kind, Misfit, Node, Rules, Schema};

impl Schema {
    /// The first places where `value` does not fit, at most [`SCHEMA_FAULTS`]; none: it does.
    pub fn misfits(&self, value: &Value) -> Vec<Misfit> {
        let mut c = Check { schema: self, found: Vec::new(), most: SCHEMA_FAULTS, work: 0 };
        c.node(&self.root, value, "", 0);
        c.found
    }
}

struct Check<'s> {
    schema: &'s Schema,
    found: Vec<Misfit>,
    most: usize,
    /// Rules looked at so far.
    work: usize,
}

impl<'s> Check<'s> {
    fn say(&mut self, place: &str, en: impl Into<String>, ru: impl Into<String>) {
        if self.found.len() < self.most {
            self.found.push(Misfit { place: place.to_owned(), message: Text::new(en, ru) });
        }
    }

    /// Whether it fits, without saying where not.
    fn fits(&mut self, node: &'s Node, v: &Value, depth: usize) -> bool {
        let mut c = Check { schema: self.schema, found: Vec::new(), most: 1, work: self.work };
        c.node(node, v, "", depth);
        self.work = c.work;
        c.found.is_empty()
    }

    fn node(&mut self, node: &'s Node, v: &Value, at: &str, depth: usize) {
        self.work += 1;
        if depth > SCHEMA_DEPTH || self.work > SCHEMA_WORK {
            return self.say(
                at,
                "the data is too deep or too large for its schema",
                "данные слишком глубоки или велики для своей схемы",
            );
        }
        if self.found.len() >= self.most {
            return;
        }
        match node {
            Node::Anything => {}
            Node::Nothing => self.say(at, "nothing is allowed here", "здесь ничего не должно быть"),
            Node::Rules(r) => self.rules(r, v, at, depth),
        }
    }

    fn rules(&mut self, r: &'s Rules, v: &Value, at: &str, depth: usize) {
        if !r.kinds.is_empty() && !r.kinds.iter().any(|k| k.is_of(v)) {
            let names: Vec<&str> = r.kinds.iter().map(|k| k.word()).collect();
            let (names, got) = (names.join(" | "), word_of(v));
            return self.say(
                at,
                format!("{names} is expected, this is {got}"),
                format!("ожидается {names}, а здесь {got}"),
            );
        }
        if let Some(allowed) = &r.allowed
            && !allowed.iter().any(|a| same(a, v))
        {
            let all: Vec<String> = allowed.iter().take(10).map(Value::to_string).collect();
            let all = all.join(", ");
            self.say(at, format!("not one of {all}"), format!("не одно из {all}"));
        }
        match v {
            Value::Object(m) => self.object(r, m, at, depth),
            Value::Array(a) => self.list(r, a, at, depth),
            Value::String(s) => self.text(r, s, at),
            Value::Number(n) => self.number(r, n.as_f64().unwrap_or(f64::NAN), at),
            Value::Null | Value::Bool(_) => {}
        }
        self.combined(r, v, at, depth);
    }

    fn object(&mut self, r: &'s Rules, m: &Map<String, Value>, at: &str, depth: usize) {
        for name in r.required.iter().filter(|n| !m.contains_key(*n)) {
            self.say(&below(at, name), "this is missing", "этого не хватает");
        }
        self.size(r.members, m.len(), at);
        for (name, v) in m {
            let known = r.properties.iter().find(|(n, _)| n == name).map(|(_, node)| node);
            if let Some(node) = known.or(r.others.as_ref()) {
                self.node(node, v, &below(at, name), depth + 1);
            }
        }
    }

    fn list(&mut self, r: &'s Rules, a: &[Value], at: &str, depth: usize) {
        self.size(r.count, a.len(), at);
        if r.unique {
            // Bounded like everything else: each comparison counts.
            self.work += a.len().saturating_mul(a.len());
            let twice = |(i, v): (usize, &Value)| a[..i].iter().any(|b| same(b, v));
            if self.work <= SCHEMA_WORK && a.iter().enumerate().any(twice) {
                self.say(at, "an item is there twice", "элемент повторяется");
            }
        }
        if let Some(node) = &r.items {
            for (i, v) in a.iter().enumerate() {
                self.node(node, v, &format!("{at}[{i}]"), depth + 1);
            }
        }
    }

    fn text(&mut self, r: &Rules, s: &str, at: &str) {
        if r.chars.min.is_some() || r.chars.max.is_some() {
            self.size(r.chars, s.chars().count(), at);
        }
        if let Some(p) = &r.pattern
            && !p.is_match(s)
        {
            self.say(
                at,
                format!("the text does not match {p}"),
                format!("текст не подходит под {p}"),
            );
        }
    }

    fn number(&mut self, r: &Rules, n: f64, at: &str) {
        let low = r.number.min.is_some_and(|m| n < m) || r.above.is_some_and(|m| n <= m);
        let high = r.number.max.is_some_and(|m| n > m) || r.below.is_some_and(|m| n >= m);
        if low {
            self.say(at, "the number is too small", "число слишком мало");
        }
        if high {
            self.say(at, "the number is too large", "число слишком велико");
        }
        let parts = |m: f64| (n / m - (n / m).round()).abs() > 1e-9;
        if r.multiple.is_some_and(parts) {
            let m = r.multiple.unwrap_or_default();
            self.say(at, format!("not a multiple of {m}"), format!("не кратно {m}"));
        }
    }

    fn size(&mut self, b: super::Bounds<usize>, n: usize, at: &str) {
        if let Some(min) = b.min.filter(|m| n < *m) {
            self.say(at, format!("shorter than {min}"), format!("короче {min}"));
        }
        if let Some(max) = b.max.filter(|m| n > *m) {
            self.say(at, format!("longer than {max}"), format!("длиннее {max}"));
        }
    }

    fn combined(&mut self, r: &'s Rules, v: &Value, at: &str, depth: usize) {
        for node in &r.all {
            self.node(node, v, at, depth + 1);
        }
        if let Some(node) = r.same_as.as_ref().and_then(|name| self.schema.named.get(name)) {
            self.node(node, v, at, depth + 1);
        }
        if !r.any.is_empty() && !r.any.iter().any(|n| self.fits(n, v, depth + 1)) {
            self.say(at, "this fits none of what is allowed", "не подходит ни один из вариантов");
        }
        if !r.one.is_empty() {
            let n = r.one.iter().filter(|n| self.fits(n, v, depth + 1)).count();
            if n != 1 {
                self.say(
                    at,
                    format!("this fits {n} of what is allowed, exactly one is expected"),
                    format!("подходит вариантов: {n}, а нужен ровно один"),
                );
            }
        }
        if let Some(node) = &r.not
            && self.fits(node, v, depth + 1)
        {
            self.say(at, "this is not allowed", "это не допускается");
        }
    }
}

impl Kind {
    fn is_of(self, v: &Value) -> bool {
        match self {
            Kind::Null => v.is_null(),
            Kind::Boolean => v.is_boolean(),
            Kind::Object => v.is_object(),
            Kind::Array => v.is_array(),
            Kind::Number => v.is_number(),
            Kind::Integer => {
                let whole = |f: f64| f.fract() == 0.0;
                v.is_i64() || v.is_u64() || v.as_f64().is_some_and(whole)
            }
            Kind::String => v.is_string(),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "boolean",
            Kind::Object => "object",
            Kind::Array => "array",
            Kind::Number => "number",
            Kind::Integer => "integer",
            Kind::String => "string",
        }
    }
}

fn word_of(v: &Value) -> &'static str {
    match v {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::Number(_) => "number",
        Value::String(_) => "string",
    }
}

/// Equal as JSON Schema has it: 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|o| same(v, o)))
        }
        _ => a == b,
    }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
