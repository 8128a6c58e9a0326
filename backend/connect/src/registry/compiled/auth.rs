//! Compiled credentials that are made, exchanged or renewed.

use domain::Span;
use domain::flow::place;
use http::HeaderName;
use indexmap::IndexMap;
use mapping::Path;
use serde_json::{Map, Value};

use super::{Call, Compiler, Scope};
use crate::manifest::{self, Algo, ClientAuth, Encoding, Grant, JwtAlg, TokenFormat};
use crate::template::{Text, Tree};

/// Compiled OAuth 2.0.
#[derive(Debug)]
pub struct OAuth2 {
    pub grant: Grant,
    pub authorize_url: Option<Text>,
    pub authorize_params: Vec<(String, Text)>,
    pub scopes: String,
    pub pkce: bool,
    /// Gets the first tokens; context `conn`, `app`, `oauth`.
    pub exchange: Call,
    /// Renews them.
    pub refresh: Call,
    pub access_token: Option<Path>,
    pub refresh_token: Option<Path>,
    pub expires_in: Option<Path>,
    pub default_expiry: Option<Span>,
    pub refresh_before: Span,
    pub rotates: bool,
    pub save: Vec<(String, Path)>,
    pub save_redirect: Vec<(String, String)>,
    /// What the operator sets for the application.
    pub app: Vec<String>,
    pub revoke: Option<Call>,
}

/// A compiled log-in call.
#[derive(Debug)]
pub struct Session {
    pub login: Call,
    pub save: Vec<(String, Path)>,
    pub expires: Option<Span>,
}

/// A compiled token that is signed here.
#[derive(Debug)]
pub struct Jwt {
    pub alg: JwtAlg,
    pub key: Text,
    pub header: Tree,
    pub claims: Tree,
    pub ttl: Span,
    pub exchange: Option<Call>,
    pub token: Option<Path>,
}

/// A compiled signature of requests.
#[derive(Debug)]
pub struct Sign {
    pub algo: Algo,
    pub key: Text,
    pub content: Text,
    pub encoding: Encoding,
    pub to: SignTo,
    pub prefix: String,
}

/// Where the signature of a request goes.
#[derive(Debug)]
pub enum SignTo {
    Header(HeaderName),
    Query(String),
}

/// Names of credentials that the server itself keeps with a connection.
pub const KEPT: [&str; 4] = ["access_token", "refresh_token", "token", "assertion"];
/// What token requests read.
const TOKEN: [&str; 5] = ["conn", "app", "oauth", "redirect_uri", "now"];

impl Compiler {
    /// Compiles OAuth 2.0.
    pub fn oauth2(&mut self, at: &str, o: &manifest::OAuth2, scope: &Scope<'_>) -> OAuth2 {
        let scope = Scope { roots: &TOKEN, secrets_allowed: true, ..*scope };
        let key = |k: &str| place::key(at, k);
        if o.grant == Grant::AuthorizationCode && o.authorize_url.is_none() {
            self.fault(
                "oauth_authorize",
                at,
                "grant authorization_code needs authorize_url".into(),
                "для authorization_code нужен authorize_url".into(),
            );
        }
        let name = |_: &mut Self, _: &str, key: &str| Some(key.to_owned());
        let open = Scope { secrets_allowed: false, ..scope };
        let app = if o.app.is_empty() {
            vec!["client_id".to_owned(), "client_secret".to_owned()]
        } else {
            o.app.clone()
        };
        OAuth2 {
            grant: o.grant,
            authorize_url: o
                .authorize_url
                .as_ref()
                .map(|u| self.url(&key("authorize_url"), u, &open)),
            authorize_params: self.texts(
                &key("authorize_params"),
                &o.authorize_params,
                &open,
                name,
            ),
            scopes: o.scopes.join(o.scope_separator.as_deref().unwrap_or(" ")),
            pkce: o.pkce && o.grant == Grant::AuthorizationCode,
            exchange: self.token_call(at, o, &o.token_url, first(o), &o.token_params, &scope),
            refresh: self.token_call(
                at,
                o,
                o.refresh_url.as_ref().unwrap_or(&o.token_url),
                &[("grant_type", "refresh_token"), ("refresh_token", "{{conn.refresh_token}}")],
                &o.refresh_params,
                &scope,
            ),
            access_token: self.path_or(
                &key("access_token"),
                o.access_token.as_ref(),
                "$.access_token",
            ),
            refresh_token: self.path_or(
                &key("refresh_token"),
                o.refresh_token.as_ref(),
                "$.refresh_token",
            ),
            expires_in: self.path_or(&key("expires_in"), o.expires_in.as_ref(), "$.expires_in"),
            default_expiry: o.default_expiry,
            refresh_before: o.refresh_before.unwrap_or(domain::limits::REFRESH_BEFORE),
            rotates: o.rotates,
            save: self.saved(&key("save"), &o.save),
            save_redirect: o.save_redirect.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            app,
            revoke: o.revoke.as_ref().map(|c| self.call(&key("revoke"), c, &scope, &|_| false)),
        }
    }

