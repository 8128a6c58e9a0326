//! What senders send, also the wrong things, and what they are answered: nothing is ever lost.

mod bodies;
mod copies;
mod full;
mod held;
mod limits;
mod pace;
mod refused;
mod stored;
