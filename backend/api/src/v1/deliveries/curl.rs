//! A delivery as a command that sends it again. What is masked stays masked.

use std::fmt::Write;

use domain::limits;
use engine::manage::inspect::Shown;

/// Headers that curl or the way to the server adds by itself.
const ADDED: [&str; 12] = [
    "host",
    "content-length",
    "connection",
    "accept-encoding",
    "transfer-encoding",
    "user-agent",
    "accept",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-real-ip",
    "forwarded",
];

/// The command for a POSIX shell.
pub fn command(s: &Shown, url: &str) -> String {
    let mut target = format!("{url}{}", s.stored.path);
    if s.open && !s.stored.query.is_empty() {
        let _ = write!(target, "?{}", s.stored.query);
    }
    let mut out = format!("curl -X {} {}", quoted(&s.stored.method), quoted(&target));
    for (name, value) in s.stored.headers.iter().filter(|(n, _)| !ADDED.contains(&n.as_str())) {
        let _ = write!(out, " \\\n  -H {}", quoted(&format!("{name}: {value}")));
    }
    if s.stored.body.is_empty() {
        return out;
    }
    let fits = |t: &String| t.len() <= limits::PREVIEW_BYTES && !t.contains('\0');
    let body = match &s.text {
        Some(text) => Some(text.clone()).filter(fits),
        None => s.parsed.as_ref().filter(|_| !s.open).map(ToString::to_string).filter(fits),
    };
    let data = body.map_or_else(|| "@body".to_owned(), |t| quoted(&t));
    let _ = write!(out, " \\\n  --data-binary {data}");
    out
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_value_ends_no_word_of_the_shell() {
        assert_eq!(quoted("it's $HOME `x`"), r"'it'\''s $HOME `x`'");
    }
}
