//! What becomes of accepted events: retries, unknown outcomes, crashes, branches, people.

mod access;
mod crashes;
mod fair;
mod gates;
mod loop_trouble;
mod loops;
mod order;
mod people;
mod replay;
mod respond;
mod retry;
mod steps;
mod unknown;
