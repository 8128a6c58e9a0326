//! Mapping: from the data of a run to the input of a step. Pure: no clock, no I/O, no secrets;
//! everything comes in a [`Context`] and an [`Env`], so a repeated step gives the same bytes.
//!
//! Documents are compiled once per version ([`Path`], [`Template`], [`mapping::Compiled`],
//! [`condition::Compiled`], [`Inputs`], [`ValueTemplate`]) and then run for every event.

pub mod check;
pub mod coerce;
pub mod condition;
pub mod context;
pub mod error;
pub mod fields;
pub mod functions;
pub mod header;
pub mod mapping;
pub mod moment;
pub mod path;
pub mod pill;
pub mod reference;
pub mod schedule;
pub mod schema;
pub mod template;
mod url;
pub mod value_template;

#[cfg(test)]
mod testing;

pub use context::{Context, Outer, json_size};
pub use error::{Fault, MapError, Placed};
pub use fields::Inputs;
pub use functions::Env;
pub use header::Header;
pub use path::{Found, Path, Segment};
pub use reference::Used;
pub use schema::Schema;
pub use template::Template;
pub use value_template::ValueTemplate;
