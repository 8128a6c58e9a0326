//! From a compiled call to a request, rendered twice from the same templates: once to be sent, and
//! once with a mask where secrets stand, for the log. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::journal::LoggedRequest;
use domain::limits::{CALL_TIMEOUT, CALL_TIMEOUT_MAX};
use domain::outcome::StepError;
use domain::secret::MASK;
use domain::{Code, Span, Time};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use mapping::{Context, Env};
use serde_json::Value;

use super::File;
use super::address::{Guard, join};
use super::content::{self, Content};
use super::form::{self, Lists, plain};
use super::sign::{self, Draft};
use super::view::Conn;
use crate::http::{HOPS_HEADER, HostRule, Prepared, hops_value};
use crate::registry::Connector;
use crate::registry::compiled::{Apply, Call, Idempotency, Method, Put, SignTo};
use crate::template::Look;

/// What is the same for every call of one action.
pub struct Base<'a> {
    pub connector: &'a Connector,
    pub method: Option<&'a Method>,
    pub conn: &'a Conn,
    /// The operator's other base (`ZVENO_BASE_URL_<CONNECTOR>`).
    pub moved_to: Option<&'a url::Url>,
    pub allow_networks: &'a [ipnet::IpNet],
    pub hops: u32,
    /// The step's own time for one call.
    pub timeout: Option<Span>,
}

/// One call with what its templates see.
pub struct Request<'a> {
    pub call: &'a Call,
    pub context: &'a Context,
    /// What the log's templates see; nothing where `context` holds no secret.
    pub masked: Option<&'a Context>,
    pub files: &'a [Option<File>],
    /// Where the idempotency key goes, and the key.
    pub idempotency: Option<(&'a Idempotency, &'a str)>,
    /// Cursor, page and size of a list.
    pub puts: &'a [(Put, Value)],
    /// The moment of sending, for signatures.
    pub at: Time,
}

/// A request as text, before it is checked and encoded.
struct Parts {
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(HeaderName, String)>,
    content: Content,
}

/// Renders a request.
///
/// # Errors
/// A template fails, an address or header cannot be made of the data, or the host is not allowed.
pub fn prepare(
    base: &Base<'_>,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Prepared, StepError> {
    let look = Look { context: request.context, env };
    let real = parts(base, request, &look, &Look { context: &base.conn.real, env }, false)?;
    let look = Look { context: request.masked.unwrap_or(request.context), env };
    let masked = parts(base, request, &look, &Look { context: &base.conn.masked, env }, true)?;
    let guard = Guard {
        rule: host_rule(base, request.call, &real.url, env)?,
        base: base.moved_to,
        allow_networks: base.allow_networks,
    };
    let (mut url, rule) = guard.address(&real.url)?;
    append(&mut url, &real.query);
    let http = &base.connector.http;
    let timeout = base.timeout.or(request.call.timeout).or(http.timeout).unwrap_or(CALL_TIMEOUT);
    Ok(Prepared {
        method: request.call.method.clone(),
        url,
        headers: headers(&real, base.hops)?,
        body: real.content.body(),
        timeout: timeout.min(CALL_TIMEOUT_MAX),
        max_response: http.max_response,
        follow: request.call.follow,
        host_rule: rule,
        masked: logged(&guard, request.call, &masked, &real.content),
    })
}

/// Adds the query, without touching what the address has already.
fn append(url: &mut url::Url, query: &[(String, String)]) {
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
}

fn host_rule(
    base: &Base<'_>,
    call: &Call,
    url: &str,
    env: &Env<'_>,
) -> Result<HostRule, StepError> {
    let look = Look { context: &base.conn.masked, env };
    let hosts = base.connector.hosts.iter().map(|h| h.text(&look));
    let mut hosts = hosts.collect::<Result<Vec<String>, _>>()?;
    hosts.retain(|h| !h.is_empty());
    if base.connector.native() && hosts.iter().any(|h| h == "*") {
        return Ok(HostRule::Any);
    }
    if hosts.is_empty() {
        // Without a list the host of the base address is the only one.
        let text = base_url(base, &look)?;
        let host = url::Url::parse(&text).ok().and_then(|u| u.host_str().map(str::to_owned));
        hosts.extend(host);
    }
    if call.own_host {
        let host = url::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned));
        hosts.extend(host);
    }
    Ok(HostRule::Only(hosts))
}

fn base_url(base: &Base<'_>, conn: &Look<'_>) -> Result<String, StepError> {
    let own = base.method.and_then(|m| m.base_url.as_ref());
    own.or(base.connector.http.base_url.as_ref()).map_or(Ok(String::new()), |t| t.text(conn))
}

fn parts(
    base: &Base<'_>,
    request: &Request<'_>,
    look: &Look<'_>,
    conn: &Look<'_>,
    masked: bool,
) -> Result<Parts, StepError> {
    let (call, http) = (request.call, &base.connector.http);
    let mut query = Vec::new();
    for (tree, look) in [(&http.query, conn), (&call.query, look)] {
        if let Some(Value::Object(map)) = tree.render(look)? {
            query.extend(form::pairs(&map, Lists::Repeated));
        }
    }
    let mut headers = Vec::new();
    for (name, text) in &http.headers {
        set(&mut headers, name, text.text(conn)?);
    }
    for (name, text) in &call.headers {
        set(&mut headers, name, text.text(look)?);
    }
    let mut out = Parts {
        url: join(&base_url(base, conn)?, &call.url.text(look)?),
        query,
        headers,
        content: content::render(call, look, request.files)?,
    };
    if let Some((place, key)) = request.idempotency {
        match place {
            Idempotency::Header(name) => set(&mut out.headers, name, key.to_owned()),
            Idempotency::Json(name) => out.content.put(name, Value::from(key)),
        }
    }
    for (place, value) in request.puts {
        out.put(place, value);
        if *place == Put::Address {
            out.url = join(&base_url(base, conn)?, &out.url);
        }
    }
    if call.auth
        && let Some(apply) = base.method.map(|m| &m.apply)
    {
        for (name, text) in &apply.body {
            out.content.put(name, text.value(conn)?);
        }
        if apply.reads_request {
            out.sign(apply, request, conn, masked)?;
        } else {
            out.authorize(apply, conn, masked)?;
        }
    }
    Ok(out)
}

