//! Actions that are compiled in: their fields and texts are in their manifests all the same.

use futures::future::BoxFuture;

use domain::connection::Connection;
use domain::flow::catalogue::Source;
use domain::journal::Exchange;
use domain::outcome::StepError;

use crate::outbound::{Call, Executed, Outbound, Tested};
use crate::registry::Connector;

mod email;
mod fields;
mod http;
mod input;
mod shot;
#[cfg(test)]
mod tests;
mod webhook_out;

pub use email::pool::Mailer;
pub use input::{looks_secret, url as checked_url};
pub use webhook_out::{check_secret, extra_header};

/// One action in Rust.
pub trait Native: Send + Sync {
    /// Makes the call. Never panics, and every path gives an outcome.
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed>;

    /// Whether a run does it without a call: no exchange with a service can show how it works.
    fn sends_nothing(&self) -> bool {
        false
    }
}

/// The connection test of a connector in Rust.
pub trait NativeTest: Send + Sync {
    /// Proves that the credentials work.
    fn test<'a>(
        &'a self,
        out: &'a Outbound,
        connector: &'a Connector,
        connection: &'a Connection,
    ) -> BoxFuture<'a, Result<Tested, (StepError, Vec<Exchange>)>>;
}

/// The code of an action, if it is compiled in.
pub fn action(connector: &str, action: &str) -> Option<&'static dyn Native> {
    match (connector, action) {
        ("http", "request") => Some(&http::Request),
        ("webhook_out", "send") => Some(&webhook_out::Send),
        ("webhook_out", "publish") => Some(&webhook_out::Publish),
        ("webhook_out", "deliver") => Some(&webhook_out::Deliver),
        ("email", "send") => Some(&email::Send),
        _ => None,
    }
}

/// What starts the runs of a trigger that is compiled in.
pub fn trigger(connector: &str, trigger: &str) -> Option<Source> {
    match (connector, trigger) {
        ("schedule", "cron" | "every") => Some(Source::Schedule),
        ("manual", "start") => Some(Source::Manual),
        _ => None,
    }
}

/// The connection test of a connector, if it is compiled in.
pub fn tester(connector: &str) -> Option<&'static dyn NativeTest> {
    match connector {
        "http" => Some(&http::CHECK),
        "webhook_out" => Some(&webhook_out::CHECK),
        "email" => Some(&email::Check),
        _ => None,
    }
}
