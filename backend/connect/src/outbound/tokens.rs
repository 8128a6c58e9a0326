//! Credentials that are made, exchanged or renewed (semantics S13): one call each. Who calls, and
//! that it is one at a time, is decided elsewhere.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::connection::Connection;
use domain::journal::Exchange;
use domain::limits::REFRESH_BEFORE;
use domain::outcome::{Outcome, StepError};
use domain::secret::MASK;
use domain::{Code, Secret, Span, Time};
use mapping::Context;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Outbound;
use super::driver::{Gave, Turn};
use super::form::plain;
use super::view::Conn;
use crate::inbound::pem;
use crate::manifest::{Algo, Grant, JwtAlg};
use crate::registry::Connector;
use crate::registry::compiled::{Call, Jwt, Method, OAuth2, Session};
use crate::template::{Look, Text, Uuids, rfc3339};

/// The operator's application at a service.
pub type App = BTreeMap<String, Secret>;

/// New credentials, to be stored before anybody uses them.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    /// `access_token`, `refresh_token`, `token` and what else is kept sealed.
    pub secrets: BTreeMap<String, Secret>,
    /// Values that may be shown, such as an instance's address.
    pub fields: BTreeMap<String, String>,
    pub expires_at: Option<Time>,
    /// Masked.
    pub exchanges: Vec<Exchange>,
}

/// Credentials that could not be had.
#[derive(Clone, Debug)]
pub struct Denied {
    pub outcome: Outcome,
    pub exchanges: Vec<Exchange>,
}

impl Denied {
    fn fail(code: Code, message: impl Into<domain::Text>) -> Self {
        let error = StepError::new(code, message);
        Denied { outcome: Outcome::Fail { error }, exchanges: Vec::new() }
    }
    /// Its words.
    pub fn error(&self) -> StepError {
        let lost = || StepError::new(Code::AccessDenied, ("no token came", "токен не пришёл"));
        self.outcome.error().cloned().unwrap_or_else(lost)
    }
    /// Whether the service refused for good: the user has to connect again.
    pub fn for_good(&self) -> bool {
        matches!(self.outcome, Outcome::Fail { .. } | Outcome::Auth { .. })
    }
}

/// The way out through the browser.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Where the browser goes.
    pub url: String,
    /// The proof key that the way back needs; empty where none is used.
    pub verifier: Secret,
}

/// The way back from the browser.
pub struct Returning<'a> {
    pub code: &'a str,
    pub verifier: &'a Secret,
    pub redirect_uri: &'a str,
    /// Every parameter of the way back.
    pub query: &'a BTreeMap<String, String>,
}

/// What a method of connecting keeps fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renews {
    /// Nothing: the credentials are what the user typed.
    Never,
    /// By a call, before the end of its token and after a 401.
    Token {
        /// Without any token the first one can be had by a call too.
        alone: bool,
        /// So long before its end.
        before: Span,
    },
}

impl Method {
    /// Whether and when its credentials are renewed.
    pub fn renews(&self) -> Renews {
        match (&self.oauth2, self.session.is_some() || self.jwt.is_some()) {
            (Some(o), _) => Renews::Token {
                alone: o.grant != Grant::AuthorizationCode,
                before: o.refresh_before,
            },
            (None, true) => {
                Renews::Token { alone: true, before: REFRESH_BEFORE.min(Span::mins(1)) }
            }
            (None, false) => Renews::Never,
        }
    }
    /// Names of what the operator sets for the application, where there is one.
    pub fn app_fields(&self) -> &[String] {
        self.oauth2.as_ref().map_or(&[], |o| &o.app)
    }
    /// Whether the user agrees in the browser.
    pub fn leaves(&self) -> bool {
        self.oauth2.as_ref().is_some_and(|o| o.grant == Grant::AuthorizationCode)
    }
}

