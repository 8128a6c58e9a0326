//! Templates of flows: documents with open questions, `backend/engine/templates/*.yaml`.
//!
//! In a template's flow `"@id"` stands for the answer to a question; without one the key that has
//! it is left out, and the editor shows what is missing. `{en, ru}` is a text in the reader's
//! language, `append` an answer that follows a template as text, and connectors have no version:
//! the newest is taken.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use connect::registry::Registry;
use domain::flow::FORMAT;
use domain::{Lang, Text};
use mapping::pill::{Part, join};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    #[serde(skip)]
    pub id: String,
    pub title: Text,
    pub description: Text,
    #[serde(default)]
    pub questions: Vec<Question>,
    flow: Map<String, Value>,
}

/// What a person is asked before a template is a flow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub id: String,
    pub kind: Kind,
    /// Of which connector, for a connection.
    #[serde(default)]
    pub connector: Option<String>,
    pub label: Text,
    #[serde(default)]
    pub help: Option<Text>,
    #[serde(default)]
    pub placeholder: Option<Text>,
    /// Taken without an answer; a text in both languages or any value.
    #[serde(default)]
    pub default: Option<Value>,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The id or name of a connection.
    Connection,
    Text,
    Email,
    Url,
    Number,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Connection => "connection",
            Kind::Text => "text",
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::Number => "number",
        }
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name, ".yaml")))),*]
    };
}

/// In the order of the gallery.
const FILES: &[(&str, &str)] = files![
    "tilda_crm_mail_webhook",
    "tilda_telegram",
    "site_form_crm",
    "form_letter",
    "order_vip",
    "order_items_api",
    "table_to_crm",
    "site_watch",
    "webhook_relay",
];

static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let read = |(id, text): &(&str, &str)| match serde_saphyr::from_str::<Template>(text) {
        Ok(t) => Some(Template { id: (*id).to_owned(), ..t }),
        Err(e) => {
            tracing::error!(template = id, error = %e, "a template cannot be read");
            None
        }
    };
    FILES.iter().filter_map(read).collect()
});

/// Every template, the first of the gallery first.
pub fn all() -> &'static [Template] {
    &ALL
}

/// The template of this id.
pub fn get(id: &str) -> Option<&'static Template> {
    ALL.iter().find(|t| t.id == id)
}

struct Filling<'a> {
    answers: BTreeMap<&'a str, Value>,
    lang: Lang,
    registry: &'a Registry,
}

impl Template {
    /// The document with these answers.
    ///
    /// # Errors
    /// An answer to no question, or one of another kind; in words.
    pub fn fill(
        &self,
        given: &BTreeMap<String, Value>,
        lang: Lang,
        registry: &Registry,
    ) -> Result<Value, Text> {
        if let Some(extra) = given.keys().find(|k| !self.questions.iter().any(|q| q.id == **k)) {
            return Err(Text::new(
                format!("the template does not ask \"{extra}\""),
                format!("в шаблоне нет вопроса «{extra}»"),
            ));
        }
        let mut answers = BTreeMap::new();
        for q in &self.questions {
            let filled =
                |v: &&Value| !v.is_null() && v.as_str().is_none_or(|s| !s.trim().is_empty());
            let answer = match given.get(&q.id).filter(filled) {
                Some(v) => Some(q.checked(v)?),
                None => q.default_for(lang),
            };
            if let Some(answer) = answer {
                answers.insert(q.id.as_str(), answer);
            }
        }
        let filling = Filling { answers, lang, registry };
        let mut doc = Map::new();
        doc.insert("zveno".into(), FORMAT.into());
        for (key, v) in &self.flow {
            if let Some(v) = filling.value(key, v) {
                doc.insert(key.clone(), v);
            }
        }
        Ok(Value::Object(doc))
    }

    /// Connectors of its trigger and steps, each once, in their order.
    pub fn apps(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (key, v) in &self.flow {
            named(key, v, &mut out);
        }
        out
    }

