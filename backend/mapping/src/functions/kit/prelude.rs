//! What every function imports.

pub use serde_json::Value;

pub use super::args::Args;
pub use super::decimal::Decimal;
pub use super::error::{Fault, FnError};
pub use super::function::{BASE, Call, Done, Env, Function};
pub use super::spec::{Group, Param, ParamKind, fails, gives, words};
pub use super::{out, read};
