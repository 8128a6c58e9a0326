//! What another version of a connector means for one step of a flow (pure): what the step uses of
//! the old version must be there in the new one. Rules of the manifest lift it first.

use connect::manifest::{Field, Lift};
use connect::registry::Connector;
use domain::Text;
use domain::field::{FieldSpec, FieldType};
use domain::flow::{Fields, Mapping, Source};
use serde_json::Value;

/// What keeps a step from the new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// `gone`, `input_gone`, `input_required`, `input_type`, `method_gone`, `kind_changed` or
    /// `output_gone`.
    pub kind: &'static str,
    /// The field, where it is about one.
    pub field: String,
    pub message: Text,
}

/// What a step or trigger uses of a connector.
pub struct Use<'a> {
    /// Of a trigger; otherwise of an action.
    pub trigger: bool,
    pub key: String,
    pub input: Fields,
    /// The method of its connection, where it has one.
    pub method: Option<&'a str>,
    /// Names of its output that later mappings read.
    pub reads: Vec<String>,
}

fn conflict(kind: &'static str, field: &str, en: String, ru: String) -> Conflict {
    Conflict { kind, field: field.to_owned(), message: Text::new(en, ru) }
}

/// The rules that lead from one version to another, oldest first.
pub fn lifts<'c>(old: &Connector, new: &'c Connector, u: &Use<'_>) -> Vec<&'c Lift> {
    let (from, to) = (old.manifest.version.major, new.manifest.version.major);
    let mut steps: Vec<_> =
        new.manifest.migrations.iter().filter(|m| m.from >= from && m.to <= to).collect();
    steps.sort_by_key(|m| m.from);
    let mut key = u.key.clone();
    let mut out = Vec::new();
    for m in steps {
        let by_key = if u.trigger { &m.triggers } else { &m.actions };
        if let Some(lift) = by_key.get(&key) {
            key = lift.key.clone().unwrap_or(key);
            out.push(lift);
        }
    }
    out
}

/// Does what the rules say to the inputs, the key and the names that later mappings read.
pub fn lift(u: &mut Use<'_>, rules: &[&Lift]) {
    for rule in rules {
        if let Some(key) = &rule.key {
            u.key.clone_from(key);
        }
        for (old, new) in &rule.rename {
            if let Some(value) = u.input.shift_remove(old) {
                u.input.insert(new.clone(), value);
            }
        }
        for key in &rule.drop {
            u.input.shift_remove(key);
        }
        for (key, value) in &rule.set {
            let set = || Mapping::of(Source::Literal(value.clone()));
            u.input.entry(key.clone()).or_insert_with(set);
        }
        for name in &mut u.reads {
            if let Some(new) = rule.output.get(name) {
                name.clone_from(new);
            }
        }
    }
}

/// What keeps the step from the new version, once it is lifted. `old_key` is its key in the old one.
pub fn conflicts(
    old: &Connector,
    new: &Connector,
    old_key: &str,
    u: &Use<'_>,
    kept: &[String],
) -> Vec<Conflict> {
    let mut out = Vec::new();
    let (before, after) = (face(old, u.trigger, old_key), face(new, u.trigger, &u.key));
    let Some(after) = after else {
        let (en, ru) =
            (format!("\"{}\" is not there any more", u.key), format!("«{}» больше нет", u.key));
        return vec![conflict("gone", "", en, ru)];
    };
    if let Some(before) = &before {
        if before.kind != after.kind {
            let (en, ru) = ("it gets its events in another way", "события приходят иначе");
            out.push(conflict("kind_changed", "", en.into(), ru.into()));
        }
        outputs(before, &after, &u.reads, kept, &mut out);
    }
    inputs(before.as_ref(), &after, u, &mut out);
    if let Some(method) = u.method
        && !new.ways().iter().any(|w| w.id == method)
    {
        let (en, ru) = (
            format!("the way to connect \"{method}\" is not there any more"),
            format!("способа подключения «{method}» больше нет"),
        );
        out.push(conflict("method_gone", "", en, ru));
    }
    out
}

/// What a step sees of an action or trigger.
struct Face<'c> {
    kind: String,
    input: &'c [FieldSpec],
    output: &'c [Field],
}

fn face<'c>(c: &'c Connector, trigger: bool, key: &str) -> Option<Face<'c>> {
    Some(if trigger {
        let t = c.trigger(key)?;
        let kind = format!("{:?}", t.manifest.kind);
        Face { kind, input: &t.spec.input, output: &t.manifest.output }
    } else {
        let a = c.action(key)?;
        Face { kind: String::new(), input: &a.spec.input, output: &a.manifest.output }
    })
}

