//! `webhook_out.send`: a signed event to a receiver, as the Standard Webhooks specification has it
//! (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`).
//! Absent: asymmetric signatures (`v1a`), two secrets at once during a rotation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::connection::Connection;
use domain::journal::LoggedRequest;
use domain::limits::RESPONSE_BYTES;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Time};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::Native;
use super::fields::Fields;
use super::input::{self, invalid, missing, plain};
use super::shot::{self, Shot};
use crate::http::{Body, HOPS_HEADER, HostRule, Prepared, hops_value};
use crate::outbound::{Answer, Call, Executed, Outbound, cut};
use crate::template::rfc3339;

/// The length of a key, bytes (specification, "Signature scheme").
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Sends one event.
pub struct Send;

impl Native for Send {
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let mut shot = Shot::new(out, call);
            let prepared = match prepare(call, &shot, out.config.clock.now()) {
                Ok(prepared) => prepared,
                Err(error) => return Executed::unsent(Outcome::Fail { error }),
            };
            let outcome = match shot.send(prepared).await {
                Ok(answer) => judge(call, &shot, &answer),
                Err(outcome) => outcome,
            };
            shot.end(outcome)
        })
    }
}

/// 410 says that the receiver wants no more (specification, "Deliverability and reliability").
fn judge(call: &Call<'_>, shot: &Shot<'_>, answer: &Answer) -> Outcome {
    if answer.status == 410 {
        let message = "the receiver says that this address is gone for good";
        let error = StepError::new(Code::Gone, message).status(410);
        return Outcome::Fail { error };
    }
    shot.judge(answer, |a| json!({ "id": message_id(call), "status": a.status, "body": a.body }))
}

/// The same for every try (semantics S2).
fn message_id(call: &Call<'_>) -> String {
    format!("msg_{}", call.run.key)
}

fn prepare(call: &Call<'_>, shot: &Shot<'_>, now: Time) -> Result<Prepared, StepError> {
    let connection = input::connection(call)?;
    let url = input::field(connection, "url").ok_or_else(|| missing("url"))?;
    let url = input::url("url", url)?;
    let secret = input::secret(connection, "secret").ok_or_else(|| missing("secret"))?;
    let body = body(call)?;
    let id = message_id(call);
    let timestamp = now.secs().to_string();
    let mut headers = HeaderMap::new();
    own_headers(call, &mut headers)?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HOPS_HEADER, hops_value(call.run.hops));
    let signature = sign(secret, &id, &timestamp, body.as_bytes());
    for (name, value) in
        [("webhook-id", &id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signature)]
    {
        headers.insert(HeaderName::from_static(name), input::header(name, value)?.1);
    }
    let (shown, cut_from) = cut(&body);
    let masked = LoggedRequest {
        method: Method::POST.to_string(),
        url: shot.clean(shot::shown_url(&url)),
        headers: shot::shown_headers(&headers)
            .into_iter()
            .map(|(n, v)| (n, shot.clean(v)))
            .collect(),
        body: shot.clean(shown),
        cut_from,
    };
    Ok(Prepared {
        method: Method::POST,
        url,
        headers,
        body: Body::Bytes(Bytes::from(body)),
        timeout: shot::timeout(call),
        max_response: RESPONSE_BYTES,
        follow: false,
        host_rule: HostRule::Any,
        masked,
    })
}

/// The payload that the specification recommends. Its time is that of the event, so that every
/// try sends the same bytes.
fn body(call: &Call<'_>) -> Result<String, StepError> {
    let kind = input::text(call, "type").ok_or_else(|| missing("type"))?;
    let data = call.input.get("payload").unwrap_or(&Value::Null);
    let whole = json!({ "type": kind, "timestamp": rfc3339(call.run.now), "data": data });
    Ok(whole.to_string())
}

fn own_headers(call: &Call<'_>, headers: &mut HeaderMap) -> Result<(), StepError> {
    let Some(map) = input::map(call, "headers")? else { return Ok(()) };
    for (name, value) in map.iter().filter(|(_, v)| !v.is_null()) {
        let (name, value) = input::header(name, &plain(value))?;
        if name.as_str().starts_with("webhook-") || name == HOPS_HEADER {
            return Err(invalid("headers", format!("the header {name} cannot be set")));
        }
        headers.insert(name, value);
    }
    Ok(())
}

/// The signature of a message: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn sign(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so the empty default is never used.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key(secret.expose())) else {
        return String::new();
    };
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(piece);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The key of a secret. With or without `whsec_`, base64 of 24 to 64 bytes is decoded, as the
/// reference libraries do; any other text is the key as it stands.
fn key(secret: &str) -> Vec<u8> {
    let secret = secret.trim();
    let packed = secret.strip_prefix("whsec_").unwrap_or(secret);
    match STANDARD.decode(packed) {
        Ok(key) if KEY_BYTES.contains(&key.len()) => key,
        _ => secret.as_bytes().to_vec(),
    }
}

/// A receiver has nothing that could be asked without sending it an event, so only the fields
/// themselves are checked.
pub static CHECK: Fields = Fields(checked);

fn checked(connection: &Connection) -> Result<Url, StepError> {
    let url = input::field(connection, "url").ok_or_else(|| missing("url"))?;
    let url = input::url("url", url)?;
    let secret = input::secret(connection, "secret").ok_or_else(|| missing("secret"))?;
    if key(secret.expose()).len() < *KEY_BYTES.start() {
        return Err(invalid("secret", "a secret has at least 24 bytes"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference libraries.
    #[test]
    fn the_vector_of_the_reference_libraries_is_signed_the_same() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = br#"{"test": 2432232314}"#;
        let got = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(got, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_decoded_as_receivers_do() {
        let generated = "abcdefghijklmnopqrstuvwx0123456789abcdefghijklmn";
        assert_eq!(key(generated).len(), 36);
        assert_eq!(key(generated), key(&format!("whsec_{generated}")));
        assert_eq!(key("a plain secret, not base64"), b"a plain secret, not base64");
    }
}
