//! Proofs that a delivery comes from whom it says. They run on the raw bytes before parsing.

use serde::{Deserialize, Serialize};

use super::{Many, Template};
use domain::Span;

/// One way to prove a delivery.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "lowercase")]
pub enum Verify {
    Signature(Box<Signature>),
    Token(Token),
    Basic(Basic),
    Ip(Ip),
    All(All),
    None(NoCheck),
}

/// A signature or keyed hash of the delivery.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// The shared secret or public key; with a list one that fits is enough.
    pub key: Many<Template>,
    /// How the key's text is decoded; `utf8` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_encoding: Option<Encoding>,
    /// Text before the key, such as `whsec_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
    /// The signed bytes, `{{body}}` by default: literals and body, body_text, url, method, path,
    /// ts, id, key, header.*, query.*, form_sorted, crc32, sha256_hex.
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
#[derive(Clone, Debug, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// HTTP basic (RFC 7617).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    pub user: Template,
    pub password: Template,
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// The sender's network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ip {
    /// Networks such as `10.0.0.0/8`; templates.
    pub allow: Vec<Template>,
}

/// Every one of these must pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct All {
    pub of: Vec<Verify>,
}

/// Nothing is checked, on purpose.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoCheck {
    /// It counts only if this setting of the trigger has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<super::ShowIf>,
}

/// Algorithms of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
    Base64url,
    Utf8,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampUnit {
    #[default]
    S,
    Ms,
    Rfc3339,
}
