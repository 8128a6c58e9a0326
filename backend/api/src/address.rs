//! The public address of the server, as browsers see it.

use url::Url;

/// See the module.
#[derive(Clone, Debug)]
pub struct Address {
    /// Without a slash at its end.
    pub url: String,
    /// Scheme, host and port: what a browser sends as `Origin`.
    pub origin: String,
    /// The path, with a slash at both ends: `/`, or what a proxy has put in front.
    pub base: String,
    pub https: bool,
}

impl Address {
    /// Of an address that was checked when the server started.
    pub fn new(url: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        let parsed = Url::parse(&url).ok();
        let origin = parsed.as_ref().map(|u| u.origin().ascii_serialization()).unwrap_or_default();
        let path = parsed.as_ref().map_or("", |u| u.path().trim_matches('/')).to_owned();
        let base = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
        Self { https: url.starts_with("https://"), url, origin, base }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_an_origin_and_a_base() {
        let a = Address::new("https://hooks.example.org");
        assert_eq!(
            (a.origin.as_str(), a.base.as_str(), a.https),
            ("https://hooks.example.org", "/", true)
        );
        let a = Address::new("http://example.org:8080/zveno/");
        assert_eq!((a.origin.as_str(), a.base.as_str()), ("http://example.org:8080", "/zveno/"));
        assert_eq!((a.url.as_str(), a.https), ("http://example.org:8080/zveno", false));
    }
}
