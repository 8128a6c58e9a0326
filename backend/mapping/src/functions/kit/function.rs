//! The description of one function, and how it is called.

use domain::Time;
use jiff::Zoned;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::args::Args;
use super::decimal::Decimal;
use super::error::{Fault, FnError};
use super::spec::{Example, Group, Param, Words, words};
use super::{dates, read};

/// What a function may know besides its input. Everything here is journaled, so a repeated step
/// gives the same bytes.
pub struct Env<'a> {
    /// When the step first started.
    pub now: Time,
    /// The IANA time zone of the flow.
    pub timezone: &'a str,
    /// The next of the uuids of this step.
    pub uuid: &'a dyn Fn() -> Uuid,
}

/// What a function is applied to.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    Missing,
    Ref(&'a Value),
    Own(Value),
}

impl Input<'_> {
    fn get(&self) -> Option<&Value> {
        match self {
            Input::Missing => None,
            Input::Ref(v) => Some(v),
            Input::Own(v) => Some(v),
        }
    }
    fn into_value(self) -> Option<Value> {
        match self {
            Input::Missing => None,
            Input::Ref(v) => Some(v.clone()),
            Input::Own(v) => Some(v),
        }
    }
}

impl<'a> From<Option<&'a Value>> for Input<'a> {
    fn from(v: Option<&'a Value>) -> Self {
        v.map_or(Input::Missing, Input::Ref)
    }
}

impl From<Value> for Input<'_> {
    fn from(v: Value) -> Self {
        Input::Own(v)
    }
}

/// The value of a function, or why there is none.
pub type Done = Result<Value, FnError>;

/// The code of a function, by what it works on. Everything but `Any` and `Own` gives null for a
/// missing or null input, so that a `default` applies after it.
#[derive(Clone, Copy)]
pub enum Call {
    /// The text of a text, number or yes/no.
    Text(fn(&str, &Args<'_>, &Env<'_>) -> Done),
    /// A number, or the number in a text; null for a blank text.
    Number(fn(Decimal, &Args<'_>, &Env<'_>) -> Done),
    /// A date in the zone of the flow; null for a blank text.
    Date(fn(Zoned, &Args<'_>, &Env<'_>) -> Done),
    /// The items of a list. Anything else is a list of itself.
    List(fn(&[Value], &Args<'_>, &Env<'_>) -> Done),
    /// The items of a list, as the function's own.
    OwnList(fn(Vec<Value>, &Args<'_>, &Env<'_>) -> Done),
    /// Whatever there is; `None` is missing.
    Any(fn(Option<&Value>, &Args<'_>, &Env<'_>) -> Done),
    /// Whatever there is as the function's own; `None` is missing.
    Own(fn(Option<Value>, &Args<'_>, &Env<'_>) -> Done),
}

/// A transform of flows and helper of templates.
#[derive(Serialize)]
pub struct Function {
    pub name: &'static str,
    /// The function whose other name this is; such a one is not shown in the picker.
    pub alias_of: Option<&'static str>,
    pub title: Words,
    pub description: Words,
    pub group: Group,
    pub params: &'static [Param],
    /// The result keeps its JSON type where a template is this one helper alone.
    pub typed: bool,
    /// Place of the input among the positional arguments of a helper; `None` takes no input.
    pub input_at: Option<usize>,
    /// A helper takes named arguments that are no parameters.
    pub open: bool,
    pub examples: &'static [Example],
    #[serde(skip)]
    pub call: Call,
}

/// What most functions have in common.
pub const BASE: Function = Function {
    name: "",
    alias_of: None,
    title: words("", ""),
    description: words("", ""),
    group: Group::Text,
    params: &[],
    typed: false,
    input_at: Some(0),
    open: false,
    examples: &[],
    call: Call::Any(|_, _, _| Ok(Value::Null)),
};

impl Function {
    /// Applies the function. The error names the function.
    pub fn call(&self, input: Input<'_>, args: &Args<'_>, env: &Env<'_>) -> Done {
        self.apply(input, args, env).map_err(|e| e.of(self.name))
    }

    /// Applies the function as a helper: `positions` hold the input too, `None` is missing.
    pub fn call_helper<'a>(
        &'static self,
        positions: impl IntoIterator<Item = Option<&'a Value>>,
        named: impl IntoIterator<Item = (&'a str, &'a Value)>,
        env: &Env<'_>,
    ) -> Done {
        let (input, args) = Args::of_helper(self, positions, named).map_err(|e| e.of(self.name))?;
        self.call(input.into(), &args, env)
    }

    fn apply(&self, input: Input<'_>, args: &Args<'_>, env: &Env<'_>) -> Done {
        match self.call {
            Call::Any(f) => return f(input.get(), args, env),
            Call::Own(f) => return f(input.into_value(), args, env),
            _ => {}
        }
        let Some(value) = input.get().filter(|v| !v.is_null()) else {
            return Ok(Value::Null);
        };
        match self.call {
            Call::Text(f) => f(&read::text(value)?, args, env),
            Call::Number(_) | Call::Date(_) if read::blank(value) => Ok(Value::Null),
            Call::Number(f) => f(Decimal::of(value)?, args, env),
            Call::Date(f) => f(dates::of(value, env)?, args, env),
            Call::List(f) => match value {
                Value::Array(items) => f(items, args, env),
                one => f(std::slice::from_ref(one), args, env),
            },
            Call::OwnList(f) => match input.into_value() {
                Some(Value::Array(items)) => f(items, args, env),
                one => f(one.into_iter().collect(), args, env),
            },
            Call::Any(_) | Call::Own(_) => Err(FnError::new(
                Fault::InputType,
                "cannot be applied to this",
                "не применяется к этому значению",
            )),
        }
    }
}
