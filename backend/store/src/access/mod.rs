//! People and programs that may use the API, and the log of what they did.

mod audit;
mod keys;

pub use audit::{AuditLine, NewAudit};
pub use keys::{ApiKey, NewApiKey};