fn inputs(before: Option<&Face<'_>>, after: &Face<'_>, u: &Use<'_>, out: &mut Vec<Conflict>) {
    let dynamic = after.input.iter().any(|f| f.dynamic && f.key.is_empty());
    for key in u.input.keys() {
        let Some(now) = after.input.iter().find(|f| f.key == *key) else {
            if !dynamic {
                let (en, ru) =
                    (format!("the field \"{key}\" has gone"), format!("поля «{key}» больше нет"));
                out.push(conflict("input_gone", key, en, ru));
            }
            continue;
        };
        let was = before.and_then(|b| b.input.iter().find(|f| f.key == *key));
        let other = was.is_some_and(|w| !takes(now, w) || w.secret != now.secret);
        if other {
            let (en, ru) = (
                format!("the field \"{key}\" takes another type of value"),
                format!("у поля «{key}» теперь другой тип"),
            );
            out.push(conflict("input_type", key, en, ru));
        }
    }
    for f in after.input.iter().filter(|f| f.required && f.default.is_none()) {
        if !u.input.contains_key(&f.key) && f.generate.is_none() {
            let (en, ru) = (
                format!("the field \"{}\" must be filled in now", f.key),
                format!("поле «{}» теперь обязательное", f.key),
            );
            out.push(conflict("input_required", &f.key, en, ru));
        }
    }
}

/// Whether a field takes what another one took.
fn takes(now: &FieldSpec, was: &FieldSpec) -> bool {
    use FieldType::{Any, Email, Integer, Json, Number, Phone, Select, String, Text, Url};
    let (a, b) = (was.kind, now.kind);
    // Every plain value is text too.
    let plain = matches!(a, Integer | Number | String | Text | Select | Email | Phone | Url);
    a == b
        || matches!((a, b), (_, Any | Json) | (Integer, Number))
        || (plain && matches!(b, String | Text))
        || (matches!(a, String | Text) && b == Select && now.custom)
}

fn outputs(
    before: &Face<'_>,
    after: &Face<'_>,
    reads: &[String],
    kept: &[String],
    out: &mut Vec<Conflict>,
) {
    if after.output.is_empty() {
        return;
    }
    let has = |face: &Face<'_>, name: &str| {
        face.output.iter().any(|f| f.key == name || f.key.starts_with(&format!("{name}.")))
    };
    for name in reads {
        // What the old version did not promise cannot be missed; what a rule has renamed is known
        // by its new name only.
        let promised = has(before, name) || !kept.contains(name);
        if promised && !has(after, name) {
            let (en, ru) = (
                format!("its output \"{name}\", which later steps read, has gone"),
                format!("больше нет значения «{name}», которое читают следующие шаги"),
            );
            out.push(conflict("output_gone", name, en, ru));
        }
    }
}

/// Names that follow one of these prefixes anywhere in a document.
pub fn names_after(doc: &Value, prefixes: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    texts(doc, &mut |text| {
        for prefix in prefixes {
            for (at, _) in text.match_indices(prefix.as_str()) {
                if let Some(name) = name_at(&text[at + prefix.len()..])
                    && !out.contains(&name)
                {
                    out.push(name);
                }
            }
        }
    });
    out
}

