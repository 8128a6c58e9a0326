//! One operation as an action.

use serde_json::{Map, Value, json};

use super::paging;
use super::schema::{Document, sentence, snake, usable, words};
use crate::outbound::inline;

/// An operation of a document.
pub struct Operation<'d> {
    pub key: String,
    pub path: &'d str,
    pub method: &'static str,
    pub item: &'d Value,
    pub op: &'d Value,
}

/// What was made of an operation.
pub struct Made {
    pub manifest: Value,
    /// For its fixture.
    pub input: Value,
    pub path: String,
    pub query: Value,
    pub status: u16,
    pub response: Value,
    /// The page after the last one, where only an empty one ends the list.
    pub empty_page: Option<Value>,
}

impl<'d> Operation<'d> {
    pub fn new(path: &'d str, method: &'static str, item: &'d Value, op: &'d Value) -> Self {
        let named = op["operationId"].as_str().map(snake).filter(|k| !k.is_empty());
        let key = named.unwrap_or_else(|| snake(&format!("{method}_{path}")));
        // A key begins with a letter.
        let key =
            if key.starts_with(|c: char| c.is_ascii_digit()) { format!("op_{key}") } else { key };
        Operation { key, path, method, item, op }
    }

    /// The action.
    pub fn action(&self, d: &Document<'d>, notes: &mut Vec<String>) -> Made {
        let mut made = Fields::default();
        let mut path = self.path.to_owned();
        let mut shown = path.clone();
        for p in self.parameters(d) {
            self.parameter(d, &p, &mut made, &mut path, &mut shown, notes);
        }
        let mut call = Map::new();
        if self.method != "get" {
            call.insert("method".into(), json!(self.method.to_uppercase()));
        }
        call.insert("url".into(), json!(path));
        let body = self.body(d, &mut made, notes);
        let (status, response) = self.response(d);
        let kind = self.kind(&response);
        let page = (kind == "list").then(|| paging::guess(d, &made.query, &response)).flatten();
        if let Some(page) = &page {
            notes.push(format!("{}: pages are guessed ({})", self.key, page.words));
            made.leave_out(&page.params);
        }
        if !made.query.is_empty() {
            call.insert("query".into(), Value::Object(made.query.clone()));
        }
        if !made.headers.is_empty() {
            call.insert("headers".into(), Value::Object(made.headers.clone()));
        }
        call.extend(body);
        if let Some(page) = &page {
            call.insert("paginate".into(), page.paginate.clone());
        }
        let sample = d.sample(&response, 0);
        let mut action = json!({ "title": self.title(), "kind": kind });
        if let Some(about) = self.op["description"].as_str().and_then(sentence) {
            action["description"] = json!(about);
        }
        if let Some(tag) = self.op["tags"][0].as_str() {
            action["group"] = json!(tag);
        }
        action["input"] = Value::Array(made.all.clone());
        action["call"] = Value::Object(call);
        let output = d.fields(&d.owned(&response), 2);
        if !output.is_empty() && page.is_none() {
            action["output"] = Value::Array(output.into_iter().map(bare).collect());
        }
        if kind == "delete" {
            action["dangerous"] = json!(true);
        }
        Made {
            manifest: action,
            input: Value::Object(made.input),
            path: shown,
            query: if page.is_some() { Value::Null } else { Value::Object(made.sent) },
            status,
            empty_page: page.as_ref().and_then(paging::Page::empty),
            response: last_page(page.as_ref(), sample),
        }
    }

    fn title(&self) -> String {
        let summary = self.op["summary"].as_str().and_then(sentence);
        let summary = summary.map(|s| s.trim_end_matches('.').to_owned());
        summary.filter(|s| !s.is_empty()).unwrap_or_else(|| words(&self.key))
    }