impl Outbound {
    /// The address that the browser goes to; `state` ties the way back to this one. Pure but for
    /// the proof key.
    ///
    /// # Errors
    /// The method has no way through the browser, or its address cannot be made.
    pub fn leave(
        &self,
        connector: &Connector,
        connection: &Connection,
        app: &App,
        redirect_uri: &str,
        state: &str,
    ) -> Result<Leaving, StepError> {
        let oauth = oauth(connector, connection)?;
        let template =
            oauth.authorize_url.as_ref().filter(|_| oauth.grant == Grant::AuthorizationCode);
        let template = template.ok_or_else(|| {
            StepError::new(
                Code::FieldInvalid,
                (
                    "this way to connect does not go through the browser",
                    "этот способ подключения не через браузер",
                ),
            )
        })?;
        let verifier = if oauth.pkce { domain::ids::random_text(64) } else { String::new() };
        let now = self.config.clock.now();
        let context = token_context(&[], connection, app, redirect_uri, now);
        let url = Uuids::new("oauth").env(now, "UTC", |env| {
            let look = Look { context: &context, env };
            let mut url: url::Url = template.text(&look)?.parse().map_err(|_| {
                let text = ("the address of the log-in cannot be read", "адрес входа не читается");
                StepError::new(Code::FieldInvalid, text)
            })?;
            {
                let client = app.get("client_id").map(Secret::expose).unwrap_or_default();
                let mut query = url.query_pairs_mut();
                query.append_pair("response_type", "code").append_pair("client_id", client);
                query.append_pair("redirect_uri", redirect_uri).append_pair("state", state);
                if !oauth.scopes.is_empty() {
                    query.append_pair("scope", &oauth.scopes);
                }
                if oauth.pkce {
                    // RFC 7636 section 4.2.
                    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
                    query.append_pair("code_challenge", &challenge);
                    query.append_pair("code_challenge_method", "S256");
                }
                for (name, text) in &oauth.authorize_params {
                    query.append_pair(name, &text.text(&look)?);
                }
            }
            Ok::<_, StepError>(url.to_string())
        })?;
        Ok(Leaving { url, verifier: Secret::new(verifier) })
    }

    /// Exchanges the code of the way back for tokens.
    ///
    /// # Errors
    /// The service refuses, or cannot be reached.
    pub async fn come_back(
        &self,
        connector: &Connector,
        connection: &Connection,
        app: &App,
        back: Returning<'_>,
    ) -> Result<Fresh, Denied> {
        let oauth = oauth(connector, connection).map_err(fail)?;
        let given = [("code", back.code), ("verifier", back.verifier.expose())];
        let now = self.config.clock.now();
        // The address of the tokens may depend on what the browser brings.
        let brought = brought(connector, connection, oauth, back.query).map_err(fail)?;
        let mut connection = connection.clone();
        connection.fields.extend(brought.clone());
        let context = token_context(&given, &connection, app, back.redirect_uri, now);
        let mut fresh =
            self.tokens(connector, &connection, oauth, &oauth.exchange, context).await?;
        for (name, value) in brought {
            fresh.fields.entry(name).or_insert(value);
        }
        Ok(fresh)
    }

    /// Takes the tokens of a connection back, where its service has a call for it. Nothing to call
    /// is done too.
    ///
    /// # Errors
    /// The service refuses, or cannot be reached.
    pub async fn revoke_tokens(
        &self,
        connector: &Connector,
        connection: &Connection,
        app: &App,
        redirect_uri: &str,
    ) -> Result<Vec<Exchange>, Denied> {
        let method = connector.method(Some(&connection.method));
        let call = method.and_then(|m| m.oauth2.as_ref()).and_then(|o| o.revoke.as_ref());
        let has = |name: &str| connection.secrets.contains_key(name);
        let Some(call) = call.filter(|_| has("access_token") || has("refresh_token")) else {
            return Ok(Vec::new());
        };
        let (now, mut connection) = (self.config.clock.now(), connection.clone());
        let ended = connection.tokens.and_then(|t| t.expires_at).is_some_and(|at| at <= now);
        if call.auth
            && ended
            && let Ok(fresh) = self.renew_tokens(connector, &connection, app, redirect_uri).await
        {
            connection.fields.extend(fresh.fields);
            connection.secrets.extend(fresh.secrets);
        }
        let context = token_context(&[], &connection, app, redirect_uri, now);
        self.asked(connector, &connection, call, context).await.map(|(_, exchanges)| exchanges)
    }

