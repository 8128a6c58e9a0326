//! A service that is signed in to (RFC 6749, RFC 7636): it asks nobody, gives a code for each visit
//! of a browser, takes a code once and with its proof, and renews tokens, each refresh token once.
//! `GET /me` and `POST /notes` want a token that is good.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::http::{Answer, HttpReceiver, Options, Received};

/// The application that it knows.
pub const APP: (&str, &str) = ("zveno-app", "app-secret-91d2");
/// How long its access tokens live, seconds.
pub const LIFE: u64 = 3_600;

/// A running service.
pub struct Provider {
    http: HttpReceiver,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Codes that nobody has brought yet, with what they are bound to.
    codes: BTreeMap<String, Visit>,
    /// The refresh tokens that are good.
    refresh: BTreeSet<String>,
    /// The access tokens that are good.
    access: BTreeSet<String>,
    /// Refresh tokens in the order they were brought, good or not.
    brought: Vec<String>,
    /// Where browsers come back to, as renewals said it.
    renewed_for: Vec<String>,
    /// Refresh tokens that were taken back.
    revoked: Vec<String>,
    made: usize,
    denies: bool,
    /// Gives no refresh tokens.
    brief: bool,
}

struct Visit {
    challenge: String,
    redirect_uri: String,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Provider {
    /// Starts; everybody agrees.
    pub async fn start_with(options: Options) -> io::Result<Provider> {
        let http = HttpReceiver::start_with(options).await?;
        let state: Arc<Mutex<State>> = Arc::default();
        let kept = state.clone();
        http.respond(move |r| answer(r, &mut lock(&kept)));
        Ok(Provider { http, state })
    }

    /// The server: its script goes before the rules.
    pub fn http(&self) -> &HttpReceiver {
        &self.http
    }

    /// From now on nobody agrees.
    pub fn deny(&self) {
        lock(&self.state).denies = true;
    }

    /// From now on there are no refresh tokens.
    pub fn give_no_refresh_tokens(&self) {
        lock(&self.state).brief = true;
    }

    /// Tokens that were given so far are no longer good.
    pub fn forget_everything(&self) {
        let mut state = lock(&self.state);
        state.access.clear();
        state.refresh.clear();
    }

    /// Refresh tokens in the order they were brought, good or not.
    pub fn brought(&self) -> Vec<String> {
        lock(&self.state).brought.clone()
    }

    /// The `redirect_uri` of each renewal.
    pub fn renewed_for(&self) -> Vec<String> {
        lock(&self.state).renewed_for.clone()
    }

    /// Refresh tokens that were taken back, with all that was good of their person.
    pub fn revoked(&self) -> Vec<String> {
        lock(&self.state).revoked.clone()
    }

    /// How many tokens were given.
    pub fn made(&self) -> usize {
        lock(&self.state).made
    }
}

fn answer(r: &Received, s: &mut State) -> Answer {
    let bearer = r.header("authorization").and_then(|v| v.strip_prefix("Bearer "));
    let known = bearer.is_some_and(|t| s.access.contains(t));
    match (r.method.as_str(), r.path.as_str()) {
        ("GET", "/authorize") => authorize(r, s),
        ("POST", "/token") => token(r, s),
        ("POST", "/revoke") => revoke(r, s),
        (_, "/me" | "/notes") if !known => {
            Answer::json(401, &json!({ "error": "the token is not good" }))
        }
        ("GET", "/me") => Answer::json(200, &json!({ "name": "anna@cloud.test" })),
        ("POST", "/notes") => Answer::json(200, &json!({ "id": 1 })),
        _ => Answer::status(404),
    }
}

/// What a page would have asked, and the way back.
fn authorize(r: &Received, s: &mut State) -> Answer {
    let q: BTreeMap<String, String> = r.query_pairs().into_iter().collect();
    let given = |name: &str| q.get(name).map(String::as_str).unwrap_or_default();
    let right = given("client_id") == APP.0
        && given("response_type") == "code"
        && given("code_challenge_method") == "S256";
    let (true, Ok(mut back)) = (right, Url::parse(given("redirect_uri"))) else {
        return Answer::json(400, &json!({ "error": "invalid_request" }));
    };
    back.query_pairs_mut().append_pair("state", given("state"));
    if s.denies {
        let said = [("error", "access_denied"), ("error_description", "the person said no")];
        back.query_pairs_mut().extend_pairs(said);
    } else {
        s.made += 1;
        let code = format!("code-{}", s.made);
        back.query_pairs_mut().append_pair("code", &code);
        let challenge = given("code_challenge").to_owned();
        let visit = Visit { challenge, redirect_uri: given("redirect_uri").to_owned() };
        s.codes.insert(code, visit);
    }
    Answer::redirect(302, back.as_str())
}

/// As RFC 7009 section 2: the grant ends with its token, and the person has one grant.
fn revoke(r: &Received, s: &mut State) -> Answer {
    if let Some((_, token)) = r.form().into_iter().find(|(name, _)| name == "token") {
        if s.refresh.contains(&token) {
            s.refresh.clear();
            s.access.clear();
        }
        s.revoked.push(token);
    }
    Answer::status(200)
}

fn token(r: &Received, s: &mut State) -> Answer {
    let q: BTreeMap<String, String> = r.form().into_iter().collect();
    let given = |name: &str| q.get(name).map(String::as_str).unwrap_or_default();
    let refused = |error: &str| Answer::json(400, &json!({ "error": error }));
    if (given("client_id"), given("client_secret")) != APP {
        return refused("invalid_client");
    }
    let good = match given("grant_type") {
        "authorization_code" => s.codes.remove(given("code")).is_some_and(|v| {
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier")));
            v.challenge == proof && v.redirect_uri == given("redirect_uri")
        }),
        "refresh_token" => {
            s.brought.push(given("refresh_token").to_owned());
            s.renewed_for.push(given("redirect_uri").to_owned());
            s.refresh.remove(given("refresh_token"))
        }
        _ => return refused("unsupported_grant_type"),
    };
    if !good {
        return refused("invalid_grant");
    }
    s.made += 1;
    let (access, refresh) = (format!("access-{}", s.made), format!("refresh-{}", s.made));
    s.access.insert(access.clone());
    let mut body = json!({ "access_token": access, "expires_in": LIFE, "token_type": "Bearer" });
    if !s.brief {
        body["refresh_token"] = refresh.clone().into();
        s.refresh.insert(refresh);
    }
    Answer::json(200, &body)
}
