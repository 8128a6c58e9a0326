//! Which names the templates of a place may read.

use crate::manifest::Field;

/// The names of one place of a manifest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'a> {
    /// First names.
    pub roots: &'a [&'a str],
    /// Keys of `input` that are not secret.
    pub input: &'a [String],
    pub input_secrets: &'a [String],
    /// Keys of `conn` that are not secret.
    pub conn: &'a [String],
    pub conn_secrets: &'a [String],
    /// Whether secrets may stand here (rule R9).
    pub secrets_allowed: bool,
}

/// The keys of fields: open ones and secret ones.
pub fn keys<'f>(fields: impl IntoIterator<Item = &'f Field>) -> (Vec<String>, Vec<String>) {
    let (mut open, mut secret) = (Vec::new(), Vec::new());
    for f in fields {
        // A dot in a key makes a nested value; templates name its first part.
        let key = f.key.split('.').next().unwrap_or_default().to_owned();
        let list = if f.secret { &mut secret } else { &mut open };
        if !list.contains(&key) {
            list.push(key);
        }
    }
    // What one method keeps secret is a secret for all of them.
    open.retain(|k| !secret.contains(k));
    (open, secret)
}
