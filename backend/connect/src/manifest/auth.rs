//! Credentials that are made, exchanged or renewed: OAuth 2.0, log-in calls, signed tokens, and
//! the signature of a request.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Algo, Call, Encoding, JsonPath, Template, yes};
use domain::Span;

/// OAuth 2.0 (RFC 6749). Context of its templates: `conn`, `app`, `redirect_uri`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    #[serde(default)]
    pub grant: Grant,
    /// The address in the browser; for `authorization_code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<Template>,
    /// More query parameters of that address.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub authorize_params: IndexMap<String, Template>,
    /// Where tokens are given.
    pub token_url: Template,
    /// More parameters of the token request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub token_params: IndexMap<String, Template>,
    /// More headers of the token request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub token_headers: IndexMap<String, Template>,
    /// How the token request is written.
    #[serde(default)]
    pub token_format: TokenFormat,
    /// Where the application's secret stands in the token request.
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// The scopes asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Between scopes; one space by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_separator: Option<String>,
    /// Proof key S256 (RFC 7636); true by default.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// Where tokens are renewed; `token_url` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_url: Option<Template>,
    /// More parameters of the renewal.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub refresh_params: IndexMap<String, Template>,
    /// Where the access token stands; `$.access_token` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<JsonPath>,
    /// Where the refresh token stands; `$.refresh_token` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<JsonPath>,
    /// Where the life in seconds stands; `$.expires_in` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<JsonPath>,
    /// The life where the answer names none; without it such a token does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_expiry: Option<Span>,
    /// Renewed this long before it expires; `5m` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_before: Option<Span>,
    /// Each renewal may bring a new refresh token; the old one stays where it brings none. True by
    /// default; false: the first refresh token is kept for good.
    #[serde(default = "yes")]
    pub rotates: bool,
    /// Values of the token response saved to `conn`, by name; shown values, not secrets.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub save: IndexMap<String, JsonPath>,
    /// Query parameters of the way back saved to `conn`: name to parameter.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub save_redirect: IndexMap<String, String>,
    /// What the operator sets for the application: `[client_id, client_secret]` by default. Names
    /// with `secret`, `key` or `token` in them are secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<String>,
    /// Takes the tokens back when the connection is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke: Option<Call>,
}

/// How tokens are got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The user agrees in the browser (RFC 6749 section 4.1).
    #[default]
    AuthorizationCode,
    /// The application itself is the user (RFC 6749 section 4.4).
    ClientCredentials,
    /// `username` and `password` of `conn` are exchanged (RFC 6749 section 4.3).
    Password,
}

/// How a token request is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenFormat {
    #[default]
    Form,
    Json,
    Query,
}

/// Where the application's secret stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuth {
    #[default]
    Body,
    /// HTTP basic.
    Basic,
}

/// A log-in call.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The call; its templates see the secrets of `conn`. `apply` adds nothing to it.
    pub login: Call,
    /// Values of its answer saved to `conn` as secrets, usually `token`.
    pub save: IndexMap<String, JsonPath>,
    /// Their life; until a 401 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Span>,
}

/// A token that is signed here (RFC 7519).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    pub alg: JwtAlg,
    /// The secret, or the private key as PEM (PKCS #8).
    pub key: Template,
    /// More claims of the head.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub header: Map<String, Value>,
    /// Claims; leaves are templates over `conn`. `iat` and `exp` are added.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// Life of the token; `5m` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
    /// The call that exchanges it (as `conn.assertion`) for an access token, to which `apply` adds
    /// nothing; without it the signed token itself is `conn.token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Call>,
    /// Where the answer of the exchange has the token; `$.access_token` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<JsonPath>,
}

/// Algorithms of signed tokens (RFC 7518).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum JwtAlg {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    ES256,
    EdDSA,
}

/// The signature of a request. Its templates see the secrets of `conn`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// A keyed or plain hash, or `rsa_sha256`, `rsa_sha512` (PKCS #1 v1.5).
    pub algo: Algo,
    /// The shared secret; of RSA the private key: PEM, PKCS #8.
    pub key: Template,
    /// The signed text: `conn`, `run`, `now` and `req`: `method`, `url`, `host`, `path`, `query` as
    /// it is sent, `sorted_query` (sorted, not percent-encoded), `body` of text, `body_md5`,
    /// `body_sha256`, `time` (the moment of this try, where `now` is the first one of the step).
    pub content: Template,
    /// How the signature is written; `hex` by default.
    #[serde(default)]
    pub encoding: Encoding,
    /// The header that takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The query parameter that takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Text before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}