    /// Makes or renews the credentials of a connection. Some services want the address that
    /// browsers come back to, here too.
    ///
    /// # Errors
    /// The service refuses, or cannot be reached.
    pub async fn renew_tokens(
        &self,
        connector: &Connector,
        connection: &Connection,
        app: &App,
        redirect_uri: &str,
    ) -> Result<Fresh, Denied> {
        let method = connector.method(Some(&connection.method));
        let method = method.ok_or_else(|| {
            let text = ("no such way to connect", "такого способа подключения нет");
            Denied::fail(Code::FieldInvalid, text)
        })?;
        if let Some(oauth) = &method.oauth2 {
            let has = connection.secrets.contains_key("refresh_token");
            let now = self.config.clock.now();
            let given = [("scope", oauth.scopes.as_str())];
            let context = token_context(&given, connection, app, redirect_uri, now);
            let call = match (has, oauth.grant) {
                (true, _) => &oauth.refresh,
                (false, Grant::AuthorizationCode) => {
                    return Err(Denied::fail(
                        Code::AccessDenied,
                        (
                            "there is no refresh token; connect again",
                            "нет токена обновления; подключите заново",
                        ),
                    ));
                }
                (false, _) => &oauth.exchange,
            };
            return self.tokens(connector, connection, oauth, call, context).await;
        }
        if let Some(session) = &method.session {
            return self.log_in(connector, connection, session).await;
        }
        match &method.jwt {
            Some(jwt) => self.signed(connector, connection, jwt).await,
            None => Ok(Fresh::default()),
        }
    }

