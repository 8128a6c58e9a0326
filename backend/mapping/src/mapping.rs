//! One mapping of a flow: a source, the transforms of its value, and what stands in for nothing.

use std::borrow::Cow;

use domain::field::Escape;
use domain::flow::{self, Fields, Source, Transform};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Fault, MapError, Placed};
use crate::functions::{self, Args, Env, Function, Input, read};
use crate::path::{Found, Path};
use crate::reference::Used;
use crate::template::{Got, Template, failed};

/// A compiled mapping.
#[derive(Debug)]
pub struct Compiled {
    from: From,
    transforms: Vec<Step>,
    default: Option<Value>,
}

#[derive(Debug)]
enum From {
    Literal(Value),
    Path(Path),
    Template(Template),
    Object(Vec<(String, Compiled)>),
    List(Vec<Compiled>),
    Secret(String),
}

#[derive(Debug)]
struct Step {
    function: &'static Function,
    args: Map<String, Value>,
}

impl Compiled {
    /// Compiles a mapping into a field with this escaping. Faults come with their place below it.
    pub fn compile(m: &flow::Mapping, escape: Escape) -> Result<Self, Vec<Placed>> {
        let mut faults = Vec::new();
        let from = from(&m.source, escape, &mut faults);
        let mut transforms = Vec::with_capacity(m.transforms.len());
        for (i, t) in m.transforms.iter().enumerate() {
            match step(t) {
                Ok(step) => transforms.push(step),
                Err(list) => {
                    faults.extend(list.into_iter().map(|f| (format!(".transforms[{i}]"), f)));
                }
            }
        }
        match from {
            Some(from) if faults.is_empty() => {
                Ok(Self { from, transforms, default: m.default.clone() })
            }
            _ => Err(faults),
        }
    }

    /// The value: source, then transforms from left to right, then the default if the result is
    /// missing, null or "". `None` is missing.
    pub fn eval(&self, context: &Context, env: &Env<'_>) -> Result<Option<Value>, MapError> {
        Ok(self.value(context.data(), env)?.map(Cow::into_owned))
    }

    /// The value, borrowed from the context where nothing had to be made.
    pub(crate) fn value<'v>(&'v self, data: &'v Value, env: &Env<'_>) -> Result<Got<'v>, MapError> {
        let mut value = self.source(data, env)?;
        for step in &self.transforms {
            let input = match value {
                None => Input::Missing,
                Some(Cow::Borrowed(v)) => Input::Ref(v),
                Some(Cow::Owned(v)) => Input::Own(v),
            };
            let args = Args::of_map(step.function, &step.args);
            let made =
                step.function.call(input, &args, env).map_err(|e| self.located(failed(e)))?;
            value = Some(Cow::Owned(made));
        }
        if read::absent(value.as_deref())
            && let Some(default) = &self.default
        {
            return Ok(Some(Cow::Borrowed(default)));
        }
        Ok(value)
    }

    fn source<'v>(&'v self, data: &'v Value, env: &Env<'_>) -> Result<Got<'v>, MapError> {
        Ok(match &self.from {
            From::Literal(v) => Some(Cow::Borrowed(v)),
            From::Path(p) => match p.get(data)? {
                Found::One(v) => Some(Cow::Borrowed(v)),
                Found::Missing => None,
                Found::List(hits) => Some(Cow::Owned(hits.into_iter().cloned().collect())),
            },
            From::Template(t) => t.value(data, env)?,
            From::Object(fields) => {
                let mut out = Map::new();
                for (name, one) in fields {
                    if let Some(v) = one.value(data, env).map_err(|e| e.in_field(name))? {
                        out.insert(name.clone(), v.into_owned());
                    }
                }
                Some(Cow::Owned(Value::Object(out)))
            }
            From::List(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (i, one) in items.iter().enumerate() {
                    let value = one.value(data, env).map_err(|e| e.in_item(i))?;
                    out.extend(value.map(Cow::into_owned));
                }
                Some(Cow::Owned(Value::Array(out)))
            }
            // Opened where the request is made, never here: no value of a secret enters a context.
            From::Secret(name) => return Err(secret_here(name)),
        })
    }

    /// The name of the secret that it stands for; such a mapping has no value here.
    pub fn secret(&self) -> Option<&str> {
        match &self.from {
            From::Secret(name) => Some(name),
            _ => None,
        }
    }
    /// The value that it has whatever the event is.
    pub fn constant(&self) -> Option<&Value> {
        match &self.from {
            From::Literal(v) if self.transforms.is_empty() => {
                Some(self.default.as_ref().filter(|_| read::absent(Some(v))).unwrap_or(v))
            }
            From::Template(t) if self.transforms.is_empty() && self.default.is_none() => {
                t.constant()
            }
            _ => None,
        }
    }
    /// Whether it gives a list whatever the event is: a path that is not singular, untouched. Into
    /// a text field this is a fault when the flow is saved (semantics S8).
    pub fn always_list(&self) -> bool {
        let list = match &self.from {
            From::Path(p) => !p.is_singular(),
            From::List(_) => true,
            From::Literal(v) => v.is_array(),
            _ => false,
        };
        list && self.transforms.is_empty()
    }
    /// Whether a template in it inserts data with `{{{x}}}`.
    pub fn has_raw(&self) -> bool {
        match &self.from {
            From::Template(t) => t.has_raw(),
            From::Object(fields) => fields.iter().any(|(_, m)| m.has_raw()),
            From::List(items) => items.iter().any(Compiled::has_raw),
            From::Literal(_) | From::Path(_) | From::Secret(_) => false,
        }
    }
    /// Everything that it reads below the context.
    pub fn references(&self) -> Vec<Used> {
        match &self.from {
            From::Path(p) => p.references(),
            From::Template(t) => t.references().to_vec(),
            From::Object(fields) => fields.iter().flat_map(|(_, m)| m.references()).collect(),
            From::List(items) => items.iter().flat_map(Compiled::references).collect(),
            From::Literal(_) | From::Secret(_) => Vec::new(),
        }
    }
    /// The templates in it, for checks of what they read.
    pub fn templates(&self) -> Vec<&Template> {
        match &self.from {
            From::Template(t) => vec![t],
            From::Object(fields) => fields.iter().flat_map(|(_, m)| m.templates()).collect(),
            From::List(items) => items.iter().flat_map(Compiled::templates).collect(),
            From::Literal(_) | From::Path(_) | From::Secret(_) => Vec::new(),
        }
    }
    /// The secrets in it and below it.
    pub fn secrets(&self) -> Vec<&str> {
        match &self.from {
            From::Secret(name) => vec![name],
            From::Object(fields) => fields.iter().flat_map(|(_, m)| m.secrets()).collect(),
            From::List(items) => items.iter().flat_map(Compiled::secrets).collect(),
            From::Literal(_) | From::Path(_) | From::Template(_) => Vec::new(),
        }
    }
    /// The mapping of one field of an `object` source that nothing else is done to.
    pub(crate) fn child(&self, name: &str) -> Option<&Compiled> {
        match &self.from {
            From::Object(fields) if self.transforms.is_empty() => {
                fields.iter().find(|(n, _)| n == name).map(|(_, m)| m)
            }
            _ => None,
        }
    }
    /// The path that its value comes from, for messages: that of a path, or of a template that is
    /// one path.
    pub fn source_path(&self) -> Option<String> {
        match &self.from {
            From::Path(p) => Some(p.as_str().to_owned()),
            From::Template(t) if t.is_typed() => match t.references() {
                [one] => Some(one.path()),
                _ => None,
            },
            _ => None,
        }
    }
    /// The error with the path that the value came from.
    pub(crate) fn located(&self, e: MapError) -> MapError {
        match self.source_path() {
            Some(path) => e.from_path(&path),
            None => e,
        }
    }
}

