//! What the functions are made of: the description of a function, its input and arguments, its
//! errors, and the few readers that many of them share.

pub mod args;
pub mod check;
pub mod compare;
pub mod country;
pub mod dates;
pub mod decimal;
pub mod entity;
pub mod error;
pub mod function;
pub mod letters;
pub mod names;
pub mod numeral;
pub mod out;
pub mod pattern;
pub mod phone;
pub mod prelude;
pub mod read;
pub mod spec;
