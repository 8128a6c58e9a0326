//! Compiled calls.

use http::{HeaderName, Method};

use domain::Span;
use domain::flow::place;
use mapping::Path;
use serde_json::Value;

use super::{Compiler, Cond, Output, Scope, capped};
use crate::manifest::{self, Decode, ErrKind, PaginateKind};
use crate::template::{Text, Tree};

/// Pages fetched at most when nothing else is said, and whatever is said.
const PAGES: (u32, u32) = (10, 1_000);

/// What the templates of an output read.
const OUTPUT: [&str; 9] =
    ["res", "input", "conn", "run", "now", "steps", "item", "params", "search"];

/// A compiled call.
#[derive(Debug)]
pub struct Call {
    pub method: Method,
    pub url: Text,
    pub query: Tree,
    pub headers: Vec<(HeaderName, Text)>,
    pub body: Body,
    pub auth: bool,
    pub timeout: Option<Span>,
    pub decode: Decode,
    pub follow: bool,
    pub errors: Vec<Rule>,
    pub output: Output,
    pub paginate: Option<Paginate>,
    /// Its host is written in the manifest, so it is allowed beside `hosts`.
    pub own_host: bool,
}

/// The body of a call.
#[derive(Debug, Default)]
pub enum Body {
    #[default]
    None,
    Json(Tree),
    Form(Tree),
    Multipart(Vec<Part>),
    Xml(Text),
    Graphql {
        query: String,
        variables: Tree,
    },
    Text(Text),
    File(Text),
}

/// One part of a multipart body.
#[derive(Debug)]
pub struct Part {
    pub name: String,
    pub content: Content,
    pub filename: Option<Text>,
    pub content_type: Option<String>,
}

/// What a part holds.
#[derive(Debug)]
pub enum Content {
    Value(Text),
    File(Text),
}

/// A compiled error rule.
#[derive(Debug)]
pub struct Rule {
    pub when: Cond,
    pub kind: ErrKind,
    /// Whether `when` names a status (semantics S1).
    pub names_status: bool,
    pub message: Option<Text>,
    pub code: Option<Text>,
    pub retry_after: Option<Text>,
    pub field: Option<Text>,
}

/// Compiled paging.
#[derive(Debug)]
pub struct Paginate {
    pub kind: PaginateKind,
    pub items: Path,
    pub next: Option<Path>,
    pub into: Option<Put>,
    pub size_into: Option<Put>,
    pub size: Option<u32>,
    pub start: i64,
    pub stop: Option<Cond>,
    pub max_pages: u32,
}

/// Where a value is put into a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    Query(String),
    Json(String),
    Form(String),
    Header(HeaderName),
    /// In place of the whole address with its query.
    Address,
}

impl Call {
    /// The first two names of each path that the request reads.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let texts = std::iter::once(&self.url).chain(self.headers.iter().map(|(_, t)| t));
        texts.flat_map(Text::names).chain(self.query.names()).chain(self.body.names())
    }
}

impl Body {
    fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let (mut trees, mut texts) = (Vec::new(), Vec::new());
        match self {
            Body::None => {}
            Body::Json(t) | Body::Form(t) | Body::Graphql { variables: t, .. } => trees.push(t),
            Body::Xml(t) | Body::Text(t) | Body::File(t) => texts.push(t),
            Body::Multipart(parts) => texts.extend(parts.iter().flat_map(Part::texts)),
        }
        trees.into_iter().flat_map(Tree::names).chain(texts.into_iter().flat_map(Text::names))
    }
}

impl Part {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let (Content::Value(content) | Content::File(content)) = &self.content;
        std::iter::once(content).chain(&self.filename)
    }
}

