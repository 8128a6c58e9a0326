//! The whole product from end to end, on both databases, against receivers that speak the real
//! protocols. Each test has the number of the rule that it proves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod connectors;
mod data;
mod engine;
mod https;
mod ingest;
mod logs;
mod main_job;
mod nodes;
mod replays;
mod samples;
mod secrets;
mod subscribers;
mod triggers;
mod whole_life;
