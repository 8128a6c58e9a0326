//! The arguments of one call, by name or by position, read as the types of the parameters.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::check;
use super::decimal::Decimal;
use super::error::{Fault, FnError};
use super::function::Function;
use super::read;
use super::spec::Param;

/// Arguments of one call of one function. A null argument counts as not given.
pub struct Args<'a> {
    params: &'static [Param],
    values: Values<'a>,
}

enum Values<'a> {
    Map(&'a Map<String, Value>),
    Helper { fixed: Vec<(&'a str, &'a Value)>, rest: Vec<&'a Value> },
}

impl<'a> Args<'a> {
    /// The arguments of a transform in a flow.
    pub fn of_map(function: &'static Function, map: &'a Map<String, Value>) -> Self {
        Self { params: function.params, values: Values::Map(map) }
    }

    /// The input and arguments of a template helper: positions go to the input and then to the
    /// parameters in order, what is left over to the one that takes the rest.
    pub fn of_helper(
        function: &'static Function,
        positions: impl IntoIterator<Item = Option<&'a Value>>,
        named: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> Result<(Option<&'a Value>, Self), FnError> {
        let (mut input, mut fixed, mut rest) = (None, Vec::new(), Vec::new());
        let mut params = function.params.iter();
        for (i, value) in positions.into_iter().enumerate() {
            if function.input_at == Some(i) {
                input = value;
                continue;
            }
            let last = function.params.last().filter(|p| p.rest);
            match params.next().or(last) {
                Some(p) if p.rest => rest.push(value.unwrap_or(&Value::Null)),
                Some(p) => fixed.extend(value.map(|v| (p.name, v))),
                None => {
                    let most = function.params.len() + usize::from(function.input_at.is_some());
                    return Err(FnError::new(
                        Fault::ArgumentUnknown,
                        format!("takes at most {most} values, one more was given"),
                        format!("принимает не больше значений, чем {most}, а дано больше"),
                    ));
                }
            }
        }
        for (name, value) in named {
            if !function.open && !function.params.iter().any(|p| p.name == name) {
                return Err(check::unknown(function, name));
            }
            fixed.push((name, value));
        }
        Ok((input, Self { params: function.params, values: Values::Helper { fixed, rest } }))
    }

    /// The argument as it is; nothing for null.
    pub fn any(&self, name: &str) -> Option<&Value> {
        let value = match &self.values {
            Values::Map(map) => map.get(name),
            Values::Helper { fixed, .. } => fixed.iter().find(|(n, _)| *n == name).map(|(_, v)| *v),
        };
        value.filter(|v| !v.is_null())
    }

    /// The argument, checked against its parameter.
    fn typed(&self, name: &str) -> Result<Option<&Value>, FnError> {
        let Some(param) = self.params.iter().find(|p| p.name == name) else {
            return Ok(None);
        };
        match self.any(name) {
            Some(v) => check::value(param, v).map(|()| Some(v)),
            None if param.required => Err(check::missing(name)),
            None => Ok(None),
        }
    }

    /// A text, a choice, a pattern, a zone or a date format.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, FnError> {
        Ok(self.typed(name)?.and_then(read::scalar))
    }

    /// A text that may be left out.
    pub fn text_or<'s>(&'s self, name: &str, other: &'s str) -> Result<Cow<'s, str>, FnError> {
        Ok(self.text(name)?.unwrap_or(Cow::Borrowed(other)))
    }

    /// A text that has to be there.
    pub fn need_text(&self, name: &str) -> Result<Cow<'_, str>, FnError> {
        self.text(name)?.ok_or_else(|| check::missing(name))
    }

    /// A whole number within the bounds of its parameter.
    pub fn int(&self, name: &str) -> Result<Option<i64>, FnError> {
        Ok(self.typed(name)?.and_then(check::integer))
    }

    /// A number of things, which the bounds of its parameter keep from being negative.
    pub fn size_or(&self, name: &str, other: usize) -> Result<usize, FnError> {
        Ok(self.int(name)?.map_or(other, |n| usize::try_from(n).unwrap_or(0)))
    }

    /// Yes or no.
    pub fn bool_or(&self, name: &str, other: bool) -> Result<bool, FnError> {
        Ok(self.typed(name)?.and_then(check::boolean).unwrap_or(other))
    }

    /// A number.
    pub fn number(&self, name: &str) -> Result<Option<Decimal>, FnError> {
        self.typed(name)?.map(|v| Decimal::of(v).map_err(|e| check::argument(name, &e))).transpose()
    }

    /// A number that has to be there.
    pub fn need_number(&self, name: &str) -> Result<Decimal, FnError> {
        self.number(name)?.ok_or_else(|| check::missing(name))
    }

    /// A map.
    pub fn map(&self, name: &str) -> Result<Option<&Map<String, Value>>, FnError> {
        Ok(self.typed(name)?.and_then(Value::as_object))
    }

    /// The items of a list.
    pub fn list(&self, name: &str) -> Result<Option<&[Value]>, FnError> {
        Ok(self.typed(name)?.and_then(Value::as_array).map(Vec::as_slice))
    }

    /// The items of a list argument, or all that were given by position.
    pub fn rest(&self, name: &str) -> Vec<&Value> {
        match (self.any(name), &self.values) {
            (Some(Value::Array(items)), _) => items.iter().collect(),
            (Some(one), _) => vec![one],
            (None, Values::Helper { rest, .. }) => rest.clone(),
            (None, Values::Map(_)) => Vec::new(),
        }
    }

    /// The same, at least one of them.
    pub fn need_rest(&self, name: &str) -> Result<Vec<&Value>, FnError> {
        let all = self.rest(name);
        if all.is_empty() { Err(check::missing(name)) } else { Ok(all) }
    }

    /// A named argument that is no parameter, for open functions.
    pub fn extra(&self, name: &str) -> Option<&Value> {
        match &self.values {
            Values::Helper { .. } if !self.params.iter().any(|p| p.name == name) => self.any(name),
            _ => None,
        }
    }
}