    /// A token request as a call like every other one.
    fn token_call(
        &mut self,
        at: &str,
        o: &manifest::OAuth2,
        url: &str,
        own: &[(&str, &str)],
        more: &IndexMap<String, String>,
        scope: &Scope<'_>,
    ) -> Call {
        let mut params: Map<String, Value> =
            own.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
        let mut headers = o.token_headers.clone();
        match o.client_auth {
            ClientAuth::Body => {
                params.insert("client_id".into(), "{{app.client_id}}".into());
                params.insert("client_secret".into(), "{{app.client_secret}}".into());
            }
            ClientAuth::Basic => {
                let pair = "Basic {{base64 (concat app.client_id ':' app.client_secret)}}";
                headers.insert("Authorization".into(), pair.into());
            }
        }
        params.extend(more.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))));
        let mut call = manifest::Call {
            method: Some("POST".into()),
            url: url.to_owned(),
            headers,
            ..manifest::Call::default()
        };
        match o.token_format {
            TokenFormat::Form => call.form = Some(params),
            TokenFormat::Json => call.json = Some(Value::Object(params)),
            TokenFormat::Query => {
                call.method = Some("GET".into());
                call.query = params;
            }
        }
        let mut call = self.unproved(&place::key(at, "token_url"), &call, scope);
        call.own_host = true;
        call
    }

    /// A call that credentials are got with: those that there are have ended, or would stand in the
    /// place of its own.
    fn unproved(&mut self, at: &str, call: &manifest::Call, scope: &Scope<'_>) -> Call {
        Call { auth: false, ..self.call(at, call, scope, &|_| false) }
    }

    /// Compiles a log-in call.
    pub fn session(&mut self, at: &str, s: &manifest::Session, scope: &Scope<'_>) -> Session {
        Session {
            login: self.unproved(&place::key(at, "login"), &s.login, scope),
            save: self.saved(&place::key(at, "save"), &s.save),
            expires: s.expires,
        }
    }

    /// Compiles a token that is signed here.
    pub fn jwt(&mut self, at: &str, j: &manifest::Jwt, scope: &Scope<'_>) -> Jwt {
        let key = |k: &str| place::key(at, k);
        let exchange = j.exchange.as_ref().map(|c| self.unproved(&key("exchange"), c, scope));
        Jwt {
            alg: j.alg,
            key: self.text(&key("key"), &j.key, scope),
            header: self.tree(&key("header"), &Value::Object(j.header.clone()), scope),
            claims: self.tree(&key("claims"), &Value::Object(j.claims.clone()), scope),
            ttl: j.ttl.unwrap_or(domain::limits::JWT_TTL),
            exchange,
            token: self.path_or(&key("token"), j.token.as_ref(), "$.access_token"),
        }
    }

    /// Compiles the signature of requests.
    pub fn sign(&mut self, at: &str, s: &manifest::Sign, scope: &Scope<'_>) -> Option<Sign> {
        let to = match (&s.header, &s.query) {
            (Some(h), None) => SignTo::Header(self.header(&place::key(at, "header"), h)?),
            (None, Some(q)) => SignTo::Query(q.clone()),
            _ => {
                self.fault(
                    "sign_place",
                    at,
                    "a signature goes to either header or query".into(),
                    "подпись ставится либо в header, либо в query".into(),
                );
                return None;
            }
        };
        let private = matches!(s.algo, Algo::RsaSha256 | Algo::RsaSha512);
        if !private && crate::inbound::digest(s.algo, b"k", b"").is_none() {
            self.fault(
                "sign_algo",
                &place::key(at, "algo"),
                "requests are signed with a shared secret, a plain hash, rsa_sha256 or rsa_sha512"
                    .into(),
                "запросы подписываются общим секретом, простым хэшем, rsa_sha256 или rsa_sha512"
                    .into(),
            );
            return None;
        }
        let roots = ["conn", "run", "now", "req"];
        let scope = Scope { roots: &roots, ..*scope };
        Some(Sign {
            algo: s.algo,
            key: self.text(&place::key(at, "key"), &s.key, &scope),
            content: self.text(&place::key(at, "content"), &s.content, &scope),
            encoding: s.encoding,
            to,
            prefix: s.prefix.clone().unwrap_or_default(),
        })
    }

    fn saved(&mut self, at: &str, save: &IndexMap<String, String>) -> Vec<(String, Path)> {
        let one = |(name, path): (&String, &String)| {
            Some((name.clone(), self.path(&place::key(at, name), path)?))
        };
        save.iter().filter_map(one).collect()
    }

    fn path_or(&mut self, at: &str, given: Option<&String>, usual: &str) -> Option<Path> {
        self.path(at, given.map_or(usual, String::as_str))
    }
}

/// The parameters of the first token request.
fn first(o: &manifest::OAuth2) -> &'static [(&'static str, &'static str)] {
    match o.grant {
        Grant::AuthorizationCode => &[
            ("grant_type", "authorization_code"),
            ("code", "{{oauth.code}}"),
            ("redirect_uri", "{{redirect_uri}}"),
            ("code_verifier", "{{oauth.verifier}}"),
        ],
        Grant::ClientCredentials => {
            &[("grant_type", "client_credentials"), ("scope", "{{oauth.scope}}")]
        }
        Grant::Password => &[
            ("grant_type", "password"),
            ("username", "{{conn.username}}"),
            ("password", "{{conn.password}}"),
            ("scope", "{{oauth.scope}}"),
        ],
    }
}
