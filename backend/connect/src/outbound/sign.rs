//! The signature of a whole request, made last, and what the templates of credentials see of the
//! request as `req`. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::outcome::StepError;
use domain::{Code, Time};
use md5::Md5;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::content::Content;
use super::tokens;
use crate::http::Body;
use crate::manifest::{Algo, Encoding, JwtAlg};
use crate::registry::compiled::Sign;
use crate::template::{Look, rfc3339};

/// A request as far as it is made.
pub struct Draft<'a> {
    pub method: &'a http::Method,
    pub url: &'a str,
    pub query: &'a [(String, String)],
    pub content: &'a Content,
    /// The moment of sending: services refuse signatures that are too old, so every try has its own.
    pub at: Time,
}

impl Draft<'_> {
    /// What templates see as `req`. The hashes are those of the bytes that are sent; `body` is there
    /// for a body of text. The query of `sorted_query` is not percent-encoded.
    ///
    /// # Errors
    /// The body is multipart: its bytes are not known before it is sent.
    pub fn view(&self) -> Result<Value, StepError> {
        let body = match self.content.body() {
            Body::Empty => bytes::Bytes::new(),
            Body::Bytes(b) => b,
            Body::Multipart(_) => {
                let text = ("a multipart body cannot be signed", "тело из частей нельзя подписать");
                return Err(StepError::new(Code::FieldInvalid, text));
            }
        };
        let mut url = url::Url::parse(self.url).ok();
        if let Some(url) = url.as_mut().filter(|_| !self.query.is_empty()) {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        let mut pairs: Vec<(String, String)> =
            url.iter().flat_map(url::Url::query_pairs).map(|(k, v)| (k.into(), v.into())).collect();
        pairs.sort();
        let sorted: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        Ok(json!({
            "method": self.method.as_str(),
            "url": url.as_ref().map_or("", url::Url::as_str),
            "host": url.as_ref().and_then(url::Url::host_str),
            "path": url.as_ref().map_or("", url::Url::path),
            "query": url.as_ref().and_then(url::Url::query),
            "sorted_query": sorted.join("&"),
            "body": std::str::from_utf8(&body).ok(),
            "body_md5": hex::encode(Md5::digest(&body)),
            "body_sha256": hex::encode(Sha256::digest(&body)),
            "time": rfc3339(self.at),
        }))
    }
}

/// The signature as it is written.
///
/// # Errors
/// A template fails, or the secret is empty.
pub fn signature(sign: &Sign, look: &Look<'_>) -> Result<String, StepError> {
    let key = sign.key.text(look)?;
    if key.is_empty() {
        let text = (
            "the secret that requests are signed with is empty",
            "секрет, которым подписываются запросы, пуст",
        );
        return Err(StepError::new(Code::FieldInvalid, text));
    }
    let content = sign.content.text(look)?;
    let bytes = match sign.algo {
        // PKCS #1 v1.5 (RFC 8017 section 8.2).
        Algo::RsaSha256 => by_private(JwtAlg::RS256, &key, &content)?,
        Algo::RsaSha512 => by_private(JwtAlg::RS512, &key, &content)?,
        // The algorithm was checked when the manifest was read.
        shared => {
            crate::inbound::digest(shared, key.as_bytes(), content.as_bytes()).unwrap_or_default()
        }
    };
    let text = match sign.encoding {
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64url => URL_SAFE_NO_PAD.encode(bytes),
        Encoding::Hex | Encoding::Utf8 => hex::encode(bytes),
    };
    Ok(format!("{}{text}", sign.prefix))
}

/// A signature by a private key; line breaks of the PEM may be written as `\n`.
fn by_private(alg: JwtAlg, key: &str, content: &str) -> Result<Vec<u8>, StepError> {
    let signed = tokens::signature(alg, &key.replace("\\n", "\n"), content.as_bytes());
    signed.ok_or_else(|| {
        let text = (
            "the private key that requests are signed with cannot be read (PEM, PKCS #8)",
            "закрытый ключ, которым подписываются запросы, не читается (PEM, PKCS #8)",
        );
        StepError::new(Code::FieldInvalid, text)
    })
}
