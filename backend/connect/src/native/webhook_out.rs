//! Signed events to receivers, as the Standard Webhooks specification has it
//! (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`): `send` to the
//! address of a connection, `deliver` to a subscriber.
//! Absent: asymmetric signatures (`v1a`).

mod deliver;
mod publish;
mod sign;

use bytes::Bytes;
use domain::connection::Connection;
use domain::journal::LoggedRequest;
use domain::limits::RESPONSE_BYTES;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Time};
use futures::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};
use url::Url;

use super::Native;
use super::fields::Fields;
use super::input::{self, invalid, missing, plain};
use super::shot::{self, Shot};
use crate::http::{Body, HOPS_HEADER, HostRule, Prepared, hops_value};
use crate::outbound::{Answer, Call, Executed, Outbound, cut};
use crate::template::rfc3339;

pub use deliver::Deliver;
pub use publish::Publish;
pub use sign::check_secret;

/// Sends one event.
pub struct Send;

impl Native for Send {
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let message = message(call);
            shoot(out, call, message).await
        })
    }
}

/// A message on its way to one receiver.
struct Message {
    id: String,
    url: Url,
    /// The present one first; each of them signs.
    secrets: Vec<Secret>,
    /// Headers beside those of the specification.
    headers: Map<String, Value>,
    body: String,
}

/// Sends a message and judges the answer.
async fn shoot(out: &Outbound, call: &Call<'_>, message: Result<Message, StepError>) -> Executed {
    let mut shot = Shot::new(out, call);
    let prepared = message.and_then(|m| {
        let id = m.id.clone();
        prepare(call, &mut shot, m, out.config.clock.now()).map(|p| (id, p))
    });
    let (id, prepared) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Executed::unsent(Outcome::Fail { error }),
    };
    let outcome = match shot.send(prepared).await {
        Ok(answer) => judge(&id, &shot, &answer),
        Err(outcome) => outcome,
    };
    shot.end(outcome)
}

/// 410 says that the receiver wants no more (specification, "Deliverability and reliability").
fn judge(id: &str, shot: &Shot<'_>, answer: &Answer) -> Outcome {
    if answer.status == 410 {
        let message = (
            "the receiver says that this address is gone for good",
            "получатель сообщил, что этого адреса больше нет",
        );
        let error = StepError::new(Code::Gone, message).status(410);
        return Outcome::Fail { error };
    }
    shot.judge(answer, |a| json!({ "id": id, "status": a.status, "body": a.body }))
}

/// The message of a step: its id is the same for every try (semantics S2).
fn message(call: &Call<'_>) -> Result<Message, StepError> {
    let connection = input::connection(call)?;
    let url = input::field(connection, "url").ok_or_else(|| missing("url"))?;
    Ok(Message {
        id: format!("msg_{}", call.run.key),
        url: input::url("url", url)?,
        secrets: vec![
            input::secret(connection, "secret").ok_or_else(|| missing("secret"))?.clone(),
        ],
        headers: input::map(call, "headers")?.cloned().unwrap_or_default(),
        body: body(call)?,
    })
}

fn prepare(
    call: &Call<'_>,
    shot: &mut Shot<'_>,
    m: Message,
    now: Time,
) -> Result<Prepared, StepError> {
    let timestamp = now.secs().to_string();
    let mut headers = HeaderMap::new();
    own_headers(&m.headers, shot, &mut headers)?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HOPS_HEADER, hops_value(call.run.hops));
    let signature = sign::all(&m.secrets, &m.id, &timestamp, m.body.as_bytes());
    for (name, value) in [
        ("webhook-id", &m.id),
        ("webhook-timestamp", &timestamp),
        ("webhook-signature", &signature),
    ] {
        headers.insert(HeaderName::from_static(name), input::header(name, value)?.1);
    }
    let (shown, cut_from) = cut(&m.body);
    let masked = LoggedRequest {
        method: Method::POST.to_string(),
        url: shot.clean(shot::shown_url(&m.url)),
        headers: shot::shown_headers(&headers)
            .into_iter()
            .map(|(n, v)| (n, shot.clean(v)))
            .collect(),
        body: shot.clean(shown),
        cut_from,
    };
    Ok(Prepared {
        method: Method::POST,
        url: m.url,
        headers,
        body: Body::Bytes(Bytes::from(m.body)),
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

fn own_headers(
    given: &Map<String, Value>,
    shot: &mut Shot<'_>,
    headers: &mut HeaderMap,
) -> Result<(), StepError> {
    for (name, value) in given.iter().filter(|(_, v)| !v.is_null()) {
        let text = plain(value);
        let (name, value) = extra_header(name, &text)?;
        if input::looks_secret(name.as_str()) {
            shot.hide(&Secret::new(text.into_owned()));
        }
        headers.insert(name, value);
    }
    Ok(())
}

/// A header that a person adds to a signed message.
///
/// # Errors
/// It is none, or it belongs to the message itself.
pub fn extra_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), StepError> {
    let (name, value) = input::header(name, value)?;
    if name.as_str().starts_with("webhook-") || name == HOPS_HEADER {
        return Err(invalid(
            "headers",
            (format!("the header {name} cannot be set"), format!("заголовок {name} задать нельзя")),
        ));
    }
    Ok((name, value))
}

/// A receiver has nothing that could be asked without sending it an event, so only the fields
/// themselves are checked.
pub static CHECK: Fields = Fields(checked);

fn checked(connection: &Connection) -> Result<Url, StepError> {
    let url = input::field(connection, "url").ok_or_else(|| missing("url"))?;
    let url = input::url("url", url)?;
    let secret = input::secret(connection, "secret").ok_or_else(|| missing("secret"))?;
    check_secret(secret)?;
    Ok(url)
}