fn secret_here(name: &str) -> MapError {
    MapError::new(
        domain::Code::MappingFailed,
        format!("the secret \"{name}\" can only be given to a secret field"),
        format!("секрет «{name}» можно передать только в секретное поле"),
    )
}

fn from(source: &Source, escape: Escape, faults: &mut Vec<Placed>) -> Option<From> {
    let mut keep = |place: &str, fault: Fault| faults.push((place.to_owned(), fault));
    match source {
        Source::Literal(v) => Some(From::Literal(v.clone())),
        Source::Path(p) => Path::parse(p).map_err(|f| keep(".path", f)).ok().map(From::Path),
        Source::Template(t) => {
            Template::parse(t, escape).map_err(|f| keep(".template", f)).ok().map(From::Template)
        }
        Source::Object(fields) => object(fields, escape, faults).map(From::Object),
        Source::List(items) => {
            let mut out = Vec::with_capacity(items.len());
            for (i, m) in items.iter().enumerate() {
                match Compiled::compile(m, escape) {
                    Ok(c) => out.push(c),
                    Err(list) => below(&format!(".list[{i}]"), list, faults),
                }
            }
            (out.len() == items.len()).then_some(From::List(out))
        }
        Source::Secret(name) => Some(From::Secret(name.clone())),
    }
}

fn object(
    fields: &Fields,
    escape: Escape,
    faults: &mut Vec<Placed>,
) -> Option<Vec<(String, Compiled)>> {
    let mut out = Vec::with_capacity(fields.len());
    for (name, m) in fields {
        match Compiled::compile(m, escape) {
            Ok(c) => out.push((name.clone(), c)),
            Err(list) => below(&format!(".object.{name}"), list, faults),
        }
    }
    (out.len() == fields.len()).then_some(out)
}

/// Adds faults of something below `place`.
pub(crate) fn below(place: &str, list: Vec<Placed>, faults: &mut Vec<Placed>) {
    faults.extend(list.into_iter().map(|(at, f)| (format!("{place}{at}"), f)));
}

fn step(t: &Transform) -> Result<Step, Vec<Fault>> {
    let Some(function) = functions::get(&t.function) else {
        let name = &t.function;
        let (en, ru) = match functions::suggest(name) {
            Some(n) => (format!("; did you mean \"{n}\"?"), format!("; возможно, «{n}»?")),
            None => Default::default(),
        };
        return Err(vec![Fault::new(
            "unknown_function",
            format!("there is no function \"{name}\"{en}"),
            format!("нет функции «{name}»{ru}"),
        )]);
    };
    let wrong = functions::check_args(function, &t.args);
    if wrong.is_empty() {
        return Ok(Step { function, args: t.args.clone() });
    }
    Err(wrong.into_iter().map(|m| Fault::new("function_arguments", m.en, m.ru)).collect())
}

#[cfg(test)]
mod tests;
