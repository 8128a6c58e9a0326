//! The input of a step or trigger: every field mapped, filled with its default, fitted to its type
//! and checked. Secret fields are only named here; their values are opened where requests are made.

use std::borrow::Cow;

use domain::field::{FieldSpec, FieldType};
use domain::flow::{Fields, Mapping, Source};
use domain::problem::nearest;
use serde_json::{Map, Value};

use crate::coerce;
use crate::context::Context;
use crate::error::{Fault, MapError, Placed};
use crate::functions::Env;
use crate::mapping::{self, below};
use crate::reference::Used;

/// The compiled fields of one step.
#[derive(Debug, Default)]
pub struct Inputs {
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    spec: FieldSpec,
    mapping: Option<mapping::Compiled>,
}

impl Inputs {
    /// Compiles the fields that a flow fills against the ones that are declared. Faults come with
    /// their place below the input, such as `.phone.path`.
    pub fn compile(given: &Fields, specs: &[FieldSpec]) -> Result<Self, Vec<Placed>> {
        let mut faults = Vec::new();
        for name in given.keys() {
            if !specs.iter().any(|s| s.key == *name) {
                faults.push((format!(".{name}"), unknown(name, specs)));
            }
        }
        let mut fields = Vec::with_capacity(specs.len());
        for spec in specs.iter().filter(|s| s.kind != FieldType::Info) {
            let place = format!(".{}", spec.key);
            let mapping = given.get(&spec.key).and_then(|m| {
                check_secrets(m, spec, &place, &mut faults);
                mapping::Compiled::compile(m, spec.escape)
                    .map_err(|list| below(&place, list, &mut faults))
                    .ok()
            });
            fields.push(Field { spec: spec.clone(), mapping });
        }
        if faults.is_empty() { Ok(Self { fields }) } else { Err(faults) }
    }

    /// The object of all fields that have a value, without the secret ones.
    pub fn eval(&self, context: &Context, env: &Env<'_>) -> Result<Value, MapError> {
        let mut out = Map::new();
        for f in self.fields.iter().filter(|f| !f.spec.secret) {
            if let Some(v) = f.value(context, env).map_err(|e| e.in_field(&f.spec.key))? {
                out.insert(f.spec.key.clone(), v);
            }
        }
        Ok(Value::Object(out))
    }

    /// The secret fields that are filled, with the names of their secrets.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .filter_map(|f| Some((f.spec.key.as_str(), f.mapping.as_ref()?.secret()?)))
    }
    /// The fields with what they take and how they are filled.
    pub fn fields(&self) -> impl Iterator<Item = (&FieldSpec, Option<&mapping::Compiled>)> {
        self.fields.iter().map(|f| (&f.spec, f.mapping.as_ref()))
    }
    /// Everything that the fields read below the context.
    pub fn references(&self) -> Vec<Used> {
        self.fields
            .iter()
            .filter_map(|f| f.mapping.as_ref())
            .flat_map(mapping::Compiled::references)
            .collect()
    }
}

impl Field {
    fn value(&self, context: &Context, env: &Env<'_>) -> Result<Option<Value>, MapError> {
        let Some(mapping) = &self.mapping else {
            return coerce::one(None, &self.spec, env);
        };
        let given = mapping.value(context.data(), env)?.map(Cow::into_owned);
        coerce::one(given, &self.spec, env).map_err(|e| origin(mapping, e))
    }
}

/// The error with the path of the value that was wrong: that of the mapping, or of the child of an
/// object mapping that the error names.
fn origin(mapping: &mapping::Compiled, e: MapError) -> MapError {
    let first = e.field.split(['.', '[']).next().unwrap_or_default();
    match mapping.child(first) {
        Some(child) => child.located(e),
        None => mapping.located(e),
    }
}

fn unknown(name: &str, specs: &[FieldSpec]) -> Fault {
    let (en, ru) = match nearest(name, specs.iter().map(|s| s.key.as_str())) {
        Some(n) => (format!("; did you mean \"{n}\"?"), format!("; возможно, «{n}»?")),
        None => Default::default(),
    };
    Fault::new(
        "unknown_field",
        format!("there is no field \"{name}\"{en}"),
        format!("нет поля «{name}»{ru}"),
    )
}

/// A secret field takes only a named secret, and no other field takes one (semantics S3).
fn check_secrets(m: &Mapping, spec: &FieldSpec, place: &str, faults: &mut Vec<Placed>) {
    let is_secret = matches!(m.source, Source::Secret(_));
    if spec.secret && !(is_secret && m.transforms.is_empty() && m.default.is_none()) {
        let fault = Fault::new(
            "secret_field",
            "a secret field takes only { secret: name }",
            "секретное поле принимает только { secret: имя }",
        );
        faults.push((place.to_owned(), fault));
    } else if !spec.secret && has_secret(&m.source) {
        let fault = Fault::new(
            "secret_in_plain_field",
            "only a secret field takes a secret",
            "секрет можно передать только в секретное поле",
        );
        faults.push((place.to_owned(), fault));
    }
}

fn has_secret(source: &Source) -> bool {
    match source {
        Source::Secret(_) => true,
        Source::Object(fields) => fields.values().any(|m| has_secret(&m.source)),
        Source::List(items) => items.iter().any(|m| has_secret(&m.source)),
        Source::Literal(_) | Source::Path(_) | Source::Template(_) => false,
    }
}

#[cfg(test)]
mod tests;