/// Renames what follows a prefix, wherever it is read.
pub fn rename_after(doc: &mut Value, prefixes: &[String], old: &str, new: &str) {
    match doc {
        Value::String(text) => {
            for prefix in prefixes {
                let (from, to) = (format!("{prefix}.{old}"), format!("{prefix}.{new}"));
                let mut at = 0;
                while let Some(found) = text[at..].find(&from).map(|f| f + at) {
                    let end = found + from.len();
                    at = end;
                    if !text[end..].starts_with(is_name) {
                        text.replace_range(found..end, &to);
                        at = found + to.len();
                    }
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| rename_after(v, prefixes, old, new)),
        Value::Object(map) => {
            map.values_mut().for_each(|v| rename_after(v, prefixes, old, new));
        }
        _ => {}
    }
}

fn texts(v: &Value, f: &mut dyn FnMut(&str)) {
    match v {
        Value::String(s) => f(s),
        Value::Array(list) => list.iter().for_each(|v| texts(v, f)),
        Value::Object(map) => map.values().for_each(|v| texts(v, f)),
        _ => {}
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// `.name`, `.[name]`, `['name']` or `["name"]`.
fn name_at(rest: &str) -> Option<String> {
    let quoted = |open: &str, close: char| {
        let inside = rest.strip_prefix(open)?;
        Some(inside[..inside.find(close)?].to_owned())
    };
    quoted("['", '\'').or_else(|| quoted("[\"", '"')).or_else(|| quoted(".[", ']')).or_else(|| {
        let name: String = rest.strip_prefix('.')?.chars().take_while(|c| is_name(*c)).collect();
        (!name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HEAD: &str = "sdk: 1\nname: acme\ndisplay: {title: A, description: A}\nhosts: [a.test]\nhttp: {base_url: 'https://a.test'}\n";

    fn acme(version: &str, rest: &str) -> Connector {
        let text = format!("{HEAD}version: {version}\n{rest}");
        Connector::read("acme", &text).unwrap_or_else(|e| panic!("{e}"))
    }

    fn action(input: &str, output: &str) -> String {
        format!(
            "actions:\n  send:\n    title: Send\n    input: {input}\n    call: {{url: /send, json: {{a: \"x\"}}}}\n    output: {output}\n"
        )
    }

    fn of(input: &[&str], reads: &[&str]) -> Use<'static> {
        let literal = |k: &&str| ((*k).to_owned(), Mapping::of(Source::Literal(json!("x"))));
        Use {
            trigger: false,
            key: "send".into(),
            input: input.iter().map(literal).collect(),
            method: None,
            reads: reads.iter().map(|r| (*r).to_owned()).collect(),
        }
    }

    fn kinds(old: &Connector, new: &Connector, mut u: Use<'_>) -> Vec<(&'static str, String)> {
        let kept = u.reads.clone();
        let rules = lifts(old, new, &u);
        lift(&mut u, &rules);
        let found = conflicts(old, new, "send", &u, &kept);
        found.into_iter().map(|c| (c.kind, c.field)).collect()
    }

    #[test]
    fn what_the_step_does_not_use_may_change() {
        let old = acme("1.0.0", &action("[{key: a}, {key: b}]", "[{key: id}, {key: old}]"));
        let new = acme("1.1.0", &action("[{key: a}, {key: c}]", "[{key: id}, {key: new}]"));
        assert_eq!(kinds(&old, &new, of(&["a"], &["id"])), []);
    }

    #[test]
    fn removed_fields_new_required_ones_and_other_types_are_conflicts() {
        let old = acme(
            "1.0.0",
            &action("[{key: a}, {key: n, type: integer}, {key: gone}]", "[{key: id}]"),
        );
        let new = acme(
            "2.0.0",
            &action(
                "[{key: a, type: object}, {key: n, type: number}, {key: must, required: true}]",
                "[{key: ref}]",
            ),
        );
        let found = kinds(&old, &new, of(&["a", "n", "gone"], &["id"]));
        let is = |kind: &'static str, field: &str| (kind, field.to_owned());
        assert_eq!(
            found,
            [
                is("output_gone", "id"),
                is("input_type", "a"),
                is("input_gone", "gone"),
                is("input_required", "must")
            ]
        );
        let other = acme("3.0.0", &action("[{key: a}]", "[{key: id}]").replace("send:", "post:"));
        assert_eq!(kinds(&old, &other, of(&[], &[])), [is("gone", "")]);
    }

    #[test]
    fn the_rules_of_a_manifest_lift_a_step() {
        let old = acme("1.0.0", &action("[{key: a}, {key: gone}]", "[{key: id}]"));
        let new = format!(
            "{}migrations:\n  - {{from: 1, to: 2, actions: {{send: {{rename: {{a: b}}, drop: [gone], set: {{must: x}}, output: {{id: ref}}}}}}}}\n",
            action("[{key: b}, {key: must, required: true}]", "[{key: ref}]")
        );
        let new = acme("2.0.0", &new);
        assert_eq!(kinds(&old, &new, of(&["a", "gone"], &["id"])), []);
    }

    #[test]
    fn names_are_found_and_renamed_in_paths_and_templates() {
        let mut doc = json!({
            "a": {"path": "$.steps.send.output.id"},
            "b": "{{upper steps.send.output.[other name]}} {{steps.send.output.id_too}}",
            "c": ["$.steps.send.output['quoted']"],
        });
        let prefixes = ["steps.send.output".to_owned()];
        assert_eq!(names_after(&doc, &prefixes), ["id", "other name", "id_too", "quoted"]);
        rename_after(&mut doc, &prefixes, "id", "ref");
        assert_eq!(doc["a"]["path"], "$.steps.send.output.ref");
        assert!(doc["b"].as_str().unwrap().ends_with("{{steps.send.output.id_too}}"));
    }
}
