//! What becomes of accepted events: retries, unknown outcomes, crashes, branches, people.

mod access;
mod bulk;
mod crashes;
mod fair;
mod gates;
mod loop_trouble;
mod loops;
mod nodes;
mod order;
mod people;
mod replay;
mod respond;
mod retry;
mod steps;
mod unknown;
