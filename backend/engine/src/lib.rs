//! The flow engine: takes events through flow versions, step by step, with a journal.
//!
//! `machine` decides (pure), `worker` and `execute` act. There is no SQL and no HTTP server here:
//! the store keeps everything, `connect` speaks to services.

mod alerts;
mod answers;
mod asked;
pub mod build;
mod bulk;
pub mod cache;
mod call;
mod claiming;
pub mod clock;
pub mod connectors;
mod credentials;
pub mod engine;
mod execute;
mod fair;
mod files;
mod flights;
pub mod gates;
mod hold;
pub mod intake;
pub mod keys;
pub(crate) mod letters;
pub mod live;
pub mod machine;
pub mod manage;
mod meet;
mod needs;
mod node;
mod options;
mod order;
mod outside;
mod places;
pub mod program;
mod publish;
pub mod reasons;
pub mod respond;
pub mod routes;
pub mod search;
mod settle;
mod snapshot;
mod steps;
mod suspect;
pub mod temporary;
mod tokens;
pub mod triggers;
pub mod whereabouts;
mod worker;

pub use engine::{Config, Engine, Shared};