impl Compiler {
    /// Compiles a call.
    pub fn call(
        &mut self,
        at: &str,
        c: &manifest::Call,
        scope: &Scope<'_>,
        lists: &dyn Fn(&str) -> bool,
    ) -> Call {
        let omit_empty = c.omit_empty.unwrap_or(true);
        let body = self.body(at, c, scope, omit_empty);
        let query = Value::Object(c.query.clone());
        Call {
            method: self.method(at, c, &body),
            url: self.url(&place::key(at, "url"), &c.url, scope),
            query: self.tree_of(&place::key(at, "query"), &query, scope, omit_empty),
            headers: self.texts(&place::key(at, "headers"), &c.headers, scope, Self::header),
            auth: c.auth,
            timeout: capped(c.timeout),
            decode: c.decode,
            follow: c.redirects.unwrap_or(matches!(body, Body::None)),
            errors: self.rules(&place::key(at, "errors"), &c.errors, scope),
            output: match &c.output {
                Some(o) => {
                    // What is kept is shown to people: no secrets (rule R9).
                    let scope = Scope { roots: &OUTPUT, secrets_allowed: false, ..*scope };
                    self.output(&place::key(at, "output"), o, &scope, lists)
                }
                None => Output::Whole,
            },
            paginate: c
                .paginate
                .as_ref()
                .and_then(|p| self.paginate(&place::key(at, "paginate"), p, scope)),
            body,
            own_host: false,
        }
    }

