//! Regular expressions that stand in a flow or in the description of a field.

use regex::{Regex, RegexBuilder};

/// Bytes of one compiled pattern; larger ones are refused.
const COMPILED_BYTES: usize = 1 << 20;

/// The pattern, or why it cannot be used, in one line.
pub fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(COMPILED_BYTES).build().map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => other.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })
}
