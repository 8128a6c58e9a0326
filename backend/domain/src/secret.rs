//! Values that must never be seen: no `Serialize`, a masked `Debug`, wiped on drop.

use std::fmt;

use zeroize::Zeroizing;

/// What stands in a log, an error or an export where a secret stood.
pub const MASK: &str = "•••";

/// A secret text. The only way to its content is [`Secret::expose`], which is easy to search for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(v: impl Into<String>) -> Self {
        Secret(Zeroizing::new(v.into()))
    }
    /// The content. Never pass it to anything that logs, stores in clear or shows.
    pub fn expose(&self) -> &str {
        &self.0
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The last four characters of a secret of at least twelve, for "set, ends in ...".
    pub fn hint(&self) -> Option<String> {
        let n = self.0.chars().count();
        (n >= 12).then(|| self.0.chars().skip(n - 4).collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
