//! `http.request`: any request that a person describes. Absent: cookies, client certificates.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::Secret;
use domain::connection::Connection;
use domain::journal::LoggedRequest;
use domain::limits::{MULTIPART_PARTS, RESPONSE_BYTES};
use domain::outcome::{Outcome, StepError};
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use url::Url;

use super::Native;
use super::fields::Fields;
use super::input::{self, invalid, missing, plain, value};
use super::shot::{self, Shot};
use crate::http::{Body, HOPS_HEADER, HostRule, Part, Prepared, hops_value};
use crate::outbound::form::{self, Lists};
use crate::outbound::{Answer, Call, Executed, Outbound, cut};

/// The idempotency key of draft-ietf-httpapi-idempotency-key-header.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Headers that the connection itself writes.
const RESERVED: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", HOPS_HEADER];

/// The fields of which at most one makes the body.
const BODIES: [&str; 6] = ["json", "form", "text", "xml", "multipart", "file"];

/// Sends one request.
pub struct Request;

impl Native for Request {
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let mut shot = Shot::new(out, call);
            let prepared = match prepare(call, &mut shot).await {
                Ok(prepared) => prepared,
                Err(error) => return Executed::unsent(Outcome::Fail { error }),
            };
            let outcome = match shot.send(prepared).await {
                Ok(answer) => shot.judge(&answer, Answer::view),
                Err(outcome) => outcome,
            };
            shot.end(outcome)
        })
    }
}

async fn prepare(call: &Call<'_>, shot: &mut Shot<'_>) -> Result<Prepared, StepError> {
    let text = input::text(call, "url").ok_or_else(|| missing("url"))?;
    let (mut url, host_rule) = target(call.connection, &text)?;
    if let Some(query) = input::map(call, "query")? {
        url.query_pairs_mut().extend_pairs(form::pairs(query, Lists::Repeated));
    }
    let content = content(call).await?;
    let method = method(call, !matches!(content.body, Body::Empty))?;
    let mut headers = HeaderMap::new();
    if let Some(media) = content.media.as_deref().and_then(|m| HeaderValue::from_str(m).ok()) {
        headers.insert(CONTENT_TYPE, media);
    }
    own_headers(call, &mut headers)?;
    let repeatable = method != Method::POST && method != Method::PATCH;
    if !repeatable && !headers.contains_key(IDEMPOTENCY_KEY) {
        headers.insert(IDEMPOTENCY_KEY, input::header("idempotency-key", call.run.key)?.1);
    }
    headers.insert(HOPS_HEADER, hops_value(call.run.hops));
    let mut shown = shot::shown_headers(&headers);
    if let Some(connection) = call.connection {
        let (name, value, masked) = credentials(connection, shot)?;
        shown.retain(|(n, _)| n != name.as_str());
        shown.push((name.as_str().to_owned(), masked));
        headers.insert(name, value);
    }
    let follow = match value(call, "follow_redirects") {
        Some(v) => v.as_bool().unwrap_or_else(|| plain(v) == "true"),
        None => method == Method::GET || method == Method::HEAD,
    };
    let (body, cut_from) = cut(&content.shown);
    let masked = LoggedRequest {
        method: method.to_string(),
        url: shot.clean(shot::shown_url(&url)),
        headers: shown.into_iter().map(|(n, v)| (n, shot.clean(v))).collect(),
        body: shot.clean(body),
        cut_from,
    };
    Ok(Prepared {
        method,
        url,
        headers,
        body: content.body,
        timeout: shot::timeout(call),
        max_response: RESPONSE_BYTES,
        follow,
        host_rule,
        masked,
    })
}

/// The address and where it may lead. Credentials go to the host of their connection only: the
/// address may hold data of the event, which must not choose who receives them.
fn target(connection: Option<&Connection>, text: &str) -> Result<(Url, HostRule), StepError> {
    let Some(connection) = connection else {
        return Ok((input::url("url", text)?, HostRule::AnyPlain));
    };
    let base = input::field(connection, "base_url").ok_or_else(|| missing("base_url"))?;
    let base = input::url("base_url", base)?;
    let url = input::url_below("url", text, &base)?;
    let host = base.host_str().unwrap_or_default();
    if url.host_str() != Some(host) || url.port_or_known_default() != base.port_or_known_default() {
        return Err(invalid(
            "url",
            (
                format!("the credentials of this connection are for {host} only"),
                format!("доступы этого подключения — только для {host}"),
            ),
        ));
    }
    Ok((url, HostRule::Only(vec![host.to_owned()])))
}

fn method(call: &Call<'_>, has_body: bool) -> Result<Method, StepError> {
    let Some(text) = input::text(call, "method") else {
        return Ok(if has_body { Method::POST } else { Method::GET });
    };
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let wanted = text.trim();
    known.into_iter().find(|m| m.as_str().eq_ignore_ascii_case(wanted)).ok_or_else(|| {
        invalid(
            "method",
            ("this is not a method that can be used", "такой метод нельзя использовать"),
        )
    })
}

fn own_headers(call: &Call<'_>, headers: &mut HeaderMap) -> Result<(), StepError> {
    let Some(map) = input::map(call, "headers")? else { return Ok(()) };
    for (name, value) in map.iter().filter(|(_, v)| !v.is_null()) {
        let (name, value) = input::header(name, &plain(value))?;
        if RESERVED.contains(&name.as_str()) {
            return Err(invalid(
                "headers",
                (
                    format!("the header {name} cannot be set"),
                    format!("заголовок {name} задать нельзя"),
                ),
            ));
        }
        headers.insert(name, value);
    }
    Ok(())
}

