//! The words of the product: ids, the flow document, deliveries, events, runs, outcomes, limits
//! and error codes. Knows no runtime, database or network: pure data and pure functions.

pub mod access;
pub mod alert;
pub mod clock;
pub mod code;
pub mod connection;
pub mod delivery;
pub mod failpoint;
pub mod field;
pub mod flow;
pub mod gate;
pub mod ids;
pub mod journal;
pub mod limits;
pub mod node;
pub mod outcome;
pub mod problem;
pub mod replay;
pub mod retry;
pub mod run;
pub mod secret;
pub mod settings;
pub mod span;
pub mod subscriber;
pub mod subscription;
pub mod text;

pub use access::{Actor, Role};
pub use clock::{Clock, SharedClock, Time};
pub use code::{Code, Side};
pub use gate::GateKey;
pub use problem::Problem;
pub use secret::Secret;
pub use span::Span;
pub use text::{Lang, Text};
