//! Compiled limits that are kept on this side.

use domain::flow::place;
use domain::{Span, limits};

use super::{Compiler, Scope};
use crate::manifest::{LimitKind, LimitScope, RateLimit};
use crate::template::Text;

/// A compiled limit.
#[derive(Debug)]
pub struct Limit {
    pub allowed: Allowed,
    pub scope: LimitScope,
    /// Divides what shares the limit; the limit does not hold where it renders to nothing.
    pub key: Option<Text>,
}

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Calls in a time.
    Rate(Rate),
    /// Calls at once.
    Concurrent(u32),
}

/// A bucket of `burst` calls that gains one each `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub interval: Span,
    pub burst: u32,
}

impl Rate {
    /// `calls` in `per`, `burst` of them at once. Nothing if that is no limit.
    pub fn new(calls: u32, per: Span, burst: u32) -> Option<Rate> {
        let n = i64::from(calls);
        if n == 0 || burst == 0 || !(1..=limits::RATE_PER_MAX.micros()).contains(&per.micros()) {
            return None;
        }
        // Rounded up, so that the limit is kept.
        let interval = Span::from_micros((per.micros() + n - 1) / n);
        Some(Rate { interval, burst: burst.min(limits::RATE_BURST) })
    }
}

impl Compiler {
    /// Compiles limits.
    pub fn limits(&mut self, at: &str, given: &[RateLimit], scope: &Scope<'_>) -> Vec<Limit> {
        let scope = Scope { roots: &["input", "conn"], secrets_allowed: false, ..*scope };
        let mut out = Vec::with_capacity(given.len());
        for (i, l) in given.iter().enumerate() {
            let at = place::item(at, i);
            let key = self.maybe(&place::key(&at, "key"), l.key.as_deref(), &scope);
            match allowed(l) {
                Some(allowed) => out.push(Limit { allowed, scope: l.scope, key }),
                None => self.fault(
                    "rate_limit",
                    &at,
                    "a limit allows at least one call, and a rate names a time of at most 31d in per"
                        .into(),
                    "лимит разрешает хотя бы один вызов, а у частоты есть время per не больше 31d"
                        .into(),
                ),
            }
        }
        out
    }
}

fn allowed(l: &RateLimit) -> Option<Allowed> {
    match l.kind {
        LimitKind::Rate => {
            Rate::new(l.limit, l.per?, l.burst.unwrap_or(l.limit)).map(Allowed::Rate)
        }
        LimitKind::Concurrent => (l.limit > 0).then_some(Allowed::Concurrent(l.limit)),
    }
}