/// The header of a connection's credentials, and how the log shows it.
fn credentials(
    connection: &Connection,
    shot: &mut Shot<'_>,
) -> Result<(HeaderName, HeaderValue, String), StepError> {
    let mask = domain::secret::MASK;
    let secret = |key: &str| input::secret(connection, key).ok_or_else(|| missing(key));
    let (name, value, shown) = match connection.method.as_str() {
        "bearer" => {
            let token = secret("token")?.expose();
            ("authorization", format!("Bearer {token}"), format!("Bearer {mask}"))
        }
        "basic" => {
            let user = input::field(connection, "username").unwrap_or_default();
            // RFC 7617 section 2.
            if user.contains(':') {
                return Err(invalid(
                    "username",
                    (
                        "a user name must not hold a colon",
                        "в имени пользователя не должно быть двоеточия",
                    ),
                ));
            }
            let password = input::secret(connection, "password").map_or("", Secret::expose);
            let pair = STANDARD.encode(format!("{user}:{password}"));
            shot.hide(&Secret::new(pair.as_str()));
            ("authorization", format!("Basic {pair}"), format!("Basic {mask}"))
        }
        "header" => {
            let name = input::field(connection, "header").ok_or_else(|| missing("header"))?;
            (name, secret("value")?.expose().to_owned(), mask.to_owned())
        }
        _ => {
            return Err(invalid(
                "method",
                ("this connection has an unknown method", "у подключения неизвестный способ входа"),
            ));
        }
    };
    let (name, value) = input::header(name, &value)?;
    if name != AUTHORIZATION && RESERVED.contains(&name.as_str()) {
        return Err(invalid(
            "header",
            (format!("the header {name} cannot be set"), format!("заголовок {name} задать нельзя")),
        ));
    }
    Ok((name, value, shown))
}

/// A body, its content type, and how the log shows it.
struct Content {
    body: Body,
    media: Option<Cow<'static, str>>,
    shown: String,
}

impl Content {
    fn text(text: String, media: &'static str) -> Self {
        let body = Body::Bytes(Bytes::from(text.clone()));
        Self { body, media: Some(media.into()), shown: text }
    }
}

async fn content(call: &Call<'_>) -> Result<Content, StepError> {
    let mut filled = BODIES.iter().filter(|k| value(call, k).is_some());
    let Some(key) = filled.next() else {
        return Ok(Content { body: Body::Empty, media: None, shown: String::new() });
    };
    if let Some(second) = filled.next() {
        return Err(invalid(
            second,
            (
                format!("a request has one body, and {key} is filled too"),
                format!("у запроса одно тело, а {key} тоже заполнено"),
            ),
        ));
    }
    let Some(given) = value(call, key) else { return Err(missing(key)) };
    Ok(match *key {
        "json" => Content::text(given.to_string(), "application/json"),
        "form" => {
            let map = given
                .as_object()
                .ok_or_else(|| invalid("form", ("fields are expected", "здесь нужны поля")))?;
            let text = form::encode(&form::pairs(map, Lists::Indexed));
            Content::text(text, "application/x-www-form-urlencoded")
        }
        "text" => Content::text(plain(given).into_owned(), "text/plain; charset=utf-8"),
        "xml" => Content::text(plain(given).into_owned(), "application/xml; charset=utf-8"),
        "file" => {
            let file = call.files.read(given).await?;
            let shown = format!("({} bytes of {})", file.bytes.len(), file.mime);
            Content { body: Body::Bytes(file.bytes), media: Some(file.mime.into()), shown }
        }
        _ => multipart(call, given).await?,
    })
}

async fn multipart(call: &Call<'_>, given: &Value) -> Result<Content, StepError> {
    let list = given.as_array().ok_or_else(|| {
        invalid("multipart", ("a list of parts is expected", "здесь нужен список частей"))
    })?;
    if list.len() > MULTIPART_PARTS {
        return Err(invalid(
            "multipart",
            (
                format!("more than {MULTIPART_PARTS} parts"),
                format!("больше {MULTIPART_PARTS} частей"),
            ),
        ));
    }
    let mut parts = Vec::with_capacity(list.len());
    let mut shown = Vec::with_capacity(list.len());
    for (i, item) in list.iter().enumerate() {
        let at = format!("multipart[{i}]");
        let get = |key: &str| item.get(key).filter(|v| !v.is_null());
        let name = get("name").map(plain).filter(|n| !n.is_empty()).ok_or_else(|| missing(&at))?;
        let filename = get("filename").map(|v| plain(v).into_owned()).filter(|f| !f.is_empty());
        let part = match (get("file"), get("value")) {
            (Some(_), Some(v)) if *v != "" => {
                return Err(invalid(
                    &at,
                    ("a part has a value or a file, not both", "у части либо значение, либо файл"),
                ));
            }
            (Some(handle), _) => {
                let file = call.files.read(handle).await?;
                shown.push(format!("{name}: ({} bytes of {})", file.bytes.len(), file.mime));
                Part {
                    name: name.into_owned(),
                    filename: Some(filename.unwrap_or(file.name)),
                    content_type: Some(file.mime),
                    content: file.bytes,
                }
            }
            (None, v) => {
                let text = v.map(plain).unwrap_or_default().into_owned();
                let masked = if input::looks_secret(&name) { domain::secret::MASK } else { &text };
                shown.push(format!("{name}: {masked}"));
                let content = Bytes::from(text);
                Part { name: name.into_owned(), filename, content_type: None, content }
            }
        };
        parts.push(part);
    }
    Ok(Content { body: Body::Multipart(parts), media: None, shown: shown.join("\n") })
}

/// Nothing is known of the service, so only the fields themselves are checked.
pub static CHECK: Fields = Fields(checked);

fn checked(connection: &Connection) -> Result<Url, StepError> {
    input::field(connection, "base_url")
        .ok_or_else(|| missing("base_url"))
        .and_then(|base| input::url("base_url", base))
}
