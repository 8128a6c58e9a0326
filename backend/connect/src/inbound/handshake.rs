//! Exchanges that are answered at once and never start a run: a service checking the address, a
//! test button, a ping.

use domain::field::Escape;

use super::build::{Builder, Words};
use super::cond::Cond;
use super::reply::Reply;
use crate::manifest;

/// A compiled exchange.
pub(super) struct Handshake {
    pub when: Cond,
    pub check: Option<Cond>,
    /// The delivery must be proved first.
    pub verified: bool,
    pub reply: Reply,
    /// Secrets that it brings.
    pub save: Vec<(String, Words)>,
    /// They are there already: it is no such exchange any more.
    pub done: bool,
}

impl Handshake {
    pub fn compile(b: &mut Builder, at: &str, h: &manifest::Handshake) -> Handshake {
        Handshake {
            when: Cond::compile(b, &format!("{at}.when"), &h.when, true),
            check: h.check.as_ref().map(|c| Cond::compile(b, &format!("{at}.check"), c, true)),
            verified: h.verified,
            done: h.save.keys().any(|name| b.has_hook(name)),
            save: h
                .save
                .iter()
                .map(|(n, t)| {
                    (n.clone(), b.words(&format!("{at}.save.{n}"), t, Escape::None, true))
                })
                .collect(),
            reply: Reply::compile(b, &format!("{at}.respond"), &h.respond, 200, true),
        }
    }
}
