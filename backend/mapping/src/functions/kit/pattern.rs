//! Regular expressions: compiled once per pattern and thread, so workers share no lock.

use std::cell::RefCell;

use domain::limits::{PATTERN_BYTES, PATTERNS_KEPT};
use regex::{Regex, RegexBuilder};

use super::error::{Fault, FnError};

thread_local! {
    static COMPILED: RefCell<Vec<Regex>> = const { RefCell::new(Vec::new()) };
}

fn compile(pattern: &str) -> Result<Regex, FnError> {
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build().map_err(|e| {
        let why = match &e {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().lines().last().unwrap_or_default().trim().to_owned(),
        };
        FnError::new(
            Fault::ArgumentValue,
            format!("not a regular expression: {why}"),
            format!("не регулярное выражение: {why}"),
        )
    })
}

/// Whether the pattern can be used.
pub fn check(pattern: &str) -> Result<(), FnError> {
    get(pattern).map(drop)
}

/// The compiled pattern; the one used last is found first.
pub fn get(pattern: &str) -> Result<Regex, FnError> {
    COMPILED.with_borrow_mut(|kept| {
        let regex = match kept.iter().rposition(|r| r.as_str() == pattern) {
            Some(i) if i + 1 == kept.len() => return Ok(kept[i].clone()),
            Some(i) => kept.remove(i),
            None => compile(pattern)?,
        };
        if kept.len() == PATTERNS_KEPT {
            kept.remove(0);
        }
        kept.push(regex.clone());
        Ok(regex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        for i in 0..PATTERNS_KEPT * 2 {
            get(&format!("a{i}")).unwrap();
            get("used").unwrap();
        }
        COMPILED.with_borrow(|kept| {
            assert_eq!(kept.len(), PATTERNS_KEPT);
            assert!(kept.iter().any(|r| r.as_str() == "used"));
        });
    }

    #[test]
    fn a_bad_or_huge_pattern_is_refused_with_the_reason() {
        assert!(check("a(").unwrap_err().text.en.contains("unclosed group"));
        assert!(check(r"(\w{100}){100}").unwrap_err().text.en.contains("too large"));
    }
}
