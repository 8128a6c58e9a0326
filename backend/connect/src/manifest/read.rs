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

/// Reads the text of `connector.yaml`; `file` is its name for messages.
///
/// # Errors
/// The text is not YAML, has an unknown or missing key, a value of another type, or another `sdk`.
pub fn read(file: &str, text: &str) -> Result<Manifest, ReadError> {
    let m: Manifest = serde_saphyr::from_str(text).map_err(|e| fault(file, &e))?;
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
        message: suggest(&e.to_string()),
    }
}

/// The message without its snippet, with the nearest known key where one was misspelt.
fn suggest(raw: &str) -> String {
    let first = raw.lines().next().unwrap_or_default().to_owned();
    let mut quoted = first.split('`').skip(1).step_by(2);
    match (first.contains("unknown field") || first.contains("unknown variant"), quoted.next()) {
        (true, Some(got)) => match nearest(got, quoted) {
            Some(known) => format!("{first}. Did you mean `{known}`?"),
            None => first,
        },
        _ => first,
    }
}

/// Reads the same text as a plain tree, for its hash and for those who show it.
///
/// # Errors
/// The text is not YAML.
pub fn tree(file: &str, text: &str) -> Result<serde_json::Value, ReadError> {
    serde_saphyr::from_str(text).map_err(|e| fault(file, &e))
}
