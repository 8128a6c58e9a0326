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
    /// Characters that count on both sides; all of them if none.
    chars: Option<usize>,
}

impl Token {
    pub fn compile(b: &mut Builder, at: &str, t: &manifest::Token) -> Option<Token> {
        let from = format!("{at}.from");
        let source = b.fixed(&from, &t.from).and_then(|f| Source::compile(b, &from, &f));
        let equals = format!("{at}.equals");
        let secrets = t.equals.0.iter().filter_map(|e| b.secret(&equals, e)).collect();
        let prefix = t.prefix.clone().unwrap_or_default();
        Some(Token { source: source?, prefix, secrets, chars: t.chars })
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
            .fold(false, |ok, s| ok | same(self.head(given), self.head(s.expose())));
        if passes { Ok(()) } else { Err(Failure::wrong(&what)) }
    }

    /// The text that passes, for fixtures.
    pub fn text(&self) -> String {
        let secret = self.secrets.first().map(Secret::expose).unwrap_or_default();
        format!("{}{secret}", self.prefix)
    }

    /// The part that is compared. A text that is too short is none.
    fn head<'t>(&self, text: &'t str) -> &'t [u8] {
        let Some(chars) = self.chars else { return text.as_bytes() };
        let end = text.char_indices().map(|(i, c)| i + c.len_utf8()).nth(chars.saturating_sub(1));
        end.map_or(&[], |end| &text.as_bytes()[..end])
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

    /// Name and password, for fixtures.
    pub fn pair(&self) -> String {
        let password = self.password.as_ref().map(Secret::expose).unwrap_or_default();
        format!("{}:{password}", self.user.as_deref().unwrap_or_default())
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
