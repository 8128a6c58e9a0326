//! What becomes of accepted events: retries, unknown outcomes, crashes, branches, people.

mod access;
mod crashes;
mod nodes;
mod people;
mod replay;
mod retry;
mod steps;
mod unknown;
