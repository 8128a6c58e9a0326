//! Compiled ways to connect, defaults of requests, and lookups.

use http::HeaderName;
use indexmap::IndexMap;
use serde_json::Value;

use domain::Span;
use domain::flow::place;

use super::{Call, Compiler, Jwt, Limit, OAuth2, Rule, Scope, Session, Sign, capped};
use crate::manifest::{self, AuthKind, AuthMethod};
use crate::template::{Text, Tree};

/// A compiled way to connect.
#[derive(Debug)]
pub struct Method {
    pub id: String,
    pub apply: Apply,
    pub base_url: Option<Text>,
    pub test: Option<Call>,
    pub label: Option<Text>,
    pub oauth2: Option<OAuth2>,
    pub session: Option<Session>,
    pub jwt: Option<Jwt>,
}

/// What is added to each authorised request.
#[derive(Debug, Default)]
pub struct Apply {
    pub headers: Vec<(HeaderName, Text)>,
    pub query: Vec<(String, Text)>,
    pub body: Vec<(String, Text)>,
    pub basic: Option<(Text, Text)>,
    pub sign: Option<Sign>,
    /// Something of it depends on the rest of the request.
    pub reads_request: bool,
}

/// Compiled defaults of requests.
#[derive(Debug, Default)]
pub struct Http {
    pub base_url: Option<Text>,
    pub headers: Vec<(HeaderName, Text)>,
    pub query: Tree,
    pub timeout: Option<Span>,
    pub errors: Vec<Rule>,
    pub limits: Vec<Limit>,
    pub max_response: usize,
}

/// A compiled source of options or fields.
#[derive(Debug)]
pub struct Lookup {
    pub call: Call,
    pub value: Option<Text>,
    pub label: Option<Text>,
    pub field: Option<Tree>,
    pub cache: Option<Span>,
}

const CONN: [&str; 3] = ["conn", "run", "now"];

impl Compiler {
    /// Compiles a way to connect.
    pub fn auth_method(&mut self, at: &str, m: &AuthMethod, scope: &Scope<'_>) -> Method {
        let secret = Scope { roots: &CONN, secrets_allowed: true, ..*scope };
        self.credentials(at, m);
        let base_url =
            m.base_url.as_ref().map(|u| self.url(&place::key(at, "base_url"), u, &secret));
        let label_scope = Scope { roots: &["conn", "test"], ..*scope };
        Method {
            id: m.id.clone(),
            apply: self.apply(&place::key(at, "apply"), m, &secret),
            base_url,
            test: m
                .test
                .as_ref()
                .map(|t| self.call(&place::key(at, "test"), t, &secret, &|_| false)),
            label: self.maybe(&place::key(at, "label"), m.label.as_deref(), &label_scope),
            oauth2: m.oauth2.as_ref().map(|o| self.oauth2(&place::key(at, "oauth2"), o, &secret)),
            session: m
                .session
                .as_ref()
                .map(|s| self.session(&place::key(at, "session"), s, &secret)),
            jwt: m.jwt.as_ref().map(|j| self.jwt(&place::key(at, "jwt"), j, &secret)),
        }
    }

    /// A method has the part that its kind needs.
    fn credentials(&mut self, at: &str, m: &AuthMethod) {
        let (name, there) = match m.kind {
            AuthKind::Oauth2 => ("oauth2", m.oauth2.is_some()),
            AuthKind::Session => ("session", m.session.is_some()),
            AuthKind::Jwt => ("jwt", m.jwt.is_some()),
            _ => return,
        };
        if !there {
            self.fault(
                "method_part",
                at,
                format!("kind: {name} needs {name}"),
                format!("для kind: {name} нужен {name}"),
            );
        }
    }