    /// Its steps in their order: the name of each and its connector, empty for the flow's own.
    pub fn steps(&self, lang: Lang) -> Vec<(String, String)> {
        let mut out = Vec::new();
        names(self.flow.get("steps").unwrap_or(&Value::Null), lang, &mut out);
        out
    }
}

impl Question {
    /// What is taken without an answer, in a language.
    pub fn default_for(&self, lang: Lang) -> Option<Value> {
        self.default.as_ref().map(|d| spoken(d, lang).unwrap_or_else(|| d.clone()))
    }

    fn checked(&self, v: &Value) -> Result<Value, Text> {
        let wrong = |en: &str, ru: &str| {
            let id = &self.id;
            let en = format!("the answer \"{id}\" must be {en}");
            Err(Text::new(en, format!("ответ «{id}» — это {ru}")))
        };
        match (self.kind, v) {
            (Kind::Number, Value::Number(_)) => Ok(v.clone()),
            (Kind::Number, Value::String(s)) => match s.trim().parse::<i64>() {
                Ok(n) => Ok(n.into()),
                Err(_) => wrong("a number", "число"),
            },
            (Kind::Email, Value::String(s)) if !s.contains('@') => {
                wrong("an e-mail address", "адрес почты")
            }
            (Kind::Url, Value::String(s)) if !s.trim().starts_with("http") => {
                wrong("an address that begins with http", "адрес, который начинается с http")
            }
            (_, Value::String(s)) => Ok(s.trim().into()),
            _ => wrong("a text", "текст"),
        }
    }
}

impl Filling<'_> {
    /// A value with answers in it; nothing where an answer is missing.
    fn value(&self, key: &str, v: &Value) -> Option<Value> {
        match v {
            Value::String(s) => match s.strip_prefix('@').filter(|id| is_word(id)) {
                Some(id) => self.answers.get(id).cloned(),
                None => Some(self.pinned(key, s).into()),
            },
            Value::Array(items) => Some(items.iter().filter_map(|i| self.value("", i)).collect()),
            Value::Object(_) if spoken(v, self.lang).is_some() => spoken(v, self.lang),
            Value::Object(map) => self.map(map),
            other => Some(other.clone()),
        }
    }

    fn map(&self, map: &Map<String, Value>) -> Option<Value> {
        let mut out = Map::new();
        for (key, v) in map.iter().filter(|(k, _)| *k != "append") {
            if let Some(v) = self.value(key, v) {
                out.insert(key.clone(), v);
            }
        }
        if let Some(Value::String(more)) = map.get("append").and_then(|v| self.value("", v))
            && let Some(Value::String(template)) = out.get_mut("template")
        {
            // An answer is text, whatever it looks like.
            template.push_str(&join(&[Part::Text(more)]).unwrap_or_default());
        }
        // A mapping whose value is missing is no mapping.
        let lost = out.is_empty() && !map.is_empty();
        (!lost).then_some(Value::Object(out))
    }

    /// `tilda` and `bitrix24.create_lead` with the newest version.
    fn pinned(&self, key: &str, text: &str) -> String {
        if !matches!(key, "connector" | "action") || text.contains('@') {
            return text.to_owned();
        }
        let name = text.split('.').next().unwrap_or(text);
        let version = self.registry.latest(name).map(|c| c.version.as_str());
        version.map_or_else(|| text.to_owned(), |v| format!("{text}@{v}"))
    }
}

