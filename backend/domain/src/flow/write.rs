//! Gives a flow back as a document. Nothing is lost: reading the result gives the same flow.
//! What equals its default is left out.

use serde_json::{Map, Value, json};

use super::read::words;
use super::{
    Action, Alerts, Arm, Condition, ConnectorRef, Dedupe, Delay, FORMAT, Fields, Flow, ForEach,
    Mapping, OnError, OnPark, OnUnknown, Reply, ReplyBody, RespondMode, Settings, Source, Step,
    StepKind, Test, Transform, Trigger, TriggerRespond,
};
use crate::limits;
use crate::retry::{Policy, Preset};

/// The document of `flow`, with keys in the order in which people write them.
pub fn to_value(flow: &Flow) -> Value {
    let mut out = Doc::default();
    out.put("zveno", FORMAT);
    out.put("name", flow.name.as_str());
    out.put("trigger", trigger(&flow.trigger));
    out.put("steps", steps(&flow.steps));
    out.filled("settings", settings(&flow.settings));
    out.done()
}

/// A map being written.
#[derive(Default)]
struct Doc(Map<String, Value>);

impl Doc {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }
    fn maybe(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(v) = value {
            self.put(key, v);
        }
    }
    /// Left out when it is an empty map.
    fn filled(&mut self, key: &str, value: Value) {
        if value.as_object().is_none_or(|m| !m.is_empty()) {
            self.put(key, value);
        }
    }
    fn unless<T: PartialEq + Into<Value>>(&mut self, key: &str, value: T, default: &T) {
        if value != *default {
            self.put(key, value);
        }
    }
    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// `name@version`, or `name.action@version`.
fn reference(connector: &ConnectorRef, action: Option<&str>) -> String {
    let mut out = connector.name.clone();
    if let Some(a) = action {
        out.push('.');
        out.push_str(a);
    }
    if !connector.version.is_empty() {
        out.push('@');
        out.push_str(&connector.version);
    }
    out
}

fn trigger(t: &Trigger) -> Value {
    let mut out = Doc::default();
    out.put("connector", reference(&t.connector, None));
    out.put("event", t.event.as_str());
    out.maybe("connection", t.connection.as_deref());
    out.filled("input", fields(&t.input));
    out.maybe("dedupe", t.dedupe.as_ref().map(dedupe));
    let newest = |n: &super::Newest| json!({"key": n.key, "at": mapping(&n.at)});
    out.maybe("newest", t.newest.as_ref().map(newest));
    if let Some(o) = &t.order_by {
        out.put("order_by", o.key.as_str());
        if o.on_park == OnPark::Wait {
            out.put("on_park", "wait");
        }
    }
    out.maybe("only_if", t.only_if.as_ref().map(condition));
    out.maybe("respond", t.respond.as_ref().map(respond));
    out.maybe("max_body", t.max_body);
    out.filled("labels", json!(t.labels));
    out.done()
}

fn dedupe(d: &Dedupe) -> Value {
    if d.key.is_empty() && d.window == limits::DEDUPE_WINDOW {
        return json!("none");
    }
    let mut out = Doc::default();
    out.put("key", d.key.as_str());
    out.unless("window", d.window.to_string(), &limits::DEDUPE_WINDOW.to_string());
    out.done()
}

fn respond(r: &TriggerRespond) -> Value {
    let mut out = Doc::default();
    match &r.mode {
        RespondMode::Now => out.put("mode", "now"),
        RespondMode::AfterRun { within, otherwise } => {
            out.put("mode", "after_run");
            out.maybe("within", within.map(|s| s.to_string()));
            out.maybe("otherwise", otherwise.as_ref().map(|r| reply(r, Doc::default())));
        }
    }
    match &r.reply {
        // Without a word the answer would be the connector's.
        Some(r) if *r == Reply::default() => out.put("empty", true),
        Some(r) => return reply(r, out),
        None => {}
    }
    out.done()
}

fn reply(r: &Reply, mut out: Doc) -> Value {
    out.maybe("status", r.status);
    out.filled("headers", fields(&r.headers));
    match &r.body {
        ReplyBody::Empty => {}
        ReplyBody::Text(m) => out.put("text", mapping(m)),
        ReplyBody::Xml(m) => out.put("xml", mapping(m)),
        ReplyBody::Json(m) => out.put("json", json_body(m)),
    }
    out.done()
}

/// `{object: ...}` is written without that word, unless a field's name is a word of sources.
fn json_body(m: &Mapping) -> Value {
    match &m.source {
        Source::Object(f)
            if m.transforms.is_empty()
                && m.default.is_none()
                && !f.keys().any(|k| words::SOURCE_KEYS.contains(&k.as_str())) =>
        {
            fields(f)
        }
        _ => mapping(m),
    }
}

fn steps(steps: &[Step]) -> Value {
    steps.iter().map(step).collect()
}

