//! `Idempotency-Key`: a POST that comes again with the same key and content is answered with the
//! answer of the first, and done once. Kept for a day, for each caller apart. Only what was done is
//! kept: a refused request may be sent again.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::{Code, Span, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Begun;

use super::caller::Caller;
use super::problem::Problem;
use crate::AppState;

const KEY: &str = "idempotency-key";
/// Says that an answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    kind: Option<String>,
    etag: Option<String>,
    #[serde(with = "text")]
    body: Vec<u8>,
}

/// Bodies are JSON text.
mod text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(v: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&String::from_utf8_lossy(v))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(d).map(String::into_bytes)
    }
}

impl Kept {
    fn answer(self) -> Response {
        let mut r = Response::new(Body::from(self.body));
        *r.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let named = [(header::CONTENT_TYPE, self.kind), (header::ETAG, self.etag)];
        for (name, value) in named {
            if let Some(Ok(v)) = value.map(HeaderValue::try_from) {
                r.headers_mut().insert(name, v);
            }
        }
        r.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        r
    }
}

/// Does a request with a key once.
pub(super) async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match held(&state, request, next).await {
        Ok(r) => r,
        Err(p) => p.into_response(),
    }
}

fn key_of(headers: &HeaderMap) -> Result<String, Problem> {
    let key = headers.get(KEY).and_then(|v| v.to_str().ok()).unwrap_or_default().trim();
    if key.is_empty() || key.len() > limits::IDEMPOTENCY_CHARS {
        return Err(Problem::bad(
            format!("an Idempotency-Key has 1 to {} characters", limits::IDEMPOTENCY_CHARS),
            format!("в Idempotency-Key от 1 до {} символов", limits::IDEMPOTENCY_CHARS),
        ));
    }
    Ok(key.to_owned())
}

async fn held(state: &AppState, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    // Who is unknown gets the answer of the operation itself, without a memory.
    let Ok(caller) = Caller::from_request_parts(&mut parts, state).await else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let key = key_of(&parts.headers)?;
    let body = to_bytes(body, limits::COMMAND_BYTES)
        .await
        .map_err(|_| Problem::new(Code::LimitExceeded).status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let who = format!("{}:{}", caller.actor, caller.workspace);
    let print = print(&parts.method, &parts.uri.to_string(), &body);
    let db = &state.engine.shared.db;
    match db.begin_request(&who, &key, print, state.engine.shared.clock.now()).await? {
        Begun::New => {}
        Begun::Other => return Err(Problem::new(Code::KeyReused)),
        Begun::UnderWay => return Err(Problem::new(Code::UnderWay).retry_after(Span::secs(1))),
        Begun::Done(kept) => {
            let kept: Kept =
                serde_json::from_slice(&kept).map_err(|_| Problem::new(Code::Internal))?;
            return Ok(kept.answer());
        }
    }
    // In a task of its own: a caller who goes away must not leave the key taken.
    let db = db.clone();
    let done = tokio::spawn(async move {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        keep(&db, &who, &key, response).await
    });
    done.await.map_err(|_| Problem::new(Code::Internal))?
}

fn print(method: &Method, uri: &str, body: &Bytes) -> [u8; 32] {
    let mut all = Sha256::new();
    all.update(method.as_str());
    all.update([0]);
    all.update(uri);
    all.update([0]);
    all.update(body);
    all.finalize().into()
}

async fn keep(
    db: &store::Db,
    who: &str,
    key: &str,
    response: Response,
) -> Result<Response, Problem> {
    if !response.status().is_success() {
        db.drop_request(who, key).await?;
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, limits::IDEMPOTENCY_BYTES)
        .await
        .map_err(|_| Problem::new(Code::LimitExceeded))?;
    let text = |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let kept = Kept {
        status: head.status.as_u16(),
        kind: text(header::CONTENT_TYPE).map(str::to_owned),
        etag: text(header::ETAG).map(str::to_owned),
        body: bytes.to_vec(),
    };
    let kept = serde_json::to_vec(&kept).map_err(|_| Problem::new(Code::Internal))?;
    if let Err(e) = db.end_request(who, key, &kept).await {
        // It was done; that it cannot be told again is the smaller harm.
        tracing::warn!(error = %e, "the answer of a request was not kept");
    }
    Ok(Response::from_parts(head, Body::from(bytes)))
}