    /// One token request and what it gave.
    async fn tokens(
        &self,
        connector: &Connector,
        connection: &Connection,
        oauth: &OAuth2,
        call: &Call,
        context: Context,
    ) -> Result<Fresh, Denied> {
        let (answer, exchanges) = self.asked(connector, connection, call, context).await?;
        let read = |path: &Option<mapping::Path>| at(path.as_ref(), &answer);
        let Some(access) = read(&oauth.access_token) else {
            let words = answer["error_description"].as_str().or(answer["error"].as_str());
            let words = words.map_or_else(
                || {
                    let en = "the service gave no access token";
                    domain::Text::new(en, "сервис не дал токен доступа")
                },
                domain::Text::said,
            );
            return Err(Denied { exchanges, ..Denied::fail(Code::AccessDenied, words) });
        };
        let mut fresh = Fresh { exchanges, ..Fresh::default() };
        fresh.secrets.insert("access_token".into(), Secret::new(access));
        let old = connection.secrets.get("refresh_token").cloned();
        let new = read(&oauth.refresh_token).map(Secret::new);
        let kept = if oauth.rotates { new.or(old) } else { old.or(new) };
        if let Some(refresh) = kept {
            fresh.secrets.insert("refresh_token".into(), refresh);
        }
        for (name, path) in &oauth.save {
            if let Some(value) = at(Some(path), &answer) {
                fresh.fields.insert(name.clone(), value);
            }
        }
        let life = read(&oauth.expires_in).and_then(|t| t.parse::<f64>().ok()).filter(|n| *n > 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "the cast holds at the largest number")]
        let life = life.map(|n| Span::secs((n as i64).min(i64::from(i32::MAX))));
        fresh.expires_at = life.or(oauth.default_expiry).map(|l| self.config.clock.now().plus(l));
        Ok(fresh)
    }

    async fn log_in(
        &self,
        connector: &Connector,
        connection: &Connection,
        session: &Session,
    ) -> Result<Fresh, Denied> {
        let now = self.config.clock.now();
        let context = token_context(&[], connection, &App::new(), "", now);
        let (answer, exchanges) =
            self.asked(connector, connection, &session.login, context).await?;
        let mut fresh = Fresh { exchanges, ..Fresh::default() };
        for (name, path) in &session.save {
            let Some(value) = at(Some(path), &answer) else {
                let words = (
                    format!("the answer of the log-in has no {name}"),
                    format!("в ответе на вход нет {name}"),
                );
                return Err(Denied {
                    exchanges: fresh.exchanges,
                    ..Denied::fail(Code::AccessDenied, words)
                });
            };
            fresh.secrets.insert(name.clone(), Secret::new(value));
        }
        fresh.expires_at = session.expires.map(|l| now.plus(l));
        Ok(fresh)
    }

    async fn signed(
        &self,
        connector: &Connector,
        connection: &Connection,
        jwt: &Jwt,
    ) -> Result<Fresh, Denied> {
        let now = self.config.clock.now();
        let context = token_context(&[], connection, &App::new(), "", now);
        let signed = Uuids::new("jwt")
            .env(now, "UTC", |env| sign(jwt, &Look { context: &context, env }, now))
            .map_err(fail)?;
        let mut fresh = Fresh { expires_at: Some(now.plus(jwt.ttl)), ..Fresh::default() };
        let Some(call) = &jwt.exchange else {
            fresh.secrets.insert("token".into(), Secret::new(signed));
            return Ok(fresh);
        };
        let mut with = connection.clone();
        with.secrets.insert("assertion".into(), Secret::new(signed));
        let context = token_context(&[], &with, &App::new(), "", now);
        let (answer, exchanges) = self.asked(connector, &with, call, context).await?;
        fresh.exchanges = exchanges;
        let Some(token) = at(jwt.token.as_ref(), &answer) else {
            let words = (
                "the service gave no token for the signed one",
                "сервис не дал токен в обмен на подписанный",
            );
            return Err(Denied {
                exchanges: fresh.exchanges,
                ..Denied::fail(Code::AccessDenied, words)
            });
        };
        fresh.secrets.insert("token".into(), Secret::new(token));
        if let Some(life) = answer["expires_in"].as_i64().filter(|n| *n > 0) {
            fresh.expires_at = Some(now.plus(Span::secs(life.min(i64::from(i32::MAX)))));
        }
        Ok(fresh)
    }

    /// One call whose templates see the secrets of the connection.
    async fn asked(
        &self,
        connector: &Connector,
        connection: &Connection,
        call: &Call,
        mut context: Context,
    ) -> Result<(Value, Vec<Exchange>), Denied> {
        let (info, run) = self.person();
        let conn = Conn::new(Some(connection), &run, info.now);
        let mut driver = self.asking(connector, Some(connection), &conn, &info);
        // Everything but open fields is masked in the log; what the service gives is a secret too.
        let mut masked = context.clone();
        masked.set("conn", conn.masked.get("conn").cloned().unwrap_or_default());
        for root in ["app", "oauth"] {
            let names = context.get(root).and_then(Value::as_object).cloned().unwrap_or_default();
            let hidden: Map<String, Value> =
                names.into_iter().map(|(k, _)| (k, Value::from(MASK))).collect();
            masked.set(root, Value::Object(hidden));
        }
        let turn = Turn {
            call,
            context: &mut context,
            masked: Some(&masked),
            key: info.key,
            idempotency: None,
            finds: false,
        };
        let gave = driver.run(turn).await;
        let mut exchanges = driver.exchanges;
        for e in &mut exchanges {
            if let Some(r) = &mut e.response {
                r.body = format!("({} characters with tokens)", r.body.chars().count());
            }
        }
        match gave {
            Ok(Gave::Output(answer)) => Ok((answer, exchanges)),
            Ok(Gave::Nothing(error)) => Err(Denied { outcome: Outcome::Fail { error }, exchanges }),
            Err(outcome) => Err(Denied { outcome, exchanges }),
        }
    }
}

fn fail(error: StepError) -> Denied {
    Denied { outcome: Outcome::Fail { error }, exchanges: Vec::new() }
}

fn oauth<'c>(connector: &'c Connector, connection: &Connection) -> Result<&'c OAuth2, StepError> {
    let method = connector.method(Some(&connection.method));
    method.and_then(|m| m.oauth2.as_ref()).ok_or_else(|| {
        let en = format!("{} is not connected by OAuth", connector.name);
        let ru = format!("{} подключается не через OAuth", connector.name);
        StepError::new(Code::FieldInvalid, (en, ru))
    })
}

