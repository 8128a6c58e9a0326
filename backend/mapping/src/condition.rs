//! Conditions: `all`, `any`, `not` and comparisons of two mappings. Texts compare trimmed and
//! without case unless `exact`; numbers as numbers where both sides look like numbers.

mod compare;

use domain::field::Escape;
use domain::flow::{self, Op};
use regex::Regex;
use serde_json::Value;

use crate::context::Context;
use crate::error::{Fault, MapError, Placed};
use crate::functions::Env;
use crate::mapping::{self, below};
use crate::reference::Used;

/// A compiled condition.
#[derive(Debug)]
pub enum Compiled {
    All(Vec<Compiled>),
    Any(Vec<Compiled>),
    Not(Box<Compiled>),
    Test(Box<Test>),
}

/// One comparison.
#[derive(Debug)]
pub struct Test {
    left: mapping::Compiled,
    op: Op,
    right: Option<mapping::Compiled>,
    exact: bool,
    /// The pattern of `matches` where the right side is a literal.
    pattern: Option<Regex>,
}

impl Compiled {
    /// Compiles a condition. Faults come with their place below it, such as `.all[0].left.path`.
    pub fn compile(c: &flow::Condition) -> Result<Self, Vec<Placed>> {
        let list = |word: &str, of: &[flow::Condition]| {
            let (mut out, mut faults) = (Vec::with_capacity(of.len()), Vec::new());
            for (i, c) in of.iter().enumerate() {
                match Self::compile(c) {
                    Ok(c) => out.push(c),
                    Err(list) => below(&format!(".{word}[{i}]"), list, &mut faults),
                }
            }
            if faults.is_empty() { Ok(out) } else { Err(faults) }
        };
        match c {
            flow::Condition::All(of) => list("all", of).map(Self::All),
            flow::Condition::Any(of) => list("any", of).map(Self::Any),
            flow::Condition::Not(of) => match Self::compile(of) {
                Ok(c) => Ok(Self::Not(Box::new(c))),
                Err(list) => {
                    let mut faults = Vec::new();
                    below(".not", list, &mut faults);
                    Err(faults)
                }
            },
            flow::Condition::Test(t) => Test::compile(t).map(|t| Self::Test(Box::new(t))),
        }
    }

