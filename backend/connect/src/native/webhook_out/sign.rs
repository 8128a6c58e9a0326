//! The signatures of a message (specification, "Signature scheme").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;
use domain::outcome::StepError;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::native::input::invalid;

/// The length of a key, bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The signatures of all secrets, with spaces between them: while a secret is replaced, a receiver
/// that knows either of them finds its own.
pub fn all(secrets: &[Secret], id: &str, timestamp: &str, body: &[u8]) -> String {
    let each: Vec<String> = secrets.iter().map(|s| sign(s, id, timestamp, body)).collect();
    each.join(" ")
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn sign(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so the empty default is never used.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key(secret.expose())) else {
        return String::new();
    };
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(piece);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The key of a secret. With or without `whsec_`, base64 of 24 to 64 bytes is decoded, as the
/// reference libraries do; any other text is the key as it stands.
fn key(secret: &str) -> Vec<u8> {
    let secret = secret.trim();
    let packed = secret.strip_prefix("whsec_").unwrap_or(secret);
    match STANDARD.decode(packed) {
        Ok(key) if KEY_BYTES.contains(&key.len()) => key,
        _ => secret.as_bytes().to_vec(),
    }
}

/// Whether messages may be signed with this secret.
///
/// # Errors
/// It is too short.
pub fn check_secret(secret: &Secret) -> Result<(), StepError> {
    if key(secret.expose()).len() < *KEY_BYTES.start() {
        return Err(invalid(
            "secret",
            ("a secret has at least 24 bytes", "в секрете не меньше 24 байт"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference libraries.
    #[test]
    fn the_vector_of_the_reference_libraries_is_signed_the_same() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = br#"{"test": 2432232314}"#;
        let got = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(got, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs_for_itself() {
        let [a, b] = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "another secret, 24 bytes long"]
            .map(Secret::new);
        let both = all(&[a.clone(), b.clone()], "msg_1", "1614265330", b"{}");
        let each = [a, b].map(|s| sign(&s, "msg_1", "1614265330", b"{}"));
        assert_eq!(both, each.join(" "));
    }

    #[test]
    fn a_secret_is_decoded_as_receivers_do() {
        let generated = "abcdefghijklmnopqrstuvwx0123456789abcdefghijklmn";
        assert_eq!(key(generated).len(), 36);
        assert_eq!(key(generated), key(&format!("whsec_{generated}")));
        assert_eq!(key("a plain secret, not base64"), b"a plain secret, not base64");
    }
}
