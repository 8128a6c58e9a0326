//! `/in/{token}`: any method, any sub-path. Reads the request within its limits and gives it to
//! the engine; what the engine says is the answer (see "What accepted means" in the README).

mod body;
mod pace;

use std::net::{IpAddr, SocketAddr};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::delivery::{Answer, RawDelivery};
use domain::{Code, Lang, Time, limits};
use engine::intake::{self, Refusal};

use crate::AppState;
pub use pace::Pace;

/// `/in/{token}`
pub async fn hook(
    State(state): State<AppState>,
    Path(token): Path<String>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let remote = state.remote(from.ip(), request.headers());
    receive(&state, &token, String::new(), remote, request).await
}

/// `/in/{token}/what/ever`
pub async fn hook_below(
    State(state): State<AppState>,
    Path((token, rest)): Path<(String, String)>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let remote = state.remote(from.ip(), request.headers());
    receive(&state, &token, format!("/{rest}"), remote, request).await
}

/// Any address, at a node that takes no deliveries.
pub async fn elsewhere() -> Response {
    unavailable("this node takes no deliveries; send them to one with --role ingest or all")
}

async fn receive(
    state: &AppState,
    token: &str,
    path: String,
    remote_ip: IpAddr,
    request: Request,
) -> Response {
    let shared = &state.engine.shared;
    let began = shared.clock.mono();
    if state.engine.stopping() {
        return unavailable("the server is shutting down");
    }
    let found = match shared.cache.by_token(token).await {
        Ok(f) => f,
        Err(e) => {
            tracing::warn!(error = %e, "an address could not be looked up");
            return unavailable("the database does not answer");
        }
    };
    let cap = found.as_ref().map_or(limits::BODY_BYTES, |f| f.max_body);
    let (parts, body) = request.into_parts();
    let body = match body::read(body, &parts.headers, cap, shared.clock.as_ref()).await {
        Ok(b) => b,
        Err(e) => return e.into_response(),
    };
    let Some(live) = found else {
        let raw = delivery(shared.db.now(), &parts, path, body, remote_ip);
        if let Some(answer) = without_flow(state, token, raw).await {
            return answer;
        }
        // As slow as a known address, so that its time tells nothing.
        let rest = state.pace.usual().micros() - (shared.clock.mono().micros() - began.micros());
        let late = shared.clock.now().plus(domain::Span::from_micros(rest.max(0)));
        shared.clock.timer(late).await;
        return (StatusCode::NOT_FOUND, "unknown address\n").into_response();
    };
    let raw = delivery(shared.db.now(), &parts, path, body, remote_ip);
    let answered = intake::accept(shared, &live, raw, false).await;
    let took = domain::Span::from_micros(shared.clock.mono().micros() - began.micros());
    // A sender that waits for its run says nothing of the others.
    if !live.waits() {
        state.pace.note(took);
    }
    metrics::histogram!("zveno_answer_seconds").record(took.std().as_secs_f64());
    match answered {
        Ok(a) => {
            metrics::counter!("zveno_deliveries_total", "answer" => class(a.status)).increment(1);
            response(a)
        }
        Err(Refusal::Unknown) => (StatusCode::NOT_FOUND, "unknown address\n").into_response(),
        Err(Refusal::NotStored(why)) => {
            metrics::counter!("zveno_deliveries_total", "answer" => "503").increment(1);
            tracing::warn!(flow.id = %live.id, reason = %why, "a delivery was not stored");
            unavailable(Code::StorageUnavailable.says(Lang::En))
        }
    }
}

/// An address that is no flow's own: one that flows share, or one without any.
async fn without_flow(state: &AppState, token: &str, raw: RawDelivery) -> Option<Response> {
    let shared = &state.engine.shared;
    let not_found = |why: &dyn std::fmt::Display| {
        tracing::warn!(error = %why, "an address could not be looked up");
        Some(unavailable("the database does not answer"))
    };
    let answered = match shared.cache.shared(token).await {
        Ok(Some(address)) => engine::routes::accept(shared, &address, raw).await,
        Ok(None) => match shared.db.temporary_of(token).await {
            Ok(Some(address)) => engine::temporary::accept(shared, address, raw).await,
            Ok(None) => return None,
            Err(e) => return not_found(&e),
        },
        Err(e) => return not_found(&e),
    };
    Some(match answered {
        Ok(a) => response(a),
        Err(Refusal::Unknown) => return None,
        Err(Refusal::NotStored(why)) => {
            tracing::warn!(reason = %why, "a delivery was not stored");
            unavailable(Code::StorageUnavailable.says(Lang::En))
        }
    })
}

fn delivery(
    received_at: Time,
    parts: &Parts,
    path: String,
    body: Bytes,
    remote_ip: IpAddr,
) -> RawDelivery {
    RawDelivery {
        method: parts.method.as_str().to_owned(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&parts.headers),
        body,
        remote_ip,
        received_at,
    }
}

fn class(status: u16) -> &'static str {
    match status {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// Names in lower case (HTTP gives them so), values as text.
fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(n, v)| {
            let text = match v.to_str() {
                Ok(t) => t.to_owned(),
                // Bytes above 127: UTF-8 if it is that, else as latin-1, so that none is lost.
                Err(_) => match std::str::from_utf8(v.as_bytes()) {
                    Ok(t) => t.to_owned(),
                    Err(_) => v.as_bytes().iter().map(|b| char::from(*b)).collect(),
                },
            };
            (n.as_str().to_owned(), text)
        })
        .collect()
}

fn response(a: Answer) -> Response {
    let mut r = Response::new(Body::from(a.body));
    *r.status_mut() = StatusCode::from_u16(a.status).unwrap_or(StatusCode::OK);
    for (n, v) in a.headers {
        // Replies are checked when they are made; what is no header all the same is left out.
        if let (Ok(n), Ok(v)) = (HeaderName::try_from(n), HeaderValue::try_from(v)) {
            r.headers_mut().append(n, v);
        }
    }
    r
}

/// 503 with the time to wait: every sender takes it as "come again", none as "gone".
fn unavailable(why: &'static str) -> Response {
    let mut r = (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    let secs = limits::RETRY_AFTER.as_secs();
    r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    r
}
