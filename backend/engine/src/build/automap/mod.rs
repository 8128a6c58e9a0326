//! Fills the fields of a step by themselves: by what their names say in Russian and English, by
//! their types, and by what the values of a sample look like. Careful rather than complete: a
//! field is left empty sooner than filled with the wrong thing.

mod text;
mod words;

use std::collections::BTreeSet;

use connect::manifest::ActionKind;
use domain::Lang;
use domain::field::{FieldSpec, FieldType};
use domain::flow::StepKind;
use domain::ids::FlowId;
use mapping::pill::{Part, Pill, join};
use serde_json::{Map, Value, json};

use super::fields::{Leaf, leaves, root};
use super::samples::{Bench, Sample};
use crate::manage::{Error, Manage};
use text::{looks_like, may_be, says};
use words::Thing;

/// What was filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    /// Mappings as the document writes them, by the key of their field.
    pub fields: Map<String, Value>,
    /// Required fields that nothing was found for.
    pub skipped: Vec<String>,
}

/// A field of the sample with what it is.
struct Source<'l> {
    leaf: &'l Leaf,
    things: Vec<(Thing, u32)>,
}

/// Least score of a field that is filled, and of one that must be.
const ENOUGH: u32 = 50;
const SURE: u32 = 60;
/// Fields of a sample that a letter or message lists.
const LISTED: usize = 20;

impl Manage {
    /// Mappings for the fields of a step that are still empty; texts in the language of who asks.
    pub async fn automap(
        &self,
        id: FlowId,
        step: &str,
        sample: Option<&str>,
        doc: Option<&Value>,
        lang: Lang,
    ) -> Result<Filled, Error> {
        let bench = self.bench(id, doc).await?;
        let sample = self.sample(&bench, sample).await?;
        let node = bench.flow.walk().into_iter().find(|s| s.id == step);
        let node = node.ok_or_else(|| Error::missing("step", step))?;
        let StepKind::Action(a) = &node.kind else { return Ok(Filled::default()) };
        let connector = bench.registry.get(&a.connector.name, &a.connector.version);
        let action = connector.and_then(|c| c.action(&a.action));
        let action = action.ok_or_else(|| Error::missing("action", &a.action))?;
        let empty = |s: &&FieldSpec| !a.input.contains_key(&s.key);
        let specs: Vec<FieldSpec> = action.spec.input.iter().filter(empty).cloned().collect();
        let sources = bench.sources(&sample);
        let part = if sample.shaped { "data" } else { "body" };
        Ok(fill(&specs, &sources, action.manifest.kind, (part, lang)))
    }
}

impl Bench {
    fn sources(&self, sample: &Sample) -> Vec<Leaf> {
        let mut all = self.leaves(sample);
        let query = sample.trigger.get("query").unwrap_or(&Value::Null);
        all.extend(leaves(&root(&["trigger", "query"]), query, &[]));
        all
    }
}

/// Mappings for these fields from those of a sample; `part` is where the event stands below
/// `trigger`, `lang` what texts are written in.
pub fn fill(
    specs: &[FieldSpec],
    sample: &[Leaf],
    kind: ActionKind,
    (part, lang): (&str, Lang),
) -> Filled {
    let described: BTreeSet<&str> =
        sample.iter().filter_map(|l| holder(&l.path, "value")).collect();
    // Beside a `value` everything else only describes it: its title, its type.
    let telling = |l: &&Leaf| {
        holder(&l.path, "value").is_some()
            || !l.path.rsplit_once('.').is_some_and(|(p, _)| described.contains(p))
    };
    let sources: Vec<Source<'_>> = sample.iter().filter(telling).filter_map(source).collect();
    let mut out = Filled::default();
    let mut taken = BTreeSet::new();
    let mut targets: Vec<(usize, &FieldSpec, Option<Thing>)> = specs
        .iter()
        .enumerate()
        .filter(|(_, s)| s.mappable && !s.secret)
        .map(|(i, s)| (i, s, thing_of(s, specs, "")))
        .collect();
    // Fields of a certain type choose first.
    targets.sort_by_key(|(i, s, _)| (!matches!(s.kind, FieldType::Email | FieldType::Phone), *i));
    for (_, spec, thing) in targets {
        let made = match whole(spec, sample, kind, (part, lang)) {
            Some(made) => Some(made),
            None if spec.kind == FieldType::Object => object(spec, &sources, &mut taken),
            None => thing.and_then(|t| one(spec, t, &sources, &mut taken)),
        };
        match made {
            Some(made) => {
                out.fields.insert(spec.key.clone(), made);
            }
            None if spec.required && spec.default.is_none() => out.skipped.push(spec.key.clone()),
            None => {}
        }
    }
    out
}

