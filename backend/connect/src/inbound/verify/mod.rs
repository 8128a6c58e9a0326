//! Proof that a delivery comes from whom it says. Schemes are tried until one passes; all compare
//! in constant time; a scheme whose secret is not set never passes. Pure: what has to come from
//! outside (a key by its address, the sender's own word) is asked for by an [`Ask`].

mod content;
mod digest;
mod ip;
mod jwt;
pub mod outside;
mod public_key;
mod sign;
mod signature;
mod token;

#[cfg(test)]
mod jwt_tests;
#[cfg(test)]
mod tests;

use domain::{Text, Time};

use super::build::Builder;
use super::keep::Keep;
use super::seen::Seen;
use crate::manifest;
pub use outside::{Ask, Outside};
pub(crate) use public_key::{Check, PublicKey, pem};
pub use sign::{Place, Proof, apply};
use signature::Signature;

/// The keyed or plain hash of a text; none for algorithms of public keys.
pub(crate) fn digest_of(algo: manifest::Algo, key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    digest::hash(algo, key, &[text])
}

/// The schemes of one flow.
pub(super) struct Verify {
    schemes: Vec<Scheme>,
    optional: bool,
}

enum Scheme {
    Token(token::Token),
    Basic(token::Basic),
    Signature(Box<Signature>),
    Jwt(Box<jwt::Jwt>),
    Ip(ip::Ip),
    Callback,
    All(Vec<Scheme>),
    Any(Vec<Scheme>),
    Nothing,
}

/// Why a scheme did not pass; of several the most telling one is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    kind: FailureKind,
    pub reason: Text,
    /// The verdict waits for this.
    pub ask: Option<Ask>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FailureKind {
    Unset,
    Missing,
    Unreadable,
    Wrong,
    Stale,
    Asks,
}

impl Failure {
    fn new(kind: FailureKind, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Failure { kind, reason: Text::new(en, ru), ask: None }
    }
    fn asks(ask: Ask) -> Self {
        let (en, ru) = ("a key has to be fetched first", "сначала нужно получить ключ");
        Failure { ask: Some(ask), ..Self::new(FailureKind::Asks, en, ru) }
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
    fn denied() -> Self {
        Self::new(
            FailureKind::Wrong,
            "the service says that it did not send it",
            "сервис не подтвердил, что это его запрос",
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
        schemes.sort_by_key(|s| (matches!(s, Scheme::Callback), s.needs_body()));
        Verify { schemes, optional: w.verify_optional }
    }

    /// Whether anything but the address protects the flow.
    pub fn is_armed(&self) -> bool {
        self.schemes.iter().any(Scheme::is_armed)
    }

    /// Whether the delivery may pass.
    pub fn check(
        &self,
        seen: &mut Seen<'_>,
        now: Time,
        outside: &dyn Outside,
    ) -> Result<(), Failure> {
        if self.schemes.is_empty() || (self.optional && !self.is_armed()) {
            return Ok(());
        }
        any(&self.schemes, seen, now, outside)
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

fn several(b: &mut Builder, at: &str, s: &manifest::Several) -> Option<Vec<Scheme>> {
    let of = compile_list(b, &format!("{at}.of"), &s.of);
    if of.is_empty() && s.of.is_empty() {
        b.problem(at, "an empty list proves nothing", "пустой список ничего не проверяет");
    }
    // Every scheme of it may stand for another choice of the user.
    (!of.is_empty()).then_some(of)
}

/// One scheme that passes is enough; of the failures the most telling one is shown, after what
/// has to be asked for.
fn any(
    schemes: &[Scheme],
    seen: &mut Seen<'_>,
    now: Time,
    outside: &dyn Outside,
) -> Result<(), Failure> {
    let mut worst = Failure::unset();
    for scheme in schemes {
        match scheme.check(seen, now, outside) {
            Ok(()) => return Ok(()),
            Err(f) if f.kind >= worst.kind => worst = f,
            Err(_) => {}
        }
    }
    Err(worst)
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
            V::Jwt(j) if b.shown(j.when.as_ref()) => {
                jwt::Jwt::compile(b, at, j).map(|j| Scheme::Jwt(Box::new(j)))
            }
            V::Ip(i) => Some(Scheme::Ip(ip::Ip::compile(b, at, i))),
            V::Callback(_) => Some(Scheme::Callback),
            V::All(a) => several(b, at, a).map(Scheme::All),
            V::Any(a) => several(b, at, a).map(Scheme::Any),
            V::Token(_) | V::Basic(_) | V::Signature(_) | V::Jwt(_) | V::None(_) => None,
        }
    }

    fn check(&self, seen: &mut Seen<'_>, now: Time, outside: &dyn Outside) -> Result<(), Failure> {
        if !self.is_armed() {
            return if matches!(self, Scheme::Nothing) { Ok(()) } else { Err(Failure::unset()) };
        }
        if self.needs_body() && !seen.readable() {
            return Err(Failure::unreadable());
        }
        match self {
            Scheme::Token(t) => t.check(seen),
            Scheme::Basic(b) => b.check(seen),
            Scheme::Signature(s) => s.check(seen, now, outside),
            Scheme::Jwt(j) => j.check(seen, now, outside),
            Scheme::Ip(i) => i.check(seen),
            Scheme::Callback => match outside.confirmed() {
                Some(true) => Ok(()),
                Some(false) => Err(Failure::denied()),
                None => Err(Failure::asks(Ask::Callback)),
            },
            Scheme::All(of) => of.iter().try_for_each(|s| s.check(seen, now, outside)),
            Scheme::Any(of) => any(of, seen, now, outside),
            Scheme::Nothing => Ok(()),
        }
    }

    /// Whether its secret is set.
    fn is_armed(&self) -> bool {
        match self {
            Scheme::Token(t) => t.is_armed(),
            Scheme::Basic(b) => b.is_armed(),
            Scheme::Signature(s) => s.is_armed(),
            Scheme::Jwt(j) => j.is_armed(),
            Scheme::Ip(i) => i.is_armed(),
            Scheme::Callback => true,
            Scheme::All(of) | Scheme::Any(of) => of.iter().any(Scheme::is_armed),
            Scheme::Nothing => false,
        }
    }

    fn needs_body(&self) -> bool {
        match self {
            Scheme::Token(t) => t.source.needs_body(),
            Scheme::Signature(s) => s.needs_body(),
            Scheme::Jwt(j) => j.source.needs_body(),
            Scheme::All(of) | Scheme::Any(of) => of.iter().any(Scheme::needs_body),
            Scheme::Callback => true,
            Scheme::Basic(_) | Scheme::Ip(_) | Scheme::Nothing => false,
        }
    }

    fn keep(&self, keep: &mut Keep) {
        match self {
            Scheme::Token(t) if t.is_armed() => keep.hide(&t.source),
            Scheme::Signature(s) if s.is_armed() => keep.hide(&s.source),
            Scheme::Jwt(j) if j.is_armed() => keep.hide(&j.source),
            Scheme::All(of) | Scheme::Any(of) => of.iter().for_each(|s| s.keep(keep)),
            _ => {}
        }
    }
}
