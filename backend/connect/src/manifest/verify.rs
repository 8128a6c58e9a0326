//! Proofs that a delivery comes from whom it says. They run on the raw bytes before parsing.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth::JwtAlg;
use super::{Call, Cond, Many, Template};
use domain::Span;

/// One way to prove a delivery.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "scheme", rename_all = "lowercase")]
pub enum Verify {
    Signature(Box<Signature>),
    Token(Token),
    Basic(Basic),
    Jwt(Box<JwtVerify>),
    Ip(Ip),
    Callback(Box<Callback>),
    /// Every one of these must pass.
    All(Several),
    /// One of these must pass.
    Any(Several),
    None(NoCheck),
}

/// A signature or keyed hash of the delivery.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// An `Algo`, or a template over the trigger's settings that gives one.
    pub algo: Template,
    /// Where it is: `header.NAME`, `query.NAME` or `$.path`.
    pub from: Template,
    /// Text before it, such as `sha256=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Template>,
    /// Splits a compound header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// How the signature is written: an `Encoding`, or a template that gives one; `hex` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Template>,
    /// The shared secret, or the public key (PEM, or its bytes as `key_encoding` says); with a list
    /// one that fits is enough. Not with `key_url`.
    #[serde(default)]
    pub key: Many<Template>,
    /// Where the public key or certificate is (PEM); fetched over https and kept for a day.
    /// Context `body`, `header`, `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_url: Option<Template>,
    /// Patterns of the hosts that `key_url` may name; required with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_hosts: Vec<String>,
    /// How the key's text is decoded; `utf8` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_encoding: Option<Encoding>,
    /// Text before the key, such as `whsec_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
    /// The signed bytes, `{{body}}` by default: literals and body, body_text, url, method, path,
    /// ts, id, key, header.*, query.*, form_sorted, crc32, sha256_hex, body_keyed (the body with the
    /// key in place of the signature); any other name is a template over the parsed `body` and the
    /// trigger's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Template>,
    /// Where the time is, unless `parts` gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How the time is written; seconds by default.
    #[serde(default)]
    pub timestamp_unit: TimestampUnit,
    /// Allowed difference of clocks; `5m` by default if there is a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Span>,
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// A compound header such as `t=1,v1=abc`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Between items; `,` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sep: Option<String>,
    /// Between name and value; `=` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kv: Option<String>,
    /// The name of the signature; it may repeat.
    pub sig: String,
    /// The name of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<String>,
}

/// A secret that the delivery carries.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Where it is: `header.NAME`, `query.NAME`, `cookie.NAME` or `$.path`. NAME may be a template
    /// over the trigger's settings.
    pub from: Template,
    /// What it must be; with a list one that fits is enough.
    pub equals: Many<Template>,
    /// Text before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Only the first characters count, this many on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chars: Option<usize>,
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// HTTP basic (RFC 7617).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    pub user: Template,
    pub password: Template,
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// The sender's network.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ip {
    /// Networks such as `10.0.0.0/8`; templates.
    pub allow: Vec<Template>,
}

/// Several schemes as one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Several {
    pub of: Vec<Verify>,
}

/// A signed token (RFC 7519).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwtVerify {
    /// Where it is: `header.NAME`, `query.NAME` or `$.path`.
    pub from: Template,
    /// Text before it, such as `Bearer `.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Algorithms that are taken; never `none`.
    pub algs: Vec<JwtAlg>,
    /// The shared secret, or the public key as PEM; with a list one that fits is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Many<Template>>,
    /// Where the set of public keys is (RFC 7517); it is kept for a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<Template>,
    /// Claims that must have these values; a claim that is a list must have it among its items.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub claims: IndexMap<String, Template>,
    /// The claim that holds the SHA-256 of the body in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hash_claim: Option<String>,
    /// Allowed difference of clocks for `exp`, `nbf` and `iat`; `1m` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Span>,
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// The service is asked whether it sent the delivery.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    /// The call; context `body`, `header`, `query`, `input`, `hook`, `conn`, `app`.
    pub call: Call,
    /// It sent the delivery if this holds for the answer.
    pub ok: Cond,
}

/// Nothing is checked, on purpose.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoCheck {
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// Algorithms of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algo {
    HmacSha1,
    HmacSha256,
    HmacSha384,
    HmacSha512,
    HmacMd5,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    Ed25519,
    EcdsaP256,
    RsaSha1,
    RsaSha256,
    RsaSha512,
}

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
    Base64url,
    Utf8,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimestampUnit {
    #[default]
    S,
    Ms,
    Rfc3339,
}