/// The path of what holds a field of this name.
fn holder<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    path.strip_suffix(name)?.strip_suffix('.')
}

/// What a field of the sample is, by its name, the names around it and its value.
fn source(leaf: &Leaf) -> Option<Source<'_>> {
    if matches!(leaf.kind, "object" | "list" | "bool") {
        return None;
    }
    let path = mapping::Path::parse(&leaf.path).ok()?;
    let names: Vec<&str> = path
        .lead()
        .iter()
        .skip(2)
        .filter_map(|s| match s {
            mapping::Segment::Name(n) => Some(&**n),
            mapping::Segment::Index(_) => None,
        })
        .collect();
    let last = *names.last()?;
    let mut things: Vec<(Thing, u32)> = Vec::new();
    let mut note = |found: Option<(Thing, u32)>, less: u32| {
        if let Some((thing, score)) = found {
            let score = score.saturating_sub(less);
            match things.iter_mut().find(|(t, _)| *t == thing) {
                Some((_, s)) => *s = (*s).max(score),
                None => things.push((thing, score)),
            }
        }
    };
    note(says(last), 0);
    if let [.., before, _] = names.as_slice() {
        // `name.first`, `fields.phone.value`.
        note(says(&format!("{before} {last}")), 5);
        if matches!(last, "value" | "text" | "full" | "raw_value" | "answer") {
            note(says(before), 5);
        }
    }
    for label in [&leaf.label.ru, &leaf.label.en] {
        let own = label.rsplit(" › ").next().unwrap_or(label);
        note(says(own), 10);
    }
    if let Some(thing) = looks_like(&leaf.value) {
        note(Some((thing, SURE)), 0);
    }
    things.retain(|(t, score)| *score >= ENOUGH && may_be(*t, &leaf.value));
    // One whose name says one thing and whose value another is neither.
    if let Some(thing) = looks_like(&leaf.value) {
        things.retain(|(t, _)| *t == thing);
    }
    (!things.is_empty()).then_some(Source { leaf, things })
}

/// What a field of the step is.
fn thing_of(spec: &FieldSpec, siblings: &[FieldSpec], parent: &str) -> Option<Thing> {
    match spec.kind {
        FieldType::Email => return Some(Thing::Email),
        FieldType::Phone => return Some(Thing::Phone),
        FieldType::List
        | FieldType::Map
        | FieldType::File
        | FieldType::Json
        | FieldType::Code
        | FieldType::Info
        | FieldType::Boolean
        | FieldType::Multiselect => return None,
        _ => {}
    }
    let named = |key: &str| siblings.iter().any(|s| s.key == key);
    let keyed = match spec.key.as_str() {
        "to" => Some(Thing::Email),
        "name" if named("last_name") || named("lastname") => Some(Thing::FirstName),
        _ => None,
    };
    let prefixed = format!("{parent} {}", spec.key);
    let by_name = || {
        let all = [
            says(&prefixed),
            says(&format!("{parent} {}", spec.label.ru)).map(|(t, s)| (t, s.saturating_sub(5))),
            says(&format!("{parent} {}", spec.label.en)).map(|(t, s)| (t, s.saturating_sub(5))),
        ];
        all.into_iter().flatten().filter(|(_, s)| *s >= SURE).max_by_key(|(_, s)| *s)
    };
    keyed.or_else(|| by_name().map(|(t, _)| t))
}

