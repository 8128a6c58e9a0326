//! A request ready to be sent, and what comes back.

use std::fmt;

use bytes::Bytes;
use domain::journal::LoggedRequest;
use domain::{Span, Text};
use http::{HeaderMap, Method};
use url::Url;

/// A request ready to be sent. Its `Debug` shows the masked form only.
pub struct Prepared {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
    /// For the whole request.
    pub timeout: Span,
    /// Largest answer, bytes after decompression.
    pub max_response: usize,
    /// Follow redirects.
    pub follow: bool,
    /// Which hosts a redirect may go to; on another host credentials are dropped.
    pub host_rule: HostRule,
    /// Rendered from the masked context.
    pub masked: LoggedRequest,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.masked.fmt(f)
    }
}

/// The body of a request.
#[derive(Clone)]
pub enum Body {
    Empty,
    Bytes(Bytes),
    /// `multipart/form-data`; the sender writes the boundary and the content type.
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub filename: Option<String>,
    pub content_type: Option<String>,
    pub content: Bytes,
}

/// Which hosts a request may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRule {
    /// Any public host, over https; native connectors only.
    Any,
    /// Any public host, also unencrypted; only for requests without credentials.
    AnyPlain,
    /// Hosts that match one of these patterns: a name, or `*.name` for its subdomains.
    Only(Vec<String>),
}

impl HostRule {
    /// Whether requests may go to `host`.
    pub fn allows(&self, host: &str) -> bool {
        let HostRule::Only(patterns) = self else { return true };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        patterns.iter().any(|p| {
            let p = p.to_ascii_lowercase();
            match p.strip_prefix("*.") {
                Some(base) => host
                    .strip_suffix(base)
                    .and_then(|rest| rest.strip_suffix('.'))
                    .is_some_and(|label| !label.is_empty()),
                None => p == host,
            }
        })
    }
}

/// An answer read to its end.
pub struct RawResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub took: Span,
}

/// Why there is no answer (semantics S1). Messages never hold the address's secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No byte of the request left: name, connection or certificate.
    #[error("{}", .message.en)]
    NotSent { message: Text },
    /// A byte had left, but no complete status line came back.
    #[error("{}", .message.en)]
    Unknown { message: Text },
    /// The address is in a network that is not allowed.
    #[error("{}", .message.en)]
    Blocked { message: Text },
    /// The answer is larger than allowed; its status is known.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { status: u16, limit: usize },
    /// The status line came, but its body broke off.
    #[error("{}", .message.en)]
    Broken { status: u16, message: Text },
}

impl SendError {
    /// The same in both languages.
    pub fn text(&self) -> Text {
        match self {
            SendError::NotSent { message }
            | SendError::Unknown { message }
            | SendError::Blocked { message }
            | SendError::Broken { message, .. } => message.clone(),
            SendError::TooLarge { limit, .. } => {
                Text::new(self.to_string(), format!("ответ больше {limit} байт"))
            }
        }
    }
}