    fn method(&mut self, at: &str, c: &manifest::Call, body: &Body) -> Method {
        let default = if matches!(body, Body::None) { Method::GET } else { Method::POST };
        let Some(name) = &c.method else { return default };
        match name.as_str() {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" => {
                Method::from_bytes(name.as_bytes()).unwrap_or(default)
            }
            _ => {
                self.fault(
                    "method",
                    &place::key(at, "method"),
                    format!("\"{name}\" is not one of GET, POST, PUT, PATCH, DELETE, HEAD"),
                    format!("«{name}» — не GET, POST, PUT, PATCH, DELETE или HEAD"),
                );
                default
            }
        }
    }

    fn body(&mut self, at: &str, c: &manifest::Call, scope: &Scope<'_>, omit_empty: bool) -> Body {
        let key = |k: &str| place::key(at, k);
        let mut bodies = Vec::new();
        if let Some(v) = &c.json {
            bodies.push(Body::Json(self.tree_of(&key("json"), v, scope, omit_empty)));
        }
        if let Some(v) = &c.form {
            bodies.push(Body::Form(self.tree_of(
                &key("form"),
                &Value::Object(v.clone()),
                scope,
                omit_empty,
            )));
        }
        if let Some(parts) = &c.multipart {
            bodies.push(Body::Multipart(self.parts(&key("multipart"), parts, scope)));
        }
        if let Some(v) = &c.xml {
            bodies.push(Body::Xml(self.xml(&key("xml"), v, scope)));
        }
        if let Some(g) = &c.graphql {
            let variables = Value::Object(g.variables.clone());
            let variables =
                self.tree_of(&format!("{at}.graphql.variables"), &variables, scope, omit_empty);
            bodies.push(Body::Graphql { query: g.query.clone(), variables });
        }
        if let Some(v) = &c.text {
            bodies.push(Body::Text(self.text(&key("text"), v, scope)));
        }
        if let Some(v) = &c.file {
            bodies.push(Body::File(self.text(&key("file"), v, scope)));
        }
        if bodies.len() > 1 {
            self.fault(
                "call_bodies",
                at,
                "a call has at most one of json, form, multipart, xml, graphql, text and file"
                    .into(),
                "у вызова не больше одного из json, form, multipart, xml, graphql, text, file"
                    .into(),
            );
        }
        bodies.pop().unwrap_or_default()
    }

    fn parts(&mut self, at: &str, parts: &[manifest::Part], scope: &Scope<'_>) -> Vec<Part> {
        let mut out = Vec::with_capacity(parts.len());
        for (i, p) in parts.iter().enumerate() {
            let at = place::item(at, i);
            let content = match (&p.value, &p.file) {
                (Some(v), None) => Content::Value(self.text(&place::key(&at, "value"), v, scope)),
                (None, Some(f)) => Content::File(self.text(&place::key(&at, "file"), f, scope)),
                _ => {
                    self.fault(
                        "part_content",
                        &at,
                        "a part has either value or file".into(),
                        "у части либо value, либо file".into(),
                    );
                    continue;
                }
            };
            out.push(Part {
                name: p.name.clone(),
                content,
                filename: self.maybe(&place::key(&at, "filename"), p.filename.as_deref(), scope),
                content_type: p.content_type.clone(),
            });
        }
        out
    }

    /// Compiles error rules. Their templates see the answer as `res`.
    pub fn rules(
        &mut self,
        at: &str,
        rules: &[manifest::ErrorRule],
        scope: &Scope<'_>,
    ) -> Vec<Rule> {
        let roots = ["res", "input", "params", "conn"];
        // An answer's rules are shown to people: no secrets there, even where the call has some.
        let scope = Scope { roots: &roots, secrets_allowed: false, ..*scope };
        let mut out = Vec::with_capacity(rules.len());
        for (i, r) in rules.iter().enumerate() {
            let at = place::item(at, i);
            let mut text =
                |k: &str, t: &Option<String>| self.maybe(&place::key(&at, k), t.as_deref(), &scope);
            let message = text("message", &r.message);
            let code = text("code", &r.code);
            let retry_after = text("retry_after", &r.retry_after);
            let field = text("field", &r.field);
            out.push(Rule {
                when: self.cond(&place::key(&at, "when"), &r.when, &scope),
                kind: r.kind,
                names_status: r.when.names_status(),
                message,
                code,
                retry_after,
                field,
            });
        }
        out
    }

    fn paginate(
        &mut self,
        at: &str,
        p: &manifest::Paginate,
        scope: &Scope<'_>,
    ) -> Option<Paginate> {
        let items = self.path(&place::key(at, "items"), &p.items);
        let next = p.next.as_ref().and_then(|n| self.path(&place::key(at, "next"), n));
        let start = p.start.unwrap_or(i64::from(p.kind == PaginateKind::Page));
        let into = p.into.as_ref().and_then(|i| self.put(&place::key(at, "into"), i));
        let size_into =
            p.size_into.as_ref().and_then(|i| self.put(&place::key(at, "size_into"), i));
        let (needs_into, needs_next) = match p.kind {
            PaginateKind::Cursor => (true, true),
            PaginateKind::Page | PaginateKind::Offset => (true, false),
            PaginateKind::LinkHeader => (false, false),
            PaginateKind::NextUrl => (false, true),
        };
        if (needs_into && into.is_none()) || (needs_next && next.is_none()) {
            self.fault(
                "paginate",
                at,
                "paging by cursor, page or offset needs into; by cursor or next_url it needs next"
                    .into(),
                "страницам cursor, page и offset нужен into, а cursor и next_url — ещё и next"
                    .into(),
            );
        }
        Some(Paginate {
            kind: p.kind,
            items: items?,
            next,
            into,
            size_into,
            size: p.size,
            start,
            stop: p.stop.as_ref().map(|c| self.cond(&place::key(at, "stop"), c, scope)),
            max_pages: p.max_pages.unwrap_or(PAGES.0).clamp(1, PAGES.1),
        })
    }

    /// Reads `query.NAME`, `json.NAME`, `form.NAME` or `header.NAME`.
    pub fn put(&mut self, at: &str, text: &str) -> Option<Put> {
        match text.split_once('.') {
            Some(("query", n)) => Some(Put::Query(n.to_owned())),
            Some(("json", n)) => Some(Put::Json(n.to_owned())),
            Some(("form", n)) => Some(Put::Form(n.to_owned())),
            Some(("header", n)) => self.header(at, n).map(Put::Header),
            _ => {
                self.fault(
                    "put",
                    at,
                    format!("\"{text}\" is not query.NAME, json.NAME, form.NAME or header.NAME"),
                    format!("«{text}» — не query.ИМЯ, json.ИМЯ, form.ИМЯ или header.ИМЯ"),
                );
                None
            }
        }
    }
}
