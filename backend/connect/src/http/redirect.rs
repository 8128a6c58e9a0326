//! Redirects, followed by hand: where the next request goes and what it may carry.

use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE,
    USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::HOPS_HEADER;
use super::prepared::{Body, HostRule, Prepared};

/// Headers that go to another host. All others may be credentials.
const CARRIED: [HeaderName; 5] =
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT, HeaderName::from_static(HOPS_HEADER)];

/// Headers of a body.
const OF_BODY: [HeaderName; 4] =
    [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION];

/// One request of a chain of redirects.
#[derive(Clone)]
pub struct Hop {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
    /// The request before it was answered for good: this one only fetches what came of it.
    pub settled: bool,
}

impl Hop {
    pub fn first(p: &Prepared) -> Self {
        Self {
            method: p.method.clone(),
            url: p.url.clone(),
            headers: p.headers.clone(),
            body: p.body.clone(),
            settled: false,
        }
    }

    /// The request that a redirect asks for (Fetch standard, "HTTP-redirect fetch"); nothing if it
    /// is not followed: no redirect, no usable address, a host outside the rule, or a body that
    /// would go to another host.
    pub fn next(
        &self,
        status: u16,
        location: Option<&HeaderValue>,
        rule: &HostRule,
    ) -> Option<Hop> {
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let url = self.url.join(std::str::from_utf8(location?.as_bytes()).ok()?).ok()?;
        let mut next = Hop { url, ..self.clone() };
        let fetch = match status {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::GET && self.method != Method::HEAD,
            _ => false,
        };
        if fetch {
            next.method = Method::GET;
            next.body = Body::Empty;
            next.settled = true;
            for header in OF_BODY {
                next.headers.remove(header);
            }
        }
        if next.url.origin() != self.url.origin() {
            if !rule.allows(next.url.host_str()?) || !matches!(next.body, Body::Empty) {
                return None;
            }
            let all = std::mem::take(&mut next.headers);
            let carried = all.iter().filter(|(n, _)| CARRIED.contains(n));
            next.headers = carried.map(|(n, v)| (n.clone(), v.clone())).collect();
        }
        Some(next)
    }
}
