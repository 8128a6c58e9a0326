//! One HTTP request of a native action: sent, kept for the log, judged by the built-in rules.

use domain::journal::{Exchange, LoggedRequest};
use domain::limits::{CALL_TIMEOUT, CALL_TIMEOUT_MAX};
use domain::outcome::{Outcome, StepError};
use domain::secret::MASK;
use domain::{Code, Secret, Span};
use serde_json::Value;
use url::Url;

use super::input::looks_secret;
use crate::http::{Prepared, SendError};
use crate::manifest::Decode;
use crate::outbound::classify::{Judged, built_in};
use crate::outbound::{Answer, Call, Executed, Outbound, Scrub, exchange, log};

/// The requests of one try.
pub struct Shot<'a> {
    out: &'a Outbound,
    scrub: Scrub,
    exchanges: Vec<Exchange>,
    sent: bool,
}

impl<'a> Shot<'a> {
    pub fn new(out: &'a Outbound, call: &Call<'a>) -> Self {
        let own = call.connection.into_iter().flat_map(|c| c.secrets.values());
        let scrub = Scrub::new(own.chain(call.secrets.values()));
        Self { out, scrub, exchanges: Vec::new(), sent: false }
    }

    /// Also leaves this out of what the log shows.
    pub fn hide(&mut self, secret: &Secret) {
        self.scrub.add(secret.expose());
    }

    /// The same text without secrets.
    pub fn clean(&self, text: String) -> String {
        self.scrub.clean(text)
    }

    /// Sends a request. The answer may have any status; one whose body could not be read has only
    /// its status.
    pub async fn send(&mut self, prepared: Prepared) -> Result<Answer, Outcome> {
        match self.out.sender.send(&prepared).await {
            Ok(raw) => {
                self.sent = true;
                let answer = Answer::read(&raw, Decode::Auto, &self.scrub);
                let response = log::response(&answer, &self.scrub);
                self.exchanges.push(exchange(prepared.masked, Some(response), raw.took));
                Ok(answer)
            }
            Err(e) => self.unheard(prepared.masked, &e),
        }
    }

    /// What a request without a readable answer means (semantics S1).
    fn unheard(&mut self, masked: LoggedRequest, e: &SendError) -> Result<Answer, Outcome> {
        let message = e.text().map(|t| self.scrub.clean(t));
        let status = match e {
            SendError::TooLarge { status, .. } | SendError::Broken { status, .. } => Some(*status),
            _ => None,
        };
        let response = status.map(|s| {
            let mut shown = log::response(&Answer::bare(s), &self.scrub);
            shown.body = format!("({})", message.en);
            shown
        });
        self.exchanges.push(exchange(masked, response, Span::ZERO));
        self.sent |= !matches!(e, SendError::NotSent { .. } | SendError::Blocked { .. });
        let error = |code| StepError::new(code, message.clone());
        Err(match e {
            SendError::NotSent { .. } => {
                Outcome::Retry { error: error(Code::RemoteUnreachable), after: None }
            }
            SendError::Blocked { .. } => {
                Outcome::Retry { error: error(Code::AddressBlocked), after: None }
            }
            SendError::Unknown { .. } => Outcome::Unknown { error: error(Code::OutcomeUnknown) },
            SendError::TooLarge { status, .. } | SendError::Broken { status, .. } => {
                return Ok(Answer::bare(*status));
            }
        })
    }

    /// What an answer means: `done` makes the output of a success.
    pub fn judge(&self, answer: &Answer, done: impl FnOnce(&Answer) -> Value) -> Outcome {
        match built_in(answer, self.out.config.clock.now(), false) {
            Judged::Done | Judged::Duplicate => Outcome::Done { output: done(answer) },
            Judged::NotFound(error) => Outcome::Fail { error },
            Judged::Not(outcome) => outcome,
        }
    }

    /// The end of the try.
    pub fn end(self, outcome: Outcome) -> Executed {
        Executed { outcome, exchanges: self.exchanges, sent: self.sent, done_calls: None }
    }
}

/// The time for the whole call.
pub fn timeout(call: &Call<'_>) -> Span {
    call.timeout.unwrap_or(CALL_TIMEOUT).min(CALL_TIMEOUT_MAX)
}

/// An address for the log: parameters that look like credentials are masked.
pub fn shown_url(url: &Url) -> String {
    if !url.query_pairs().any(|(k, _)| looks_secret(&k)) {
        return url.as_str().to_owned();
    }
    let mut base = url.clone();
    base.set_query(None);
    let pairs: Vec<String> = url
        .query_pairs()
        .map(|(k, v)| {
            let key: String = url::form_urlencoded::byte_serialize(k.as_bytes()).collect();
            let value: String = if looks_secret(&k) {
                MASK.to_owned()
            } else {
                url::form_urlencoded::byte_serialize(v.as_bytes()).collect()
            };
            format!("{key}={value}")
        })
        .collect();
    format!("{base}?{}", pairs.join("&"))
}

/// Headers for the log: those that look like credentials are masked.
pub fn shown_headers(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let value = if looks_secret(name.as_str()) {
            MASK.to_owned()
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(shown).collect()
}