/// Sets a header, in place of one of the same name. An empty value is left out.
fn set(headers: &mut Vec<(HeaderName, String)>, name: &HeaderName, value: String) {
    headers.retain(|(n, _)| n != name);
    if !value.is_empty() {
        headers.push((name.clone(), value));
    }
}

impl Parts {
    fn put(&mut self, place: &Put, value: &Value) {
        match place {
            Put::Query(name) => {
                self.query.retain(|(n, _)| n != name);
                self.query.push((name.clone(), plain(value)));
            }
            Put::Json(name) | Put::Form(name) => self.content.put(name, value.clone()),
            Put::Header(name) => set(&mut self.headers, name, plain(value)),
            Put::Address => {
                self.query.clear();
                self.url = plain(value);
            }
        }
    }

    /// Adds what the method of connecting says; `conn` is the only view with secrets.
    fn authorize(&mut self, apply: &Apply, conn: &Look<'_>, masked: bool) -> Result<(), StepError> {
        for (name, text) in &apply.headers {
            set(&mut self.headers, name, text.text(conn)?);
        }
        for (name, text) in &apply.query {
            let value = text.text(conn)?;
            self.query.retain(|(n, _)| n != name);
            // What is empty is left out, as a header is.
            if !value.is_empty() {
                self.query.push((name.clone(), value));
            }
        }
        if let Some((user, password)) = &apply.basic {
            // RFC 7617 section 2: the user must not hold a colon.
            let user = user.text(conn)?;
            if user.contains(':') {
                let message = (
                    "a user name for HTTP basic must not hold a colon",
                    "в имени пользователя для HTTP Basic не должно быть двоеточия",
                );
                return Err(StepError::new(Code::FieldInvalid, message));
            }
            let pair = format!("{user}:{}", password.text(conn)?);
            let shown = if masked { MASK.to_owned() } else { STANDARD.encode(pair) };
            set(&mut self.headers, &AUTHORIZATION, format!("Basic {shown}"));
        }
        Ok(())
    }

    /// The same where the credentials depend on the request: they are added first, then all of it
    /// is signed.
    fn sign(
        &mut self,
        apply: &Apply,
        request: &Request<'_>,
        conn: &Look<'_>,
        masked: bool,
    ) -> Result<(), StepError> {
        let mut context = conn.context.clone();
        context.set("req", self.draft(request).view()?);
        self.authorize(apply, &Look { context: &context, env: conn.env }, masked)?;
        let Some(sign) = &apply.sign else { return Ok(()) };
        context.set("req", self.draft(request).view()?);
        let value = if masked {
            MASK.to_owned()
        } else {
            sign::signature(sign, &Look { context: &context, env: conn.env })?
        };
        match &sign.to {
            SignTo::Header(name) => set(&mut self.headers, name, value),
            SignTo::Query(name) => {
                self.query.retain(|(n, _)| n != name);
                self.query.push((name.clone(), value));
            }
        }
        Ok(())
    }

    fn draft<'d>(&'d self, request: &'d Request<'_>) -> Draft<'d> {
        Draft {
            method: &request.call.method,
            url: &self.url,
            query: &self.query,
            content: &self.content,
            at: request.at,
        }
    }
}

/// The head that is sent. CR, LF and NUL cannot stand in it (rule R7).
fn headers(parts: &Parts, hops: u32) -> Result<HeaderMap, StepError> {
    let mut out = HeaderMap::with_capacity(parts.headers.len() + 2);
    for (name, value) in &parts.headers {
        let mut header = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
            let message = (
                format!("the header {name} would hold a line break or control character"),
                format!("в заголовке {name} оказался бы перевод строки или управляющий символ"),
            );
            StepError::new(Code::FieldInvalid, message)
        })?;
        header.set_sensitive(true);
        out.insert(name.clone(), header);
    }
    if let Some(media) = parts.content.media()
        && !out.contains_key(CONTENT_TYPE)
        && let Ok(media) = HeaderValue::from_str(&media)
    {
        out.insert(CONTENT_TYPE, media);
    }
    out.insert(HOPS_HEADER, hops_value(hops));
    Ok(out)
}

fn logged(guard: &Guard<'_>, call: &Call, masked: &Parts, real: &Content) -> LoggedRequest {
    let mut url = url::Url::parse(&masked.url).ok();
    let text = match &mut url {
        Some(url) => {
            append(url, &masked.query);
            guard.shown(url.as_str())
        }
        None => guard.shown(&masked.url),
    };
    let mut headers: Vec<(String, String)> =
        masked.headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.clone())).collect();
    if let Some(media) = real.media()
        && !headers.iter().any(|(n, _)| n == CONTENT_TYPE.as_str())
    {
        headers.push((CONTENT_TYPE.as_str().to_owned(), media));
    }
    let (body, cut_from) = masked.content.shown();
    LoggedRequest { method: call.method.to_string(), url: text, headers, body, cut_from }
}