/// The mapping of one field.
fn one(
    spec: &FieldSpec,
    thing: Thing,
    sources: &[Source<'_>],
    taken: &mut BTreeSet<String>,
) -> Option<Value> {
    let least = if spec.required { SURE } else { ENOUGH };
    if let Some(leaf) = best(thing, sources, taken, least, spec) {
        taken.insert(leaf.path.clone());
        return Some(mapped(leaf, spec));
    }
    match thing {
        // A first name is not known apart: the whole name stands for it.
        Thing::FirstName => {
            let leaf = best(Thing::FullName, sources, taken, least, spec)?;
            taken.insert(leaf.path.clone());
            Some(mapped(leaf, spec))
        }
        Thing::FullName => {
            let parts = [Thing::FirstName, Thing::LastName];
            let found: Vec<&Leaf> =
                parts.iter().filter_map(|t| best(*t, sources, taken, least, spec)).collect();
            taken.extend(found.iter().map(|l| l.path.clone()));
            match found.as_slice() {
                [] => None,
                [one] => Some(mapped(one, spec)),
                all => Some(json!({ "template": spaced(all)? })),
            }
        }
        _ => None,
    }
}

fn best<'l>(
    thing: Thing,
    sources: &[Source<'l>],
    taken: &BTreeSet<String>,
    least: u32,
    spec: &FieldSpec,
) -> Option<&'l Leaf> {
    let free = sources.iter().filter(|s| !taken.contains(&s.leaf.path));
    let scored = free.filter_map(|s| {
        let (_, score) = s.things.iter().find(|(t, _)| *t == thing)?;
        // An empty value proves nothing; a filled one of the same name goes first.
        let score = if s.leaf.kind == "empty" { score.saturating_sub(1) } else { *score };
        (score >= least && allowed(spec, &s.leaf.value)).then_some((score, s.leaf))
    });
    // The first of equals: forms ask for the main thing first.
    scored
        .fold(None, |best: Option<(u32, &Leaf)>, (score, leaf)| match best {
            Some((s, l)) if s >= score => Some((s, l)),
            _ => Some((score, leaf)),
        })
        .map(|(_, leaf)| leaf)
}

/// Whether a select takes this value.
fn allowed(spec: &FieldSpec, v: &Value) -> bool {
    let known = spec.options.is_empty() || spec.custom || spec.options.contains(v);
    // What a service's own list holds is not known: names are no ids.
    known && !(spec.kind == FieldType::Select && spec.options.is_empty())
}

fn mapped(leaf: &Leaf, spec: &FieldSpec) -> Value {
    let number = matches!(spec.kind, FieldType::Number | FieldType::Integer);
    if number && leaf.kind == "text" {
        return json!({ "path": leaf.path, "transforms": [{ "fn": "number" }] });
    }
    if leaf.kind == "text" && matches!(spec.kind, FieldType::Email | FieldType::String) {
        return json!({ "path": leaf.path, "transforms": [{ "fn": "trim" }] });
    }
    json!({ "path": leaf.path })
}

fn object(spec: &FieldSpec, sources: &[Source<'_>], taken: &mut BTreeSet<String>) -> Option<Value> {
    let mut made = Map::new();
    for child in &spec.fields {
        let thing = thing_of(child, &spec.fields, &spec.key);
        if let Some(m) = thing.and_then(|t| one(child, t, sources, taken)) {
            made.insert(child.key.clone(), m);
        }
    }
    (!made.is_empty()).then(|| json!({ "object": made }))
}

/// Fields that take everything: the data of an event that is sent on, the text of a message.
fn whole(
    spec: &FieldSpec,
    sample: &[Leaf],
    kind: ActionKind,
    (part, lang): (&str, Lang),
) -> Option<Value> {
    let any = matches!(spec.kind, FieldType::Any | FieldType::Json);
    if any && matches!(spec.key.as_str(), "payload" | "data" | "json") {
        return Some(json!({ "path": format!("$.trigger.{part}") }));
    }
    let message = kind == ActionKind::Send && matches!(spec.key.as_str(), "text" | "message");
    if !message {
        return None;
    }
    let told =
        sample.iter().filter(|l| !l.service && !matches!(l.kind, "object" | "list" | "empty"));
    let mut parts = Vec::new();
    for leaf in told.take(LISTED) {
        let line = if parts.is_empty() { "" } else { "\n" };
        parts.push(Part::Text(format!("{line}{}: ", leaf.label.get(lang))));
        parts.push(Part::Pill(pill(leaf)));
    }
    let template = join(&parts).filter(|t| !t.is_empty())?;
    Some(json!({ "template": template }))
}

fn pill(leaf: &Leaf) -> Pill {
    Pill { path: leaf.path.clone(), transforms: Vec::new(), default: None }
}

fn spaced(all: &[&Leaf]) -> Option<String> {
    let mut parts = Vec::new();
    for leaf in all {
        if !parts.is_empty() {
            parts.push(Part::Text(" ".into()));
        }
        parts.push(Part::Pill(pill(leaf)));
    }
    join(&parts)
}