fn step(s: &Step) -> Value {
    let mut out = Doc::default();
    out.put("id", s.id.as_str());
    out.maybe("name", s.name.as_deref());
    out.maybe("note", s.note.as_deref());
    out.unless("disabled", s.disabled, &false);
    match &s.kind {
        StepKind::Action(a) => action(a, &mut out),
        StepKind::Branch { arms, all } => {
            out.put("branch", arms.iter().map(arm).collect::<Value>());
            if *all {
                out.put("mode", "all");
            }
        }
        StepKind::ForEach(f) => for_each(f, &mut out),
        StepKind::Delay(Delay::For(span)) => out.put("delay", json!({"for": span})),
        StepKind::Delay(Delay::Until(m)) => out.put("delay", json!({"until": mapping(m)})),
        StepKind::Set(f) => out.put("set", fields(f)),
        StepKind::Filter(c) => out.put("filter", condition(c)),
        StepKind::Respond(r) => out.put("respond", reply(r, Doc::default())),
    }
    out.maybe("timeout", s.timeout.map(|t| t.to_string()));
    out.done()
}

fn action(a: &Action, out: &mut Doc) {
    out.put("action", reference(&a.connector, Some(&a.action)));
    out.maybe("connection", a.connection.as_deref());
    out.filled("input", fields(&a.input));
    out.maybe("retry", a.retry.as_ref().map(retry));
    out.maybe(
        "on_unknown",
        a.on_unknown.map(|u| match u {
            OnUnknown::Retry => "retry",
            OnUnknown::Check => "check",
            OnUnknown::Park => "park",
        }),
    );
    match &a.on_error {
        OnError::Stop => {}
        OnError::Continue => out.put("on_error", "continue"),
        OnError::Steps(s) => out.put("on_error", json!({"steps": steps(s)})),
    }
}

fn retry(p: &Policy) -> Value {
    match p {
        Policy::Preset(Preset::None) => json!("none"),
        Policy::Preset(Preset::Api) => json!({"preset": "api"}),
        Policy::Preset(Preset::Webhook) => json!({"preset": "webhook"}),
        Policy::Delays(d) => json!({"delays": d}),
    }
}

fn arm(a: &Arm) -> Value {
    let mut out = Doc::default();
    out.unless("name", a.name.as_str(), &"");
    out.maybe("when", a.when.as_ref().map(condition));
    out.put("steps", steps(&a.steps));
    out.done()
}

fn for_each(f: &ForEach, out: &mut Doc) {
    out.put("for_each", mapping(&f.list));
    out.unless("as", f.item.as_str(), &"item");
    out.unless("concurrency", f.concurrency, &1);
    out.put("steps", steps(&f.steps));
}

fn fields(f: &Fields) -> Value {
    Value::Object(f.iter().map(|(k, m)| (k.clone(), mapping(m))).collect())
}

fn mapping(m: &Mapping) -> Value {
    let mut out = Doc::default();
    match &m.source {
        Source::Literal(v) => out.put("literal", v.clone()),
        Source::Path(p) => out.put("path", p.as_str()),
        Source::Template(t) => out.put("template", t.as_str()),
        Source::Object(f) => out.put("object", fields(f)),
        Source::List(l) => out.put("list", l.iter().map(mapping).collect::<Value>()),
        Source::Secret(s) => out.put("secret", s.as_str()),
    }
    if !m.transforms.is_empty() {
        out.put("transforms", m.transforms.iter().map(transform).collect::<Value>());
    }
    out.maybe("default", m.default.clone());
    out.done()
}

fn transform(t: &Transform) -> Value {
    let mut out = Doc::default();
    out.put("fn", t.function.as_str());
    for (key, value) in &t.args {
        out.put(key, value.clone());
    }
    out.done()
}

fn condition(c: &Condition) -> Value {
    let group = |l: &[Condition]| l.iter().map(condition).collect::<Value>();
    match c {
        Condition::All(l) => json!({"all": group(l)}),
        Condition::Any(l) => json!({"any": group(l)}),
        Condition::Not(c) => json!({"not": condition(c)}),
        Condition::Test(t) => test(t),
    }
}

fn test(t: &Test) -> Value {
    let mut out = Doc::default();
    out.put("left", mapping(&t.left));
    out.put("op", t.op.as_str());
    out.maybe("right", t.right.as_ref().map(mapping));
    out.unless("exact", t.exact, &false);
    out.done()
}

fn settings(s: &Settings) -> Value {
    let default = Settings::default();
    let mut out = Doc::default();
    out.unless("timezone", s.timezone.as_str(), &default.timezone.as_str());
    out.unless("concurrency", s.concurrency, &default.concurrency);
    out.unless("retention_days", s.retention_days, &default.retention_days);
    if s.alerts == Alerts::Off {
        out.put("alerts", "off");
    }
    out.done()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::flow::arbitrary;
    use crate::flow::read::read;

    use super::to_value;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_flow_reads_back_what_was_written(flow in arbitrary::flow()) {
            let document = to_value(&flow);
            let again = read(&document);
            prop_assert!(again.is_ok(), "{:?}\n{document}", again.err());
            prop_assert_eq!(again.unwrap(), flow);
        }

        #[test]
        fn writing_what_was_read_changes_nothing_more(flow in arbitrary::flow()) {
            let document = to_value(&flow);
            let text = document.to_string();
            let again = to_value(&read(&serde_json::from_str(&text).unwrap()).unwrap());
            prop_assert_eq!(again.to_string(), text);
        }
    }
}