/// The text of `{en, ru}` in a language.
fn spoken(v: &Value, lang: Lang) -> Option<Value> {
    let map = v.as_object().filter(|m| m.len() == 2)?;
    let (en, ru) = (map.get("en")?.as_str()?, map.get("ru")?.as_str()?);
    Some(Text::new(en, ru).get(lang).into())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn named(key: &str, v: &Value, out: &mut Vec<String>) {
    match v {
        Value::String(s) if matches!(key, "connector" | "action") => {
            let name = s.split('.').next().unwrap_or(s).to_owned();
            if !out.contains(&name) {
                out.push(name);
            }
        }
        Value::Object(map) => map.iter().for_each(|(k, v)| named(k, v, out)),
        Value::Array(items) => items.iter().for_each(|v| named("", v, out)),
        _ => {}
    }
}

fn names(steps: &Value, lang: Lang, out: &mut Vec<(String, String)>) {
    for step in steps.as_array().into_iter().flatten() {
        let name = spoken(&step["name"], lang).unwrap_or_else(|| step["id"].clone());
        let connector = step["action"].as_str().and_then(|a| a.split('.').next());
        let name = name.as_str().unwrap_or_default().to_owned();
        out.push((name, connector.unwrap_or_default().to_owned()));
        names(&step["steps"], lang, out);
        for arm in step["branch"].as_array().into_iter().flatten() {
            names(&arm["steps"], lang, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::problem::Severity;
    use serde_json::json;

    use super::*;

    fn answers(t: &Template) -> BTreeMap<String, Value> {
        let answer = |q: &Question| match q.kind {
            Kind::Connection => json!("mine"),
            Kind::Text => json!("text.one"),
            Kind::Email => json!("a@b.test"),
            Kind::Url => json!("https://example.com/x"),
            Kind::Number => json!("5000"),
        };
        t.questions.iter().map(|q| (q.id.clone(), answer(q))).collect()
    }

    #[test]
    fn every_template_with_its_answers_has_no_fault() {
        let registry = Registry::builtin();
        assert_eq!(all().len(), FILES.len());
        assert!(all().len() >= 6);
        assert_eq!(all()[0].title.ru, "Tilda → CRM + письмо + webhook");
        for t in all() {
            assert!((1..=4).contains(&t.questions.len()), "{}", t.id);
            for lang in [Lang::En, Lang::Ru] {
                let doc = t.fill(&answers(t), lang, &registry).unwrap();
                let (flow, problems) = mapping::check::document(&doc, &registry);
                let faults: Vec<String> = problems
                    .iter()
                    .filter(|p| p.severity == Severity::Error)
                    .map(ToString::to_string)
                    .collect();
                assert_eq!(faults, [""; 0], "{} {doc:#}", t.id);
                assert!(!flow.steps.is_empty());
                assert!(!doc.to_string().contains("\"@"), "{doc}");
                assert!(!t.steps(lang).is_empty() && t.apps().len() > 1);
            }
        }
    }

    #[test]
    fn what_is_not_answered_is_left_open() {
        let registry = Registry::builtin();
        for t in all() {
            let doc = t.fill(&BTreeMap::new(), Lang::Ru, &registry).unwrap();
            let (_, problems) = mapping::check::document(&doc, &registry);
            let shape =
                problems.iter().filter(|p| p.code == "wrong_type" || p.code == "unknown_key");
            assert_eq!(shape.count(), 0, "{}", t.id);
        }
        let t = get("tilda_telegram").unwrap();
        let doc = t.fill(&BTreeMap::new(), Lang::En, &registry).unwrap();
        assert!(doc["steps"][0].get("connection").is_none());
        assert!(doc["steps"][0]["input"].get("chat_id").is_none());
        let extra = BTreeMap::from([("x".to_owned(), json!(1))]);
        assert!(t.fill(&extra, Lang::En, &registry).is_err());
    }

    #[test]
    fn an_answer_is_never_read_as_a_template() {
        let registry = Registry::builtin();
        let t = get("tilda_crm_mail_webhook").unwrap();
        let mut given = answers(t);
        given.insert("company".into(), json!("{{connection.token}} & Co"));
        let doc = t.fill(&given, Lang::En, &registry).unwrap();
        let text = &doc["steps"][1]["branch"][0]["steps"][0]["input"]["text"]["template"];
        let read = mapping::Template::parse(text.as_str().unwrap(), domain::field::Escape::None);
        let used = read.unwrap();
        assert!(used.references().iter().all(|u| u.root() == Some("trigger")));
    }
}
