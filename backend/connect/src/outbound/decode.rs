//! Reads the body of a response.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};

use super::inline;
use super::scrub::Scrub;
use crate::http::RawResponse;
use crate::manifest::Decode;

/// A response as rules, extraction and the log see it: without known secrets.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The decoded body; null when there is none.
    pub body: Value,
    /// The body as text, where it is text.
    pub text: Option<String>,
    /// Bytes of the body.
    pub size: usize,
    /// The media type without parameters, lower case.
    pub media: String,
}

impl Answer {
    /// Decodes a response. Never fails: what cannot be read as its type says stays text.
    pub fn read(raw: &RawResponse, how: Decode, scrub: &Scrub) -> Self {
        let media = media_type(&raw.headers);
        let text = is_text(&media, &raw.body).then(|| scrub.clean(to_text(raw)));
        let body = match (&text, how) {
            (_, Decode::File) => file(raw, &media),
            (None, _) | (_, Decode::None) => Value::Null,
            (Some(t), _) if t.trim().is_empty() => Value::Null,
            (Some(t), Decode::Xml) => xml(t),
            (Some(t), Decode::Csv) => super::csv::rows(t),
            (Some(t), Decode::Json) => json(t),
            (Some(t), Decode::Form) => form(t),
            (Some(t), Decode::Text) => Value::from(t.as_str()),
            (Some(t), Decode::Auto) => auto(&media, t),
        };
        Self {
            status: raw.status,
            headers: clean_headers(&raw.headers, scrub),
            body,
            text,
            size: raw.body.len(),
            media,
        }
    }

    /// An answer of which only the status is known.
    pub fn bare(status: u16) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Value::Null,
            text: None,
            size: 0,
            media: String::new(),
        }
    }

    /// What templates and paths see as `res`.
    pub fn view(&self) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .filter_map(|(n, v)| Some((n.as_str().to_owned(), Value::from(v.to_str().ok()?))))
            .collect();
        serde_json::json!({ "status": self.status, "headers": headers, "body": self.body })
    }
}

/// Headers without known secrets.
fn clean_headers(headers: &HeaderMap, scrub: &Scrub) -> HeaderMap {
    let mut out = headers.clone();
    for value in out.values_mut() {
        let text = String::from_utf8_lossy(value.as_bytes());
        if scrub.hits(&text) {
            let clean = scrub.clean(text.into_owned());
            *value = HeaderValue::from_bytes(clean.as_bytes())
                .unwrap_or_else(|_| HeaderValue::from_static("***"));
        }
    }
    out
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(media: &str) -> bool {
    media == "application/json" || media == "text/json" || media.ends_with("+json")
}

fn is_text(media: &str, body: &[u8]) -> bool {
    media.starts_with("text/")
        || is_json(media)
        || media.ends_with("+xml")
        || matches!(
            media,
            "application/xml" | "application/x-www-form-urlencoded" | "application/javascript"
        )
        || ((media.is_empty() || media == "application/octet-stream")
            && std::str::from_utf8(body).is_ok())
}

/// UTF-8, or the charset that the content type names.
fn to_text(raw: &RawResponse) -> String {
    if let Ok(t) = std::str::from_utf8(&raw.body) {
        return t.strip_prefix('\u{feff}').unwrap_or(t).to_owned();
    }
    let value = raw.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let charset = value
        .split(';')
        .filter_map(|p| p.trim().split_once('='))
        .find(|(k, _)| k.eq_ignore_ascii_case("charset"))
        .and_then(|(_, v)| encoding_rs::Encoding::for_label(v.trim_matches('"').as_bytes()));
    charset.unwrap_or(encoding_rs::UTF_8).decode(&raw.body).0.into_owned()
}

fn auto(media: &str, text: &str) -> Value {
    let looks_json = text.trim_start().starts_with(['{', '[']);
    if is_json(media) || looks_json {
        json(text)
    } else if media == "application/x-www-form-urlencoded" {
        form(text)
    } else if matches!(media, "application/xml" | "text/xml") || media.ends_with("+xml") {
        xml(text)
    } else {
        Value::from(text)
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// XML as JSON (rule R11); text where it is none.
fn xml(text: &str) -> Value {
    crate::inbound::parse::xml::read(text).unwrap_or_else(|_| Value::from(text))
}

/// The body as a file whose content is in its handle.
fn file(raw: &RawResponse, media: &str) -> Value {
    let named = raw.headers.get(http::header::CONTENT_DISPOSITION).and_then(|v| v.to_str().ok());
    let name = named.and_then(|v| v.split(';').find_map(|p| p.trim().strip_prefix("filename=")));
    let name = name.map_or("file", |n| n.trim_matches('"'));
    inline::handle(name, media, &raw.body)
}

fn form(text: &str) -> Value {
    let pairs = url::form_urlencoded::parse(text.trim().as_bytes());
    Value::Object(pairs.map(|(k, v)| (k.into_owned(), Value::from(v.into_owned()))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use domain::{Secret, Span};
    use serde_json::json;

    fn read(media: &str, body: &'static [u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, media.parse().unwrap());
        let raw =
            RawResponse { status: 200, headers, body: Bytes::from_static(body), took: Span::ZERO };
        Answer::read(&raw, Decode::Auto, &Scrub::new([&Secret::new("planted-secret")]))
    }

    #[test]
    fn bodies_are_read_by_their_content_type() {
        assert_eq!(read("application/json", br#"{"a":1}"#).body, json!({"a": 1}));
        assert_eq!(read("application/problem+json", br#"{"a":1}"#).body, json!({"a": 1}));
        assert_eq!(read("text/html", br#"{"a":1}"#).body, json!({"a": 1}));
        assert_eq!(read("text/plain", b"ok").body, json!("ok"));
        assert_eq!(
            read("application/x-www-form-urlencoded", b"a=1&b=%20").body,
            json!({"a": "1", "b": " "})
        );
        assert_eq!(read("image/png", b"\x89PNG").body, Value::Null);
        assert_eq!(read("application/json", b"{broken").body, json!("{broken"));
    }

    #[test]
    fn an_empty_body_is_null() {
        assert_eq!(read("application/json", b"").body, Value::Null);
        assert_eq!(read("text/plain", b" \r\n").body, Value::Null);
    }

    #[test]
    fn another_charset_is_read_by_its_name() {
        assert_eq!(read("text/plain; charset=windows-1251", b"\xcf\xf0\xe8").body, json!("При"));
    }

    #[test]
    fn an_echoed_secret_is_gone_before_anything_sees_it() {
        let a = read("application/json", br#"{"url":"https://x/planted-secret/m"}"#);
        assert!(!format!("{a:?}").contains("planted-secret"));
        assert_eq!(a.body, json!({"url": "https://x/•••/m"}));
    }
}
