//! Ways to connect to a service.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth::{Jwt, OAuth2, Session, Sign};
use super::{Call, Field, Template};
use domain::Text;

/// Ways to connect.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Triggers and actions work without a connection too.
    #[serde(default)]
    pub optional: bool,
    /// Methods in order of preference.
    #[serde(default)]
    pub methods: Vec<AuthMethod>,
}

/// One way to connect.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthMethod {
    /// Unique in the connector; stored with the connection.
    pub id: String,
    /// The name of its tab.
    pub title: Text,
    /// How the credentials are used.
    pub kind: AuthKind,
    /// What the user types. Fields with `secret: true` are encrypted and never shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Parts added to each authorised request.
    #[serde(default)]
    pub apply: Apply,
    /// For `kind: oauth2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2>,
    /// For `kind: session`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// For `kind: jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// The request that proves that the credentials work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Call>,
    /// The connection's name; context `conn` without secrets and `test`, what the test gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Template>,
    /// The base address of this method; it may name secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Template>,
}

/// How credentials are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// There is nothing to prove.
    None,
    /// A key that `apply` or `base_url` places.
    ApiKey,
    /// HTTP basic (RFC 7617) with `apply.basic`.
    Basic,
    /// `Authorization: Bearer {{conn.token}}` (RFC 6750) unless `apply` says otherwise.
    Bearer,
    /// OAuth 2.0 (RFC 6749). `Authorization: Bearer {{conn.access_token}}` unless `apply` says
    /// otherwise.
    Oauth2,
    /// A log-in call that yields a token. `Authorization: Bearer {{conn.token}}` unless `apply`
    /// says otherwise.
    Session,
    /// A token that is signed here (RFC 7519), perhaps exchanged for another one.
    /// `Authorization: Bearer {{conn.token}}` unless `apply` says otherwise.
    Jwt,
}

/// Parts added to each authorised request; its templates see the secrets of the connection. Those of
/// `headers` and `query` see `req` besides, as `sign.content` does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// Headers to add.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Template>,
    /// Query parameters to add.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub query: IndexMap<String, Template>,
    /// Keys merged into a JSON or form body.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub body: IndexMap<String, Template>,
    /// User and password of HTTP basic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic: Option<(Template, Template)>,
    /// The signature of the whole request, made last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
}
