//! Secrets that a delivery carries: a token in a header, query, cookie or body, and HTTP basic.

use domain::Secret;
use subtle::ConstantTimeEq;

use super::{Failure, FailureKind};
use crate::inbound::build::Builder;
use crate::inbound::seen::Seen;
use crate::inbound::source::{self, Source};
use crate::manifest;

/// A token at a known place.
pub struct Token {
    pub(super) source: Source,
    prefix: String,
    secrets: Vec<Secret>,
}

impl Token {
    pub fn compile(b: &mut Builder, at: &str, t: &manifest::Token) -> Option<Token> {
        let from = format!("{at}.from");
        let source = b.fixed(&from, &t.from).and_then(|f| Source::compile(b, &from, &f));
        let equals = format!("{at}.equals");
        let secrets = t.equals.0.iter().filter_map(|e| b.secret(&equals, e)).collect();
        Some(Token { source: source?, prefix: t.prefix.clone().unwrap_or_default(), secrets })
    }

    pub fn is_armed(&self) -> bool {
        !self.secrets.is_empty()
    }

    pub fn check(&self, seen: &mut Seen<'_>) -> Result<(), Failure> {
        let what = self.source.words();
        let given = self.source.get(seen).ok_or_else(|| Failure::missing(&what))?;
        let given = without_prefix(&given, &self.prefix).ok_or_else(|| Failure::wrong(&what))?;
        let passes = self
            .secrets
            .iter()
            .fold(false, |ok, s| ok | same(given.as_bytes(), s.expose().as_bytes()));
        if passes { Ok(()) } else { Err(Failure::wrong(&what)) }
    }
}

/// The text after a prefix; letters of a prefix may have either case, as in `Bearer`.
pub fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Compares in a time that does not depend on the content. Nothing equals an empty secret.
pub fn same(given: &[u8], secret: &[u8]) -> bool {
    !secret.is_empty() && bool::from(given.ct_eq(secret))
}

/// User and password of HTTP basic.
pub struct Basic {
    user: Option<String>,
    password: Option<Secret>,
}

impl Basic {
    pub fn compile(b: &mut Builder, at: &str, t: &manifest::Basic) -> Basic {
        Basic {
            user: b.fixed(&format!("{at}.user"), &t.user),
            password: b.secret(&format!("{at}.password"), &t.password),
        }
    }

    pub fn is_armed(&self) -> bool {
        self.user.is_some() && self.password.is_some()
    }

    pub fn check(&self, seen: &mut Seen<'_>) -> Result<(), Failure> {
        let (Some(user), Some(password)) = (&self.user, &self.password) else {
            return Err(Failure::unset());
        };
        let (name, pass) =
            source::basic(seen).ok_or_else(|| Failure::missing("header authorization (basic)"))?;
        // Both are always compared.
        let user = bool::from(name.ct_eq(user.as_bytes()));
        if user & same(&pass, password.expose().as_bytes()) {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Wrong,
            "user or password is wrong",
            "неверное имя или пароль",
        ))
    }
}
