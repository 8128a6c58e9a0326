//! Reads a manifest and says where it is wrong.

use domain::problem::nearest;

use super::Manifest;

/// Why a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", at(*line, *column))]
pub struct ReadError {
    pub file: String,
    /// Line and column from 1, where they are known.
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub message: String,
}

fn at(line: Option<u64>, column: Option<u64>) -> String {
    match (line, column) {
        (Some(l), Some(c)) => format!(":{l}:{c}"),
        (Some(l), None) => format!(":{l}"),
        _ => String::new(),
    }
}

/// Reads YAML in which only `true` and `false` are yes and no: `y`, `no` and `on` are words.
pub fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
}

/// Reads the text of `connector.yaml`; `file` is its name for messages.
///
/// # Errors
/// The text is not YAML, has an unknown or missing key, a value of another type, or another `sdk`.
pub fn read(file: &str, text: &str) -> Result<Manifest, ReadError> {
    let m: Manifest = yaml(text).map_err(|e| fault(file, &e))?;
    if m.sdk == 1 {
        return Ok(m);
    }
    let message = format!("sdk: this server reads version 1 of the language, not {}", m.sdk);
    Err(ReadError { file: file.to_owned(), line: None, column: None, message })
}

fn fault(file: &str, e: &serde_saphyr::Error) -> ReadError {
    let place = e.location();
    ReadError {
        file: file.to_owned(),
        line: place.map(|l| l.line()),
        column: place.map(|l| l.column()),
        message: nearest_key(&e.to_string()),
    }
}

/// A fault of a YAML document in one line, with its place and the nearest known key.
pub fn suggest(e: &serde_saphyr::Error) -> String {
    let place = e.location().map_or_else(String::new, |l| format!("{}:{}: ", l.line(), l.column()));
    format!("{place}{}", nearest_key(&e.to_string()))
}

/// The message without its snippet and place, with the nearest known key where one was misspelt.
fn nearest_key(raw: &str) -> String {
    let first = raw.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let first = match first.strip_prefix("line ").and_then(|l| l.split_once(": ")) {
        Some((_, message)) => message,
        None => first,
    };
    let got = first.split('`').nth(1);
    let known = first.split_once("expected one of ").or_else(|| first.split_once("expected "));
    match (first.starts_with("unknown"), got, known) {
        (true, Some(got), Some((_, known))) => {
            match nearest(got, known.split(", ").map(|k| k.trim_matches('`'))) {
                Some(known) => format!("{first}. Did you mean `{known}`?"),
                None => first.to_owned(),
            }
        }
        _ => first.to_owned(),
    }
}

/// Reads the same text as a plain tree, for its hash and for those who show it.
///
/// # Errors
/// The text is not YAML.
pub fn tree(file: &str, text: &str) -> Result<serde_json::Value, ReadError> {
    yaml(text).map_err(|e| fault(file, &e))
}