    fn apply(&mut self, at: &str, m: &AuthMethod, scope: &Scope<'_>) -> Apply {
        let a = &m.apply;
        // These are made when everything else of the request is there.
        let late = Scope { roots: &["conn", "run", "now", "req"], ..*scope };
        let mut headers = self.texts(&place::key(at, "headers"), &a.headers, &late, Self::header);
        let nothing = headers.is_empty() && a.query.is_empty() && a.body.is_empty();
        let bearer = match m.kind {
            AuthKind::Bearer | AuthKind::Session | AuthKind::Jwt => Some("Bearer {{conn.token}}"),
            AuthKind::Oauth2 => Some("Bearer {{conn.access_token}}"),
            AuthKind::None | AuthKind::ApiKey | AuthKind::Basic => None,
        };
        if let Some(bearer) = bearer.filter(|_| nothing) {
            let text = self.text(at, bearer, scope);
            headers.push((http::header::AUTHORIZATION, text));
        }
        let name = |_: &mut Self, _: &str, key: &str| Some(key.to_owned());
        let query = self.texts(&place::key(at, "query"), &a.query, &late, name);
        let reads = |t: &Text| t.names().any(|(root, _)| root == "req");
        let reads_request = a.sign.is_some()
            || headers.iter().any(|(_, t)| reads(t))
            || query.iter().any(|(_, t)| reads(t));
        Apply {
            headers,
            query,
            reads_request,
            body: self.texts(&place::key(at, "body"), &a.body, scope, name),
            basic: a.basic.as_ref().map(|(user, password)| {
                let at = place::key(at, "basic");
                (self.text(&at, user, scope), self.text(&at, password, scope))
            }),
            sign: a.sign.as_ref().and_then(|s| self.sign(&place::key(at, "sign"), s, scope)),
        }
    }

    /// Compiles the defaults of requests.
    pub fn http(&mut self, h: &manifest::HttpDefaults, scope: &Scope<'_>) -> Http {
        let open = Scope { roots: &CONN, ..*scope };
        let secret = Scope { secrets_allowed: true, ..open };
        let most = domain::limits::RESPONSE_BYTES;
        let given = h.max_response.and_then(|m| usize::try_from(m).ok()).unwrap_or(most);
        Http {
            base_url: h.base_url.as_ref().map(|u| self.url("http.base_url", u, &secret)),
            headers: self.texts("http.headers", &h.headers, &open, Self::header),
            query: self.tree_of("http.query", &Value::Object(h.query.clone()), &open, true),
            timeout: capped(h.timeout),
            errors: self.rules("http.errors", &h.errors, &open),
            limits: self.limits("http.rate_limits", &h.rate_limits, &open),
            max_response: given.min(most),
        }
    }

    /// Compiles the lookups.
    pub fn lookups(
        &mut self,
        lookups: &IndexMap<String, manifest::Lookup>,
        scope: &Scope<'_>,
    ) -> IndexMap<String, Lookup> {
        let call = Scope { roots: &["params", "search", "conn", "now"], ..*scope };
        let item = Scope { roots: &["item", "params"], ..*scope };
        let one = |(name, l): (&String, &manifest::Lookup)| {
            let at = place::key("lookups", name);
            let field = l.field.as_ref().map(|f| Value::Object(f.clone()));
            let key = |k: &str| place::key(&at, k);
            let compiled = Lookup {
                call: self.call(&key("call"), &l.call, &call, &|_| true),
                value: self.maybe(&key("value"), l.value.as_deref(), &item),
                label: self.maybe(&key("label"), l.label.as_deref(), &item),
                field: field.map(|f| self.tree(&key("field"), &f, &item)),
                cache: l.cache,
            };
            if compiled.value.is_none() && compiled.field.is_none() {
                self.fault(
                    "lookup",
                    &at,
                    "a lookup needs value (options) or field (dynamic fields)".into(),
                    "справочнику нужно value (варианты) или field (поля)".into(),
                );
            }
            (name.clone(), compiled)
        };
        lookups.iter().map(one).collect()
    }
}
