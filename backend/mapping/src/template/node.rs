//! A parsed template.

use std::fmt;

use serde_json::Value;

use crate::functions::Function;
use crate::reference::Reference;

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Node {
    Text(Box<str>),
    /// `{{x}}`, or `{{{x}}}` where `raw`.
    Print {
        expr: Expr,
        raw: bool,
    },
    /// `#if`, `#unless` and blocks of functions: the first arm that holds.
    If {
        arms: Vec<(Test, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    Each {
        list: Expr,
        names: Names,
        body: Vec<Node>,
        empty: Vec<Node>,
    },
    With {
        subject: Expr,
        names: Names,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
}

/// The condition of an arm.
#[derive(Clone, Debug)]
pub struct Test {
    pub expr: Expr,
    /// `unless`.
    pub negated: bool,
    /// `includeZero=true`: 0 holds.
    pub zero: bool,
}

/// Block parameters: `as |item index|`.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub value: Option<Box<str>>,
    pub place: Option<Box<str>>,
}

/// What gives a value.
#[derive(Clone, Debug)]
pub enum Expr {
    Path(Reference),
    Literal(Value),
    Call(Box<Call>),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    pub function: &'static Function,
    pub positions: Vec<Expr>,
    pub named: Vec<(Box<str>, Expr)>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
