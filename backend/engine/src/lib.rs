//! The flow engine: takes events through flow versions, step by step, with a journal.
//!
//! `machine` decides (pure), `worker` and `execute` act. There is no SQL and no HTTP server here:
//! the store keeps everything, `connect` speaks to services.

pub mod cache;
pub mod clock;
mod credentials;
pub mod engine;
mod execute;
mod files;
pub mod intake;
pub mod keys;
pub mod machine;
pub mod manage;
mod needs;
mod node;
pub mod program;
mod settle;
mod snapshot;
mod suspect;
pub mod triggers;
mod worker;

pub use engine::{Config, Engine, Shared};
