//! The server keeps to its document: whatever it is sent, it answers with a status that the
//! operation has, never with a fault of its own; what it refuses is told as problem details with a
//! code of the table, in the language of the caller; what it does fits the schema. Inputs are made from the document, the same in
//! every run of the test.

mod odd;
mod shape;

use std::collections::BTreeMap;

use domain::{Code, Role};
use futures::StreamExt;
use futures::stream;
use serde_json::{Value, json};
use tests::both;
use tests::world::{Answer, Api, Body, Request, World, json as json_body};

use super::rights::PREFIXES;
use crate::samples::{deliver, id};
use odd::Dice;
use shape::Shapes;

both! {
    odd_input_of_every_kind_gets_a_documented_answer,
    what_does_not_fit_the_document_is_refused,
}

/// Requests under way at once.
const TOGETHER: usize = 8;
/// An endless answer.
const ENDLESS: &str = "/stream";
/// Faults that a failure names.
const FAULTS_SHOWN: usize = 25;

/// One operation of the document.
struct Operation {
    method: String,
    /// Below the base, with the names of its parameters.
    path: String,
    /// Names and schemas of the parameters of the address.
    query: Vec<(String, Value)>,
    body: Option<Value>,
    /// Nothing can be done without a body.
    needs_body: bool,
    responses: Value,
}

/// A request, and why it is sent.
struct Trial<'o> {
    op: &'o Operation,
    request: Request,
    why: String,
    /// The document says that this cannot be accepted.
    wrong: bool,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with these values in place of its parameters.
    fn at(&self, with: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        for (n, part) in self.path.split(['{', '}']).enumerate() {
            out += &if n % 2 == 0 { part.to_owned() } else { with(part) };
        }
        out
    }

    fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split(['{', '}']).skip(1).step_by(2)
    }
}

fn operations(doc: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in doc["paths"].as_object().unwrap() {
        let path = path.strip_prefix(api::v1::BASE).unwrap();
        for (method, op) in item.as_object().unwrap() {
            let parameters = op["parameters"].as_array().cloned().unwrap_or_default();
            let query = parameters.iter().filter(|p| p["in"] == "query");
            let named = |p: &Value| (p["name"].as_str().unwrap().to_owned(), p["schema"].clone());
            let body = &op["requestBody"]["content"]["application/json"]["schema"];
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.to_owned(),
                query: query.map(named).collect(),
                body: (!body.is_null()).then(|| body.clone()),
                needs_body: op["requestBody"]["required"] == true,
                responses: op["responses"].clone(),
            });
        }
    }
    all.retain(|op| op.path != ENDLESS);
    // What removes things comes last: the others are tried on them.
    all.sort_by_key(|op| op.method == "DELETE");
    assert!(all.len() > 100, "the document has its operations");
    all
}

/// A workspace with one thing of each kind, and the ids by the names of parameters.
struct Things<'w> {
    api: Api<'w>,
    ids: BTreeMap<String, String>,
}

