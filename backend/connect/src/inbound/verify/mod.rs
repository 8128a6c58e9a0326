//! Proof that a delivery comes from whom it says. Schemes are tried until one passes; all compare
//! in constant time; a scheme whose secret is not set never passes. Absent: public keys (ed25519,
//! ECDSA, RSA), JWT and asking the sender back.

mod content;
mod digest;
mod ip;
mod signature;
mod token;

#[cfg(test)]
mod tests;

use domain::{Text, Time};

use super::build::Builder;
use super::keep::Keep;
use super::seen::Seen;
use crate::manifest;
use signature::Signature;

/// The schemes of one flow.
pub(super) struct Verify {
    schemes: Vec<Scheme>,
    optional: bool,
}

enum Scheme {
    Token(token::Token),
    Basic(token::Basic),
    Signature(Box<Signature>),
    Ip(ip::Ip),
    All(Vec<Scheme>),
    Nothing,
}

/// Why a scheme did not pass; of several the most telling one is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    kind: FailureKind,
    pub reason: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FailureKind {
    Unset,
    Missing,
    Unreadable,
    Wrong,
    Stale,
}

impl Failure {
    fn new(kind: FailureKind, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Failure { kind, reason: Text::new(en, ru) }
    }
    fn unset() -> Self {
        Self::new(
            FailureKind::Unset,
            "no secret is set to check deliveries with",
            "не задан секрет для проверки запросов",
        )
    }
    fn missing(what: &str) -> Self {
        Self::new(FailureKind::Missing, format!("{what} is missing"), format!("нет {what}"))
    }
    fn unreadable() -> Self {
        Self::new(
            FailureKind::Unreadable,
            "the body cannot be read, so it cannot be checked",
            "тело не читается, поэтому его нельзя проверить",
        )
    }
    fn wrong(what: &str) -> Self {
        Self::new(
            FailureKind::Wrong,
            format!("{what} does not match the secret"),
            format!("{what} не соответствует секрету"),
        )
    }
}

impl Verify {
    pub fn compile(b: &mut Builder, at: &str, w: &manifest::Webhook) -> Verify {
        let mut schemes: Vec<Scheme> = compile_list(b, at, &w.verify);
        if schemes.is_empty() && !w.verify.is_empty() {
            b.problem(
                at,
                "with these settings no way to check deliveries is left",
                "с такими настройками не остаётся способа проверить запросы",
            );
        }
        // What needs no reading of the body goes first: a forged delivery is refused cheaply.
        schemes.sort_by_key(Scheme::needs_body);
        Verify { schemes, optional: w.verify_optional }
    }

    /// Whether anything but the address protects the flow.
    pub fn is_armed(&self) -> bool {
        self.schemes.iter().any(Scheme::is_armed)
    }

    /// Whether the delivery may pass.
    pub fn check(&self, seen: &mut Seen<'_>, now: Time) -> Result<(), Failure> {
        if self.schemes.is_empty() || (self.optional && !self.is_armed()) {
            return Ok(());
        }
        let mut worst = Failure::unset();
        for scheme in &self.schemes {
            match scheme.check(seen, now) {
                Ok(()) => return Ok(()),
                Err(f) if f.kind >= worst.kind => worst = f,
                Err(_) => {}
            }
        }
        Err(worst)
    }

    /// Notes what carries a secret.
    pub fn keep(&self, keep: &mut Keep) {
        self.schemes.iter().for_each(|s| s.keep(keep));
    }
}

fn compile_list(b: &mut Builder, at: &str, list: &[manifest::Verify]) -> Vec<Scheme> {
    let one = |(i, v)| Scheme::compile(b, &format!("{at}[{i}]"), v);
    list.iter().enumerate().filter_map(one).collect()
}

impl Scheme {
    fn compile(b: &mut Builder, at: &str, v: &manifest::Verify) -> Option<Scheme> {
        use manifest::Verify as V;
        match v {
            V::Token(t) if b.shown(t.when.as_ref()) => {
                token::Token::compile(b, at, t).map(Scheme::Token)
            }
            V::Basic(t) if b.shown(t.when.as_ref()) => {
                Some(Scheme::Basic(token::Basic::compile(b, at, t)))
            }
            V::Signature(s) if b.shown(s.when.as_ref()) => {
                Signature::compile(b, at, s).map(|s| Scheme::Signature(Box::new(s)))
            }
            V::None(n) if b.shown(n.when.as_ref()) => Some(Scheme::Nothing),
            V::Ip(i) => Some(Scheme::Ip(ip::Ip::compile(b, at, i))),
            V::All(a) => {
                let of = compile_list(b, &format!("{at}.of"), &a.of);
                if of.is_empty() {
                    b.problem(
                        at,
                        "all of nothing proves nothing",
                        "пустой список ничего не проверяет",
                    );
                }
                Some(Scheme::All(of))
            }
            V::Token(_) | V::Basic(_) | V::Signature(_) | V::None(_) => None,
        }
    }

    fn check(&self, seen: &mut Seen<'_>, now: Time) -> Result<(), Failure> {
        if !self.is_armed() {
            return if matches!(self, Scheme::Nothing) { Ok(()) } else { Err(Failure::unset()) };
        }
        if self.needs_body() && !seen.readable() {
            return Err(Failure::unreadable());
        }
        match self {
            Scheme::Token(t) => t.check(seen),
            Scheme::Basic(b) => b.check(seen),
            Scheme::Signature(s) => s.check(seen, now),
            Scheme::Ip(i) => i.check(seen),
            Scheme::All(of) => of.iter().try_for_each(|s| s.check(seen, now)),
            Scheme::Nothing => Ok(()),
        }
    }

    /// Whether its secret is set.
    fn is_armed(&self) -> bool {
        match self {
            Scheme::Token(t) => t.is_armed(),
            Scheme::Basic(b) => b.is_armed(),
            Scheme::Signature(s) => s.is_armed(),
            Scheme::Ip(i) => i.is_armed(),
            Scheme::All(of) => of.iter().any(Scheme::is_armed),
            Scheme::Nothing => false,
        }
    }

    fn needs_body(&self) -> bool {
        match self {
            Scheme::Token(t) => t.source.needs_body(),
            Scheme::Signature(s) => s.needs_body(),
            Scheme::All(of) => of.iter().any(Scheme::needs_body),
            Scheme::Basic(_) | Scheme::Ip(_) | Scheme::Nothing => false,
        }
    }

    fn keep(&self, keep: &mut Keep) {
        match self {
            Scheme::Token(t) if t.is_armed() => keep.hide(&t.source),
            Scheme::Signature(s) if s.is_armed() => keep.hide(&s.source),
            Scheme::All(of) => of.iter().for_each(|s| s.keep(keep)),
            _ => {}
        }
    }
}
