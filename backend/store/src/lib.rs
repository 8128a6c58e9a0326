//! The store: SQL, and only here. One `Db` over SQLite and PostgreSQL; one text where both take
//! it, two where they differ. No HTTP, no flow semantics.

mod act;
mod addresses;
mod commit;
mod connections;
mod connectors;
mod counts;
mod db;
mod deliveries;
pub mod error;
mod events;
mod flows;
mod gates;
mod generation;
mod key;
mod load;
mod lock;
mod migrate;
mod newest;
mod nodes;
mod open;
mod places;
mod queue;
mod readers;
mod replay;
mod replays;
mod runs;
mod seal;
mod secrets;
mod shared;
mod sql;
mod sweep;
pub mod types;

pub use db::{Db, Ready};
pub use error::{Error, OpenError};
pub use gates::{GateRow, Granted, SharedRate};
pub use key::KeySource;
pub use migrate::SCHEMA;
pub use open::{OpenOptions, Target};
pub use places::Places;
pub use queue::words::*;
pub use replays::{OpenReplay, Original, Slice};
pub use types::*;