impl<'w> Things<'w> {
    async fn of(w: &'w World) -> Things<'w> {
        w.owner().await;
        let api = w.api(Role::Owner).await.in_russian();
        let crm = w.crm().await;
        let hook = w.flow(&deliver(w, "")).publish().await;
        w.accepted(&hook, id("a")).await;
        w.ended(&hook, 1).await;
        let declared = json!({ "name": "order.created", "title": "An order",
            "schema": { "type": "object" }, "sample": { "id": "A-1" } });
        api.post("/event-types", &declared).await.done();
        let listener = json!({ "name": "one", "url": w.hooks.http().url("/one") });
        api.post("/subscribers", &listener).await.done();
        api.post("/temporary-addresses", &json!({ "name": "t" })).await.done();
        api.post("/invitations", &json!({ "role": "viewer" })).await.done();
        let mut things = Things { api, ids: BTreeMap::new() };
        for (name, known) in [
            ("connector", "bitrix24"),
            ("event_type", "order.created"),
            ("name", "pin"),
            ("step", "out"),
            ("version", "1"),
        ] {
            things.ids.insert(name.to_owned(), known.to_owned());
        }
        let (flow, connection) = (hook.id.to_string(), crm.id.to_string());
        things.ids.extend([("flow".to_owned(), flow), ("connection".to_owned(), connection)]);
        for list in ["/runs", "/deliveries", "/subscribers", "/temporary-addresses", "/invitations"]
        {
            let all = things.api.get(list).await.ok();
            things.learn(&all);
        }
        let delivery = things.ids["delivery"].clone();
        things.ids.insert("sample".to_owned(), delivery);
        things
    }

    /// Takes the first id of each kind.
    fn learn(&mut self, answer: &Value) {
        match answer {
            Value::Array(items) => items.iter().for_each(|i| self.learn(i)),
            Value::Object(members) => members.values().for_each(|m| self.learn(m)),
            Value::String(text) if text.len() == 30 => {
                if let Some((name, _)) = PREFIXES.iter().find(|(_, p)| text.starts_with(p)) {
                    self.ids.entry((*name).to_owned()).or_insert_with(|| text.clone());
                }
            }
            _ => {}
        }
    }

    /// The id for a parameter; one that nothing has where there is none.
    fn id(&self, parameter: &str) -> String {
        let nothing = || {
            let prefix = PREFIXES.iter().find(|(n, _)| *n == parameter).map_or("", |(_, p)| p);
            format!("{prefix}{}", "0".repeat(26))
        };
        self.ids.get(parameter).cloned().unwrap_or_else(nothing)
    }

    fn request(&self, op: &Operation, path: &str, body: Option<Body>) -> Request {
        Request { body: body.unwrap_or_default(), ..self.api.request(&op.method, path) }
    }
}

/// What is wrong with an answer.
fn faults(shapes: &Shapes, t: &Trial<'_>, a: &Answer) -> Vec<String> {
    let mut out = Vec::new();
    let status = a.status();
    let kind = a.reply.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let exact = &t.op.responses[status.to_string()];
    let refused = !exact.is_object();
    if status >= 500 || refused && status < 400 {
        out.push(format!("status {status}"));
    }
    if !refused && t.wrong {
        out.push(format!("accepted with {status}"));
    }
    let documented = if refused { &t.op.responses["default"] } else { exact };
    let contents = documented["content"].as_object();
    match contents {
        None if !a.reply.body.is_empty() => out.push("a body that is not documented".to_owned()),
        None => {}
        Some(all) => match all.get(kind) {
            None => out.push(format!("{status} with the undocumented type {kind:?}")),
            Some(content) if kind.ends_with("json") => {
                let found = serde_json::from_str(&a.reply.body).map_err(|e| e.to_string());
                match found {
                    Ok(body) => shapes.check(&content["schema"], &body, "$", &mut out),
                    Err(e) => out.push(format!("no JSON: {e}")),
                }
            }
            Some(_) => {}
        },
    }
    if refused {
        out.extend(english(&a.body).map(|text| format!("English for a reader of Russian: {text}")));
        let code = a.body["code"].as_str().unwrap_or_default();
        if Code::parse(code).is_none() || a.body["status"] != status {
            out.push(format!("a problem of status {} with the code {code:?}", a.body["status"]));
        }
    }
    let about = |f: String| {
        let body: String = a.reply.body.chars().take(200).collect();
        let Request { method, target, .. } = &t.request;
        let target: String = target.chars().take(120).collect();
        format!("{}: {}: {f}\n    {method} {target} -> {status} {body}", t.op.name(), t.why)
    };
    out.into_iter().map(about).collect()
}

/// What a problem says in English alone; the words of services are theirs.
fn english(problem: &Value) -> impl Iterator<Item = String> {
    let own = !matches!(problem["side"].as_str(), Some("remote" | "access"));
    let faults = problem["problems"].as_array().into_iter().flatten().map(|p| &p["message"]);
    let more = [&problem["detail"], &problem["action"]["label"]].into_iter().chain(faults);
    let all = std::iter::once(&problem["title"]).chain(more.filter(move |_| own));
    let russian = |t: &str| t.chars().any(|c| ('А'..='я').contains(&c));
    let texts: Vec<String> = all.filter_map(Value::as_str).map(str::to_owned).collect();
    texts.into_iter().filter(move |t| !russian(t))
}

/// Sends all of them and holds the answers against the document.
async fn held(things: &Things<'_>, shapes: &Shapes, trials: Vec<Trial<'_>>) {
    assert!(!trials.is_empty());
    let answers = stream::iter(trials).map(async |t: Trial<'_>| {
        let answer = things.api.send(t.request.clone()).await;
        faults(shapes, &t, &answer)
    });
    let found: Vec<Vec<String>> = answers.buffer_unordered(TOGETHER).collect().await;
    let found: Vec<String> = found.into_iter().flatten().collect();
    let shown = &found[..found.len().min(FAULTS_SHOWN)];
    assert!(found.is_empty(), "{} faults, such as\n{}", found.len(), shown.join("\n"));
}

