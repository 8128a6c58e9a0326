//! What senders send, also the wrong things, and what they are answered: nothing is ever lost.

mod bodies;
mod copies;
mod held;
mod limits;
mod refused;
mod stored;