    /// Whether it holds. Stops at the first part that decides.
    pub fn eval(&self, context: &Context, env: &Env<'_>) -> Result<bool, MapError> {
        match self {
            Self::All(of) => {
                for c in of {
                    if !c.eval(context, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(of) => {
                for c in of {
                    if c.eval(context, env)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(c) => c.eval(context, env).map(|held| !held),
            Self::Test(t) => t.eval(context, env),
        }
    }

    /// Everything that it reads below the context.
    pub fn references(&self) -> Vec<Used> {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().flat_map(Self::references).collect(),
            Self::Not(c) => c.references(),
            Self::Test(t) => t.sides().flat_map(mapping::Compiled::references).collect(),
        }
    }
    /// Whether it reads nothing outside of these roots. One that reads only the delivery is
    /// decided when the event comes in (semantics S17).
    pub fn reads_only(&self, roots: &[&str]) -> bool {
        self.references().iter().all(|u| u.root().is_some_and(|r| roots.contains(&r)))
    }
    /// The mappings on both sides of its comparisons.
    pub fn mappings(&self) -> Vec<&mapping::Compiled> {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().flat_map(Self::mappings).collect(),
            Self::Not(c) => c.mappings(),
            Self::Test(t) => t.sides().collect(),
        }
    }
}

/// Whether an operator compares with nothing.
pub fn is_unary(op: Op) -> bool {
    matches!(op, Op::IsEmpty | Op::IsNotEmpty | Op::Exists | Op::IsTrue | Op::IsFalse)
}

impl Test {
    fn compile(t: &flow::Test) -> Result<Self, Vec<Placed>> {
        let mut faults = Vec::new();
        let mut side = |name: &str, m: &flow::Mapping| {
            mapping::Compiled::compile(m, Escape::None)
                .map_err(|list| below(name, list, &mut faults))
                .ok()
        };
        let left = side(".left", &t.left);
        let right = t.right.as_ref().map(|m| side(".right", m));
        match (is_unary(t.op), &t.right) {
            (true, Some(_)) => faults.push((".right".into(), right_side(t.op, false))),
            (false, None) => faults.push((".right".into(), right_side(t.op, true))),
            _ => {}
        }
        let right = right.flatten();
        let literal = right.as_ref().and_then(mapping::Compiled::constant);
        let pattern = match literal.filter(|_| t.op == Op::Matches) {
            None => None,
            Some(v) => match compare::pattern(v, t.exact) {
                Ok(p) => Some(p),
                Err(e) => {
                    faults
                        .push((".right".into(), Fault::new("pattern", e.message.en, e.message.ru)));
                    None
                }
            },
        };
        match left {
            Some(left) if faults.is_empty() => {
                Ok(Self { left, op: t.op, right, exact: t.exact, pattern })
            }
            _ => Err(faults),
        }
    }

    fn sides(&self) -> impl Iterator<Item = &mapping::Compiled> {
        std::iter::once(&self.left).chain(self.right.as_ref())
    }

    fn eval(&self, context: &Context, env: &Env<'_>) -> Result<bool, MapError> {
        let left = self.left.value(context.data(), env)?;
        let left = left.as_deref();
        let right = match &self.right {
            Some(r) => r.value(context.data(), env)?,
            None => None,
        };
        let right = right.as_deref();
        let (a, b) = (left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null));
        let held = match self.op {
            Op::Equals => Ok(compare::equal(a, b, self.exact)),
            Op::NotEquals => Ok(!compare::equal(a, b, self.exact)),
            Op::Contains => Ok(compare::contains(a, b, self.exact)),
            Op::NotContains => Ok(!compare::contains(a, b, self.exact)),
            Op::StartsWith => Ok(compare::starts(a, b, self.exact)),
            Op::EndsWith => Ok(compare::ends(a, b, self.exact)),
            Op::Matches => compare::matches(a, b, self.pattern.as_ref(), self.exact),
            Op::IsEmpty => Ok(compare::empty(left)),
            Op::IsNotEmpty => Ok(!compare::empty(left)),
            Op::Exists => {
                Ok(left.is_some_and(|v| !(self.left.always_list() && compare::empty(Some(v)))))
            }
            Op::Gt => Ok(compare::order(a, b).is_some_and(std::cmp::Ordering::is_gt)),
            Op::Gte => Ok(compare::order(a, b).is_some_and(std::cmp::Ordering::is_ge)),
            Op::Lt => Ok(compare::order(a, b).is_some_and(std::cmp::Ordering::is_lt)),
            Op::Lte => Ok(compare::order(a, b).is_some_and(std::cmp::Ordering::is_le)),
            Op::Between => compare::between(a, b, env),
            Op::In => Ok(compare::within(a, b, self.exact)),
            Op::NotIn => Ok(!compare::within(a, b, self.exact)),
            Op::IsTrue => Ok(compare::yes(left, env) == Some(true)),
            Op::IsFalse => Ok(compare::yes(left, env) == Some(false)),
            Op::Before => {
                compare::by_date(a, b, env).map(|o| o.is_some_and(std::cmp::Ordering::is_lt))
            }
            Op::After => {
                compare::by_date(a, b, env).map(|o| o.is_some_and(std::cmp::Ordering::is_gt))
            }
        };
        held.map_err(|e| self.left.located(e))
    }
}

fn right_side(op: Op, wanted: bool) -> Fault {
    let op = op.as_str();
    if wanted {
        Fault::new(
            "condition_right",
            format!("\"{op}\" needs a right side to compare with"),
            format!("«{op}» нужна правая часть для сравнения"),
        )
    } else {
        Fault::new(
            "condition_right",
            format!("\"{op}\" takes no right side"),
            format!("у «{op}» не бывает правой части"),
        )
    }
}

#[cfg(test)]
mod tests;
