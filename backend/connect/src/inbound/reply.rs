//! Answers to senders, made from templates. Text is always plain text and never sniffed, so an
//! echoed value cannot become a page.

use domain::delivery::Answer;
use domain::field::Escape;
use serde_json::Value;

use super::build::{Builder, Words};
use super::seen::Seen;
use crate::manifest;

/// A compiled answer.
pub(super) struct Reply {
    status: u16,
    headers: Vec<(String, Words)>,
    body: Body,
}

enum Body {
    Empty,
    Text(Words),
    Json(Tree),
    Xml(Words),
}

enum Tree {
    Leaf(Words),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Headers that the server writes itself.
pub const OWN: [&str; 5] =
    ["content-length", "transfer-encoding", "connection", "content-encoding", "set-cookie"];

impl Reply {
    /// Compiles an answer; `full` where its templates may read secrets.
    pub fn compile(
        b: &mut Builder,
        at: &str,
        r: &manifest::Reply,
        status: u16,
        full: bool,
    ) -> Reply {
        let status = r.status.unwrap_or(status);
        if !(200..=599).contains(&status) {
            let (en, ru) = ("not a final HTTP status", "не конечный статус HTTP");
            b.problem(&format!("{at}.status"), en, ru);
        }
        let bodies = [r.text.is_some(), r.json.is_some(), r.xml.is_some(), r.empty];
        if bodies.iter().filter(|x| **x).count() > 1 {
            let (en, ru) =
                ("only one of text, json, xml and empty", "только одно из text, json, xml и empty");
            b.problem(at, en, ru);
        }
        let body = match (&r.text, &r.json, &r.xml) {
            (Some(t), _, _) => Body::Text(b.words(&format!("{at}.text"), t, Escape::None, full)),
            (_, Some(j), _) => Body::Json(Tree::compile(b, &format!("{at}.json"), j, full)),
            (_, _, Some(x)) => Body::Xml(b.words(&format!("{at}.xml"), x, Escape::Xml, full)),
            _ => Body::Empty,
        };
        let mut headers = Vec::new();
        for (name, value) in &r.headers {
            let at = format!("{at}.headers.{name}");
            let lower = name.to_ascii_lowercase();
            if http::HeaderName::from_bytes(name.as_bytes()).is_err()
                || OWN.contains(&lower.as_str())
            {
                b.problem(
                    &at,
                    format!("the header {name} cannot be set"),
                    format!("заголовок {name} задать нельзя"),
                );
            }
            headers.push((lower, b.words(&at, value, Escape::None, full)));
        }
        Reply { status, headers, body }
    }

    /// 200 `{"ok":true}`.
    pub fn ok() -> Reply {
        let yes = Tree::Leaf(Words::Fixed(Value::Bool(true)));
        Reply {
            status: 200,
            headers: Vec::new(),
            body: Body::Json(Tree::Object(vec![("ok".into(), yes)])),
        }
    }

    /// 401 with a word.
    pub fn rejected() -> Reply {
        let text = Words::Fixed(Value::String("not verified".into()));
        Reply { status: 401, headers: Vec::new(), body: Body::Text(text) }
    }

    pub fn reads(&self, root: &str) -> bool {
        self.headers.iter().any(|(_, w)| w.reads(root))
            || match &self.body {
                Body::Empty => false,
                Body::Text(w) | Body::Xml(w) => w.reads(root),
                Body::Json(t) => t.reads(root),
            }
    }

    /// The answer to a delivery. A header value that HTTP does not allow is left out.
    pub fn answer(&self, seen: &mut Seen<'_>) -> Answer {
        let mut answer = match &self.body {
            Body::Empty => Answer::empty(self.status),
            Body::Text(w) => Answer::text(self.status, w.text(seen)),
            Body::Json(t) => Answer::json(self.status, &t.value(seen)),
            Body::Xml(w) => Answer::xml(self.status, w.text(seen)),
        };
        for (name, words) in &self.headers {
            answer.set_header(name, words.text(seen));
        }
        answer
    }
}

impl Tree {
    fn compile(b: &mut Builder, at: &str, v: &Value, full: bool) -> Tree {
        match v {
            Value::String(s) => Tree::Leaf(b.words(at, s, Escape::None, full)),
            Value::Array(items) => {
                let one = |(i, v)| Tree::compile(b, &format!("{at}[{i}]"), v, full);
                Tree::List(items.iter().enumerate().map(one).collect())
            }
            Value::Object(map) => {
                let one = |(k, v): (&String, _)| {
                    (k.clone(), Tree::compile(b, &format!("{at}.{k}"), v, full))
                };
                Tree::Object(map.iter().map(one).collect())
            }
            other => Tree::Leaf(Words::Fixed(other.clone())),
        }
    }

    fn value(&self, seen: &mut Seen<'_>) -> Value {
        match self {
            Tree::Leaf(w) => w.value(seen),
            Tree::List(items) => items.iter().map(|t| t.value(seen)).collect(),
            Tree::Object(members) => {
                Value::Object(members.iter().map(|(k, t)| (k.clone(), t.value(seen))).collect())
            }
        }
    }

    fn reads(&self, root: &str) -> bool {
        match self {
            Tree::Leaf(w) => w.reads(root),
            Tree::List(items) => items.iter().any(|t| t.reads(root)),
            Tree::Object(members) => members.iter().any(|(_, t)| t.reads(root)),
        }
    }
}