/// What the way back brings for the connection. Where the user types such a value, what comes in
/// its place fits the same pattern: the browser says what it likes.
fn brought(
    connector: &Connector,
    connection: &Connection,
    oauth: &OAuth2,
    query: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, StepError> {
    let ways = connector.ways();
    let way = ways.iter().find(|w| w.id == connection.method);
    let mut out = BTreeMap::new();
    for (name, parameter) in &oauth.save_redirect {
        let Some(value) = query.get(parameter).filter(|v| !v.is_empty()) else { continue };
        let field = way.and_then(|w| w.fields.iter().find(|f| f.key == *name));
        let pattern = field.and_then(|f| regex::Regex::new(f.pattern.as_deref()?).ok());
        if pattern.is_some_and(|p| !p.is_match(value)) {
            let text = (
                format!("the service sent the browser back with an unfit {parameter}"),
                format!("сервис вернул браузер с неподходящим значением {parameter}"),
            );
            return Err(StepError::new(Code::AccessDenied, text));
        }
        out.insert(name.clone(), value.clone());
    }
    Ok(out)
}

/// What token requests see, with secrets.
fn token_context(
    oauth: &[(&str, &str)],
    connection: &Connection,
    app: &App,
    redirect_uri: &str,
    now: Time,
) -> Context {
    let mut conn: Map<String, Value> =
        connection.fields.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
    conn.extend(connection.secrets.iter().map(|(k, v)| (k.clone(), Value::from(v.expose()))));
    let app: Map<String, Value> =
        app.iter().map(|(k, v)| (k.clone(), Value::from(v.expose()))).collect();
    let oauth: Map<String, Value> =
        oauth.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
    Context::new(json!({
        "conn": conn, "app": app, "oauth": oauth, "redirect_uri": redirect_uri,
        "now": rfc3339(now), "run": {},
    }))
}

/// The text at a path of an answer.
fn at(path: Option<&mapping::Path>, answer: &Value) -> Option<String> {
    let value = path?.get(answer).ok()?.first()?;
    Some(plain(value)).filter(|t| !t.is_empty())
}

/// A signed token (RFC 7519 section 7.1).
fn sign(jwt: &Jwt, look: &Look<'_>, now: Time) -> Result<String, StepError> {
    let mut header = json!({ "alg": format!("{:?}", jwt.alg), "typ": "JWT" });
    let seconds = now.micros() / 1_000_000;
    let mut claims = json!({ "iat": seconds, "exp": seconds + jwt.ttl.as_secs() });
    for (tree, into) in [(&jwt.header, &mut header), (&jwt.claims, &mut claims)] {
        if let (Value::Object(more), Value::Object(into)) = (tree.value(look)?, into) {
            into.extend(more);
        }
    }
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let key = key_text(&jwt.key, look)?;
    let signature = signature(jwt.alg, &key, signed.as_bytes()).ok_or_else(|| {
        let text = (
            "the private key cannot be read (PEM, PKCS #8)",
            "закрытый ключ не читается (PEM, PKCS #8)",
        );
        StepError::new(Code::FieldInvalid, text)
    })?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A key as people paste it: line breaks may be written as `\n`.
fn key_text(key: &Text, look: &Look<'_>) -> Result<String, StepError> {
    Ok(key.text(look)?.replace("\\n", "\n"))
}

/// A signature by a key as people paste it: a shared secret, or PEM (PKCS #8).
pub(super) fn signature(alg: JwtAlg, key: &str, message: &[u8]) -> Option<Vec<u8>> {
    let shared = |algo| crate::inbound::digest(algo, key.as_bytes(), message);
    let der = || pem(key).map(|(_, der)| der);
    let rng = SystemRandom::new();
    let rsa = |padding: &'static dyn ring::signature::RsaEncoding| {
        let pair = RsaKeyPair::from_pkcs8(&der()?).ok()?;
        let mut out = vec![0; pair.public().modulus_len()];
        pair.sign(padding, &rng, message, &mut out).ok()?;
        Some(out)
    };
    match alg {
        JwtAlg::HS256 => shared(Algo::HmacSha256),
        JwtAlg::HS384 => shared(Algo::HmacSha384),
        JwtAlg::HS512 => shared(Algo::HmacSha512),
        JwtAlg::RS256 => rsa(&RSA_PKCS1_SHA256),
        JwtAlg::RS384 => rsa(&RSA_PKCS1_SHA384),
        JwtAlg::RS512 => rsa(&RSA_PKCS1_SHA512),
        JwtAlg::ES256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der()?, &rng);
            Some(pair.ok()?.sign(&rng, message).ok()?.as_ref().to_vec())
        }
        JwtAlg::EdDSA => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der()?).ok()?;
            Some(pair.sign(message).as_ref().to_vec())
        }
    }
}
