//! The second net against secrets in logs: known secret values are replaced in what a service
//! says. What this product writes is rendered without secrets in the first place.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::Secret;
use domain::secret::MASK;

/// Secrets shorter than this are not looked for: they would blot out ordinary text.
const MIN_CHARS: usize = 6;

/// The spellings of the secrets of one call.
#[derive(Default)]
pub struct Scrub {
    spellings: Vec<String>,
}

impl std::fmt::Debug for Scrub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scrub({} spellings)", self.spellings.len())
    }
}

impl Scrub {
    /// Looks for these secrets: as they are, percent-encoded, base64, and as JSON writes them.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut out = Self::default();
        secrets.into_iter().for_each(|s| out.add(s.expose()));
        out
    }

    /// Looks for one more secret.
    pub fn add(&mut self, secret: &str) {
        if secret.chars().count() < MIN_CHARS {
            return;
        }
        for s in spellings(secret) {
            if !self.spellings.contains(&s) {
                self.spellings.push(s);
            }
        }
        // The longest first, so that no rest of a longer spelling stays.
        self.spellings.sort_by_key(|s| std::cmp::Reverse(s.len()));
    }

    /// Whether `text` holds a secret.
    pub fn hits(&self, text: &str) -> bool {
        self.spellings.iter().any(|s| text.contains(s.as_str()))
    }

    /// `text` without secrets.
    pub fn clean(&self, text: String) -> String {
        if !self.hits(&text) {
            return text;
        }
        self.spellings.iter().fold(text, |t, s| t.replace(s.as_str(), MASK))
    }
}

/// A secret as it is, percent-encoded, base64, and as JSON writes it.
pub(crate) fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json.strip_prefix('"').and_then(|j| j.strip_suffix('"')).unwrap_or(&json).to_owned();
    let percent = percent(secret);
    vec![
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        lower_escapes(&percent),
        percent,
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ]
}

/// Percent-encoding of everything but unreserved characters (RFC 3986 section 2.3).
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([b]));
        }
    }
    out
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left = 0;
    for c in text.chars() {
        out.push(if left > 0 { c.to_ascii_lowercase() } else { c });
        left = if c == '%' { 2 } else { left.max(1) - 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_a_secret_is_replaced() {
        let s = Scrub::new([&Secret::new("s/cr+t \"1")]);
        for spelt in [
            "raw s/cr+t \"1 end".to_owned(),
            "https://x.test/s%2Fcr%2Bt%20%221/m".to_owned(),
            "https://x.test/s%2fcr%2bt%20%221/m".to_owned(),
            "key=s%2Fcr%2Bt+%221&a=1".to_owned(),
            r#"{"echo":"s\/cr+t \"1"}"#.to_owned(),
            format!("Basic {}", STANDARD.encode("s/cr+t \"1")),
        ] {
            let clean = s.clean(spelt.clone());
            assert!(clean.contains(MASK), "{spelt} became {clean}");
        }
    }

    #[test]
    fn short_secrets_do_not_blot_out_text() {
        let s = Scrub::new([&Secret::new("true")]);
        assert_eq!(s.clean("it is true".into()), "it is true");
    }

    proptest! {
        #[test]
        fn a_secret_of_six_characters_never_survives(secret in "[^•]{6,40}", a in ".{0,20}", b in ".{0,20}") {
            let s = Scrub::new([&Secret::new(secret.as_str())]);
            let clean = s.clean([a, secret.clone(), b].concat());
            prop_assert!(!clean.contains(&secret));
        }
    }
}
