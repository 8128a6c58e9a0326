//! A receiver of outbound webhooks as the Standard Webhooks specification describes it: it accepts
//! only what is signed (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`).
//! Absent: asymmetric signatures (`v1a`).

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use super::http::{Answer, HttpReceiver, Options, Received};
use super::{Late, Ledger, Log, Now};

/// How far a timestamp may be from the receiver's clock, in seconds: what the reference libraries
/// allow.
pub const TOLERANCE_S: i64 = 300;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A `webhook-*` header is missing, empty or no text.
    MissingHeader,
    /// The timestamp is no whole number of seconds.
    BadTimestamp,
    /// The timestamp is more than the tolerance in the past.
    TooOld,
    /// The timestamp is more than the tolerance in the future.
    TooNew,
    /// No `v1` signature matches a secret.
    NoMatch,
}

/// A symmetric secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Reads `whsec_` and base64; `None` if it is not that or the key is not 24 to 64 bytes long.
    pub fn parse(text: &str) -> Option<Secret> {
        let key = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(Secret(key))
    }

    /// The signature of `id.timestamp.body`, with its `v1,` prefix.
    pub fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(id, timestamp, body).finalize().into_bytes()))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(piece);
        }
        mac
    }

    fn matches(&self, id: &str, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let Some(packed) = signature.strip_prefix("v1,") else {
            return false;
        };
        let Ok(sent) = STANDARD.decode(packed) else {
            return false;
        };
        self.mac(id, timestamp, body).verify_slice(&sent).is_ok()
    }
}

/// Checks a request against `secrets`, any of which may have signed it, at `now_s` seconds since
/// the epoch. Returns its `webhook-id`.
pub fn verify<'a>(
    secrets: &[Secret],
    headers: &'a HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<&'a str, Refusal> {
    let header = |name| {
        let text = headers.get(name).and_then(|v| v.to_str().ok());
        text.filter(|t| !t.is_empty()).ok_or(Refusal::MissingHeader)
    };
    let (id, signatures) = (header("webhook-id")?, header("webhook-signature")?);
    let timestamp = header("webhook-timestamp")?;
    let sent: i64 = timestamp.parse().map_err(|_| Refusal::BadTimestamp)?;
    if now_s.saturating_sub(sent) > TOLERANCE_S {
        return Err(Refusal::TooOld);
    }
    if sent.saturating_sub(now_s) > TOLERANCE_S {
        return Err(Refusal::TooNew);
    }
    let any = signatures
        .split(' ')
        .any(|signature| secrets.iter().any(|s| s.matches(id, timestamp, body, signature)));
    if any { Ok(id) } else { Err(Refusal::NoMatch) }
}

/// One webhook as judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The `webhook-id`, or why it was refused.
    pub verdict: Result<String, Refusal>,
    /// Whether the answer was 2xx.
    pub taken: bool,
    pub request: Received,
}

/// A running receiver: 204 for what is signed, 401 for what is not, unless told otherwise.
pub struct WebhookReceiver {
    http: HttpReceiver,
    shared: Arc<Shared>,
}

struct Shared {
    secrets: Mutex<Vec<Secret>>,
    gone: Mutex<bool>,
    failing: Mutex<VecDeque<u16>>,
    log: Log<Judged>,
    now: Now,
}

impl WebhookReceiver {
    /// Starts a receiver that knows `secrets` and takes its time from `now`.
    pub async fn start(secrets: Vec<Secret>, now: Now) -> io::Result<WebhookReceiver> {
        let options = Options { now: now.clone(), ..Options::default() };
        let http = HttpReceiver::start_with(options).await?;
        let shared = Arc::new(Shared {
            secrets: Mutex::new(secrets),
            gone: Mutex::default(),
            failing: Mutex::default(),
            log: Log::default(),
            now,
        });
        let judge = shared.clone();
        http.respond(move |request| judge.judge(request));
        Ok(WebhookReceiver { http, shared })
    }

    /// Replaces the secrets, as a receiver does after a rotation.
    pub fn trust(&self, secrets: Vec<Secret>) {
        *lock(&self.shared.secrets) = secrets;
    }

    /// Answers 410 from now on, or no longer.
    pub fn gone(&self, gone: bool) {
        *lock(&self.shared.gone) = gone;
    }

    /// Answers the next `times` signed webhooks with `status`.
    pub fn fail(&self, times: usize, status: u16) {
        lock(&self.shared.failing).extend(std::iter::repeat_n(status, times));
    }

    /// What arrived, in order, with the verdicts.
    pub fn log(&self) -> &Log<Judged> {
        &self.shared.log
    }

    /// Waits for `n` webhooks that were answered with 2xx.
    pub async fn wait_for_taken(&self, n: usize, within: Duration) -> Result<Ledger, Late> {
        let taken = |all: &[Arc<Judged>]| all.iter().filter(|j| j.taken).count() >= n;
        self.log().wait_until(within, taken).await.map(|all| ids(&all))
    }

    /// The ids of all signed webhooks, with the number of tries of each.
    pub fn ids(&self) -> Ledger {
        ids(&self.log().all())
    }

    /// The server underneath, for scripted failures of the connection.
    pub fn http(&self) -> &HttpReceiver {
        &self.http
    }
}

fn ids(all: &[Arc<Judged>]) -> Ledger {
    all.iter().filter_map(|j| j.verdict.clone().ok()).collect()
}

impl Shared {
    fn judge(&self, request: &Received) -> Answer {
        let now_s = self.now.get().secs();
        let verdict = verify(&lock(&self.secrets), &request.headers, &request.body, now_s);
        let verdict = verdict.map(str::to_owned);
        let status = self.status(verdict.is_ok());
        let taken = (200..300).contains(&status);
        self.log.push(Judged { verdict, taken, request: request.clone() });
        Answer::status(status)
    }

    fn status(&self, signed: bool) -> u16 {
        if *lock(&self.gone) {
            return 410;
        }
        if !signed {
            return 401;
        }
        lock(&self.failing).pop_front().unwrap_or(204)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
