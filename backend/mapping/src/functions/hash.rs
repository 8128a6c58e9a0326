//! `hash` and the short `md5`, `sha1` and `sha256`: the digest of a text.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "hash",
    title: words("Digest", "Хеш"),
    description: words("The digest of the UTF-8 bytes of a text.", "Хеш байтов UTF-8 текста."),
    group: Group::Data,
    params: &[
        Param::optional(
            "alg",
            ParamKind::Choice { values: &ALGORITHMS },
            "Algorithm; sha256",
            "Алгоритм; sha256",
        ),
        ENCODING,
    ],
    examples: &[
        gives(r#""abc""#, r#"{"alg":"md5"}"#, r#""900150983cd24fb0d6963f7d28e17f72""#),
        gives(
            r#""abc""#,
            r#"{"alg":"sha1","encoding":"base64"}"#,
            r#""qZk+NkcGgWq6PiVxeFDCbJzQ2J0=""#,
        ),
        gives(r#""""#, "", r#""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
        gives("null", "", "null"),
        fails(r#""a""#, r#"{"alg":"sha3"}"#, "it may be: md5"),
    ],
    call: Call::Text(|text, args, _| digest(text, &args.text_or("alg", "sha256")?, args)),
    ..BASE
};

pub static MD5: Function = Function {
    name: "md5",
    title: words("MD5", "MD5"),
    params: &[ENCODING],
    examples: &[
        gives(r#""abc""#, "", r#""900150983cd24fb0d6963f7d28e17f72""#),
        gives(r#""abc""#, r#"{"encoding":"base64"}"#, r#""kAFQmDzST7DWlj99KOF/cg==""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, args, _| digest(text, "md5", args)),
    ..FUNCTION
};

pub static SHA1: Function = Function {
    name: "sha1",
    title: words("SHA-1", "SHA-1"),
    params: &[ENCODING],
    examples: &[
        gives(r#""abc""#, "", r#""a9993e364706816aba3e25717850c26c9cd0d89d""#),
        gives(r#""""#, "", r#""da39a3ee5e6b4b0d3255bfef95601890afd80709""#),
        gives(r#""abc""#, r#"{"encoding":"base64"}"#, r#""qZk+NkcGgWq6PiVxeFDCbJzQ2J0=""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, args, _| digest(text, "sha1", args)),
    ..FUNCTION
};

pub static SHA256: Function = Function {
    name: "sha256",
    title: words("SHA-256", "SHA-256"),
    params: &[ENCODING],
    examples: &[
        gives(
            r#""abc""#,
            "",
            r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        ),
        gives(
            r#""abc""#,
            r#"{"encoding":"base64url"}"#,
            r#""ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0""#,
        ),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, args, _| digest(text, "sha256", args)),
    ..FUNCTION
};

/// Algorithms of digests and signatures.
pub const ALGORITHMS: [&str; 5] = ["md5", "sha1", "sha256", "sha384", "sha512"];

/// How bytes are written.
pub const ENCODING: Param = Param::optional(
    "encoding",
    ParamKind::Choice { values: &["hex", "base64", "base64url"] },
    "How it is written; hex",
    "Как записать; hex",
);

fn digest(text: &str, algorithm: &str, args: &Args<'_>) -> Done {
    match algorithm {
        "md5" => encoded(&Md5::digest(text), args),
        "sha1" => encoded(&Sha1::digest(text), args),
        "sha384" => encoded(&Sha384::digest(text), args),
        "sha512" => encoded(&Sha512::digest(text), args),
        _ => encoded(&Sha256::digest(text), args),
    }
}

/// `bytes` as the argument `encoding` says.
pub fn encoded(bytes: &[u8], args: &Args<'_>) -> Done {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    out::text(match args.text_or("encoding", "hex")?.as_ref() {
        "base64" => STANDARD.encode(bytes),
        "base64url" => URL_SAFE_NO_PAD.encode(bytes),
        _ => hex::encode(bytes),
    })
}