async fn odd_input_of_every_kind_gets_a_documented_answer(w: &World) {
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let (shapes, operations) = (Shapes::of(&doc), operations(&doc));
    let things = Things::of(w).await;
    let mut trials = Vec::new();
    for (n, op) in operations.iter().enumerate() {
        let mut dice = Dice::of(n);
        let path = op.at(|p| things.id(p));
        let base =
            op.body.as_ref().map(|s| shapes.sample(s, &|name| things.ids.get(name).cloned()));
        let mut add = |why: String, request: Request| {
            trials.push(Trial { op, request, why, wrong: false });
        };
        let usual = base.as_ref().map(json_body);
        add("as documented".to_owned(), things.request(op, &path, usual.clone()));
        add("without a body".to_owned(), things.request(op, &path, None));
        for (why, body) in odd::bodies(&mut dice, base.as_ref()) {
            add(why, things.request(op, &path, Some(body)));
        }
        for text in odd::texts(&mut dice, 3) {
            for parameter in op.parameters() {
                let put = |p: &str| if p == parameter { text.clone() } else { things.id(p) };
                add(
                    format!("{parameter}={text:.40}"),
                    things.request(op, &op.at(put), usual.clone()),
                );
            }
        }
        for (name, _) in &op.query {
            for text in odd::texts(&mut dice, 3) {
                let target = format!("{path}?{name}={text}");
                add(format!("?{name}={text:.40}"), things.request(op, &target, None));
            }
        }
        for (name, value) in odd::headers(&mut dice) {
            let request = things.request(op, &path, usual.clone());
            add(format!("{name}: {value:.40}"), request.header(name, &value));
        }
    }
    held(&things, &shapes, trials).await;
}

async fn what_does_not_fit_the_document_is_refused(w: &World) {
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let (shapes, operations) = (Shapes::of(&doc), operations(&doc));
    let things = Things::of(w).await;
    let mut trials = Vec::new();
    for op in &operations {
        let path = op.at(|p| things.id(p));
        let mut add = |why: String, request: Request| {
            trials.push(Trial { op, request, why, wrong: true });
        };
        for (name, schema) in &op.query {
            for (why, text) in shapes.wrong_texts(schema) {
                let target = format!("{path}?{name}={text}");
                add(format!("?{name} {why}"), things.request(op, &target, None));
            }
        }
        let Some(schema) = &op.body else { continue };
        if op.needs_body {
            add("without a body".to_owned(), things.request(op, &path, None));
        }
        let base = shapes.sample(schema, &|name| things.ids.get(name).cloned());
        for (why, wrong) in shapes.wrong(schema, &base) {
            add(why, things.request(op, &path, Some(json_body(&wrong))));
        }
    }
    held(&things, &shapes, trials).await;
}
