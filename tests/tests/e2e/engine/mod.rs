//! What becomes of accepted events: retries, unknown outcomes, crashes, branches, people.

mod access;
mod bulk;
mod crashes;
mod nodes;
mod people;
mod replay;
mod retry;
mod steps;
mod unknown;
