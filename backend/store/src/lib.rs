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
mod fire;
mod flows;
mod generation;
mod imports;
mod key;
mod load;
mod lock;
mod migrate;
mod nodes;
mod open;
mod queue;
mod replay;
mod runs;
mod seal;
mod secrets;
mod shared;
mod sql;
mod sweep;
mod triggers;
pub mod types;

pub use db::{Db, Ready};
pub use error::{Error, OpenError};
pub use fire::{Fire, FireFrom, Fired};
pub use imports::{ImportRow, ImportState, NewImport};
pub use key::KeySource;
pub use migrate::SCHEMA;
pub use open::{OpenOptions, Target};
pub use triggers::{ChangedFlow, TriggerPlan, TriggerRow};
pub use types::*;
