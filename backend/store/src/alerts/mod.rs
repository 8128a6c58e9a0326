//! Alerts: what is wrong (`states`), what was said about it, and to whom it is still to be sent
//! (`notices`); and what of the flows tells that something is wrong (`health`).

mod health;
mod notices;
mod states;

pub use health::{BrokenConnection, FlowHealth};
pub use notices::{Notice, NoticeEnd};
pub use states::{AlertState, NewAlert, NewNotice, Notification, Stage};