    /// What the action does, by its method and the shape of what comes back.
    fn kind(&self, response: &Value) -> &'static str {
        match self.method {
            "post" => "create",
            "put" | "patch" => "update",
            "delete" => "delete",
            _ if self.path.ends_with('}') => "get",
            _ if paging::list(response).is_some() => "list",
            _ => "get",
        }
    }

    fn parameters(&self, d: &Document<'d>) -> Vec<Value> {
        let shared = self.item["parameters"].as_array().into_iter().flatten();
        let own = self.op["parameters"].as_array().into_iter().flatten();
        let mut out: Vec<Value> = Vec::new();
        for p in shared.chain(own).map(|p| d.resolve(p)) {
            // Its own parameter stands in place of the shared one.
            out.retain(|o| o["name"] != p["name"] || o["in"] != p["in"]);
            out.push(p.clone());
        }
        out
    }

    fn parameter(
        &self,
        d: &Document<'d>,
        p: &Value,
        made: &mut Fields,
        path: &mut String,
        shown: &mut String,
        notes: &mut Vec<String>,
    ) {
        let Some(name) = p["name"].as_str() else { return };
        let schema = d.owned(&p["schema"]);
        let place = p["in"].as_str().unwrap_or_default();
        let required = p["required"] == true || place == "path";
        let own = ["authorization", "content-type", "accept"];
        if !matches!(place, "path" | "query" | "header")
            || own.contains(&name.to_ascii_lowercase().as_str())
        {
            return;
        }
        let key = made.key(name);
        let mut described = schema.clone();
        if described["description"].is_null() {
            described["description"] = p["description"].clone();
        }
        made.all.push(d.field(&key, name, &described, required, 0));
        let given = required.then(|| sample(d, p, &schema));
        if let Some(value) = &given {
            made.input.insert(key.clone(), value.clone());
        }
        let template = format!("{{{{input.{key}}}}}");
        match place {
            "path" => {
                *path = path.replace(&format!("{{{name}}}"), &template);
                let text = given.as_ref().map(crate::outbound::form::plain).unwrap_or_default();
                let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                *shown = shown.replace(&format!("{{{name}}}"), &text.replace('+', "%20"));
            }
            "query" => {
                made.query.insert(name.to_owned(), json!(template));
                made.sent.extend(given.map(|v| (name.to_owned(), v)));
                if schema["type"] == "array" && p["explode"] == false {
                    notes.push(format!(
                        "{}: {name} is sent as {name}=a&{name}=b; the service wants a,b",
                        self.key
                    ));
                }
            }
            _ => {
                made.headers.insert(name.to_owned(), json!(template));
            }
        }
    }

    /// The body as keys of the call.
    fn body(
        &self,
        d: &Document<'d>,
        made: &mut Fields,
        notes: &mut Vec<String>,
    ) -> Map<String, Value> {
        let body = d.resolve(&self.op["requestBody"]);
        let content = &body["content"];
        let mut out = Map::new();
        let media = |part: &str| {
            let all = content.as_object().into_iter().flatten();
            all.into_iter().find(|(m, _)| m.contains(part)).map(|(_, c)| c)
        };
        let (kind, found) = if let Some(c) = media("json") {
            ("json", c)
        } else if let Some(c) = media("x-www-form-urlencoded") {
            ("form", c)
        } else if let Some(c) = media("multipart") {
            ("multipart", c)
        } else {
            if content.as_object().is_some_and(|c| !c.is_empty()) {
                notes.push(format!("{}: its body is of a kind that is not taken over", self.key));
            }
            return out;
        };
        let schema = d.flat(&found["schema"]);
        if !schema["properties"].is_object() {
            let needed = body["required"] == true;
            made.all.push(d.field("body", "body", &json!({ "type": "object" }), needed, 0));
            if needed {
                made.input.insert("body".into(), d.sample(&schema, 0));
            }
            out.insert("json".into(), json!("{{input.body}}"));
            notes.push(format!(
                "{}: its body has no named fields; it is one field of JSON",
                self.key
            ));
            return out;
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let (mut tree, mut parts) = (Map::new(), Vec::new());
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let property = d.owned(property);
            if property["readOnly"] == true || !usable(name) {
                continue;
            }
            let needed = required.iter().any(|r| r == name);
            let key = made.key(name);
            made.all.push(d.field(&key, name, &property, needed, 0));
            let file = super::schema::kind(&property) == "file";
            if needed {
                let handle = || inline::handle("file.txt", "text/plain", b"file");
                let sample = if file { handle() } else { d.sample(&property, 0) };
                made.input.insert(key.clone(), sample);
            }
            let template = format!("{{{{input.{key}}}}}");
            let role = if file { "file" } else { "value" };
            parts.push(json!({ "name": name, role: template }));
            tree.insert(name.clone(), json!(template));
        }
        if kind == "multipart" {
            out.insert(kind.into(), Value::Array(parts));
        } else {
            out.insert(kind.into(), Value::Object(tree));
        }
        out
    }

    /// The status and schema of the answer that means that it worked.
    fn response(&self, d: &Document<'d>) -> (u16, Value) {
        let all = self.op["responses"].as_object();
        let good = all.into_iter().flatten().find(|(s, _)| s.starts_with('2'));
        let good = good.or_else(|| all.into_iter().flatten().find(|(s, _)| *s == "default"));
        let Some((status, response)) = good else { return (200, Value::Null) };
        let content = d.resolve(response)["content"].as_object();
        let json = content.into_iter().flatten().find(|(m, _)| m.contains("json"));
        let schema = json.map_or(Value::Null, |(_, c)| d.flat(&c["schema"]));
        (status.parse().unwrap_or(200), schema)
    }
}

/// A field of an output: its name and type only.
fn bare(mut f: Value) -> Value {
    if let Value::Object(map) = &mut f {
        for key in ["required", "advanced", "max", "min", "help", "options"] {
            map.remove(key);
        }
        if map.get("type").is_some_and(|t| t == "select") {
            map.remove("type");
        }
        if let Some(Value::Array(inner)) = map.get_mut("fields") {
            for f in inner {
                *f = bare(f.take());
            }
        }
    }
    f
}

fn sample(d: &Document<'_>, p: &Value, schema: &Value) -> Value {
    let given = p.get("example").filter(|e| !e.is_null());
    given.cloned().unwrap_or_else(|| d.sample(schema, 0))
}

/// The sample as the last page, so that its fixture ends.
fn last_page(page: Option<&paging::Page>, mut sample: Value) -> Value {
    if let (Some(page), Value::Object(map)) = (page, &mut sample)
        && let Some(next) = &page.next
    {
        super::paging::clear(map, next);
    }
    sample
}

/// Inputs as they are collected.
#[derive(Default)]
pub struct Fields {
    pub all: Vec<Value>,
    pub query: Map<String, Value>,
    pub headers: Map<String, Value>,
    /// Sample values of what is required.
    pub input: Map<String, Value>,
    /// What of them goes into the query.
    pub sent: Map<String, Value>,
}

impl Fields {
    /// A key that is free for a name.
    fn key(&self, name: &str) -> String {
        let mut key = if usable(name) { name.to_owned() } else { snake(name) };
        if key.is_empty() {
            key.push_str("field");
        }
        while self.all.iter().any(|f| f["key"] == key) {
            key.push_str("_2");
        }
        key
    }

    /// Takes out what paging fills in.
    fn leave_out(&mut self, params: &[String]) {
        for name in params {
            self.query.shift_remove(name);
            self.sent.shift_remove(name);
            self.input.shift_remove(name);
            self.all.retain(|f| f["key"] != name.as_str());
        }
    }
}
