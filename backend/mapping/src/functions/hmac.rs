//! `hmac`: the signature of a text with a key (RFC 2104).

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::hash::{ALGORITHMS, ENCODING, encoded};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "hmac",
    title: words("Sign with a key", "Подпись ключом"),
    description: words(
        "The HMAC of a text with a key. As a helper: hmac alg key data encoding.",
        "HMAC текста с ключом. Как функция шаблона: hmac alg key данные encoding.",
    ),
    group: Group::Data,
    params: &[
        Param::required("alg", ParamKind::Choice { values: &ALGORITHMS }, "Algorithm", "Алгоритм"),
        Param::required("key", ParamKind::Text, "Key", "Ключ"),
        ENCODING,
    ],
    input_at: Some(2),
    examples: &[
        gives(
            r#""what do ya want for nothing?""#,
            r#"{"alg":"sha256","key":"Jefe"}"#,
            r#""5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843""#,
        ),
        gives(
            r#""what do ya want for nothing?""#,
            r#"{"alg":"md5","key":"Jefe"}"#,
            r#""750c783e6ab0b503eaa86e310a5db738""#,
        ),
        gives(
            r#""""#,
            r#"{"alg":"sha1","key":"","encoding":"base64"}"#,
            r#""+9sdGxiqbAgyS31ktx+3Y3BpDh0=""#,
        ),
        gives("null", r#"{"alg":"sha256","key":"k"}"#, "null"),
        fails(r#""a""#, r#"{"alg":"sha256"}"#, "\"key\" is required"),
    ],
    call: Call::Text(|text, args, _| {
        let (algorithm, key) = (args.need_text("alg")?, args.need_text("key")?);
        let bytes = match algorithm.as_ref() {
            "md5" => sign::<Hmac<Md5>>(&key, text),
            "sha1" => sign::<Hmac<Sha1>>(&key, text),
            "sha384" => sign::<Hmac<Sha384>>(&key, text),
            "sha512" => sign::<Hmac<Sha512>>(&key, text),
            _ => sign::<Hmac<Sha256>>(&key, text),
        };
        encoded(&bytes.ok_or_else(refused)?, args)
    }),
    ..BASE
};

fn sign<M: Mac + KeyInit>(key: &str, text: &str) -> Option<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

fn refused() -> FnError {
    FnError::new(Fault::ArgumentValue, "the key cannot be used", "ключ не подходит")
}
