//! Credentials that sign the whole request.

use super::*;

fn signing(apply: &str, call: &str) -> Connector {
    let text = format!(
        r"
sdk: 1
name: acme
version: 1.0.0
display: {{title: Acme, description: Test}}
hosts: [api.acme.test]
connection:
  methods:
    - id: key
      title: Key
      kind: api_key
      fields: [{{key: user}}, {{key: token, secret: true}}]
      apply: {apply}
http: {{base_url: https://api.acme.test/v1}}
actions:
  do:
    title: Do
    input: [{{key: x, type: any}}]
    call: {call}
"
    );
    Connector::read("acme", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn account(secret: &str) -> Connection {
    connection("acme", "key", &[("user", "anna")], &[("token", secret)])
}

const BODY: &str = r#"{query: {z: "1", a: "{{input.x}}"}, url: /orders, json: {v: "{{input.x}}"}}"#;

#[test]
fn a_request_is_signed_last_with_everything_else_in_it() {
    let apply = r#"{headers: {X-Time: "{{epoch req.time}}", X-Body: "{{req.body_sha256}}"}, query: {user: "{{conn.user}}"}, sign: {algo: hmac_sha256, key: "{{conn.token}}", content: "{{req.method}} {{req.host}}{{req.path}}?{{req.sorted_query}} {{req.body}}", encoding: base64, header: X-Sign, prefix: "v1="}}"#;
    let c = signing(apply, BODY);
    let p = request_of(&c, &account(SECRET), json!({"x": "a b"})).unwrap();
    assert_eq!(p.url.as_str(), "https://api.acme.test/v1/orders?z=1&a=a+b&user=anna");
    let content = r#"POST api.acme.test/v1/orders?a=a b&user=anna&z=1 {"v":"a b"}"#;
    let mac = crate::inbound::digest(
        crate::manifest::Algo::HmacSha256,
        SECRET.as_bytes(),
        content.as_bytes(),
    );
    let mac = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, mac.unwrap());
    assert_eq!(p.headers["x-sign"], format!("v1={mac}"));
    assert_eq!(p.headers["x-time"], "1700000000");
    let hash = crate::inbound::digest(crate::manifest::Algo::Sha256, b"", br#"{"v":"a b"}"#);
    assert_eq!(p.headers["x-body"], hex::encode(hash.unwrap()));
    let shown = format!("{p:?}");
    assert!(!shown.contains(&mac) && !shown.contains(SECRET), "{shown}");
}

#[test]
fn a_signature_may_be_a_parameter_of_the_query() {
    let apply = r#"{sign: {algo: sha256, key: "{{conn.token}}", content: "{{req.query}}{{conn.token}}", query: sig}}"#;
    let c = signing(apply, r#"{url: /orders, query: {a: "{{input.x}}"}}"#);
    let p = request_of(&c, &account("k"), json!({"x": "я"})).unwrap();
    let hash = crate::inbound::digest(crate::manifest::Algo::Sha256, b"", b"a=%D1%8Fk");
    assert_eq!(p.url.query().unwrap(), format!("a=%D1%8F&sig={}", hex::encode(hash.unwrap())));
    assert!(
        p.masked.url.ends_with("sig=%E2%80%A2%E2%80%A2%E2%80%A2")
            || p.masked.url.ends_with("sig=•••")
    );
}

#[test]
fn a_request_is_signed_with_a_private_key_that_its_public_half_confirms() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512};

    let pair = crate::fixture::rsa::make().unwrap();
    let lines = STANDARD.encode(&pair.private);
    let lines: Vec<&str> =
        lines.as_bytes().chunks(64).map(|l| str::from_utf8(l).unwrap()).collect();
    let pem = |end: &str| {
        ["-----BEGIN PRIVATE KEY-----", &lines.join(end), "-----END PRIVATE KEY-----"].join(end)
    };
    for (algo, check) in
        [("rsa_sha256", &RSA_PKCS1_2048_8192_SHA256), ("rsa_sha512", &RSA_PKCS1_2048_8192_SHA512)]
    {
        let apply = format!(
            r#"{{sign: {{algo: {algo}, key: "{{{{conn.token}}}}", content: "{{{{req.method}}}} {{{{req.body}}}}", encoding: base64, header: X-Sign}}}}"#
        );
        let c = signing(&apply, BODY);
        // As a file has it, and as people paste it into one line.
        for key in [pem("\n"), pem("\\n")] {
            let p = request_of(&c, &account(&key), json!({"x": 1})).unwrap();
            let signature = STANDARD.decode(p.headers["x-sign"].as_bytes()).unwrap();
            let public = ring::signature::UnparsedPublicKey::new(check, &pair.public);
            public.verify(br#"POST {"v":1}"#, &signature).unwrap();
            assert!(public.verify(br#"POST {"v":2}"#, &signature).is_err());
            assert!(!format!("{p:?}").contains(lines[3]), "the key is in no log");
        }
        let e = request_of(&c, &account("no key at all"), json!({"x": 1})).unwrap_err();
        assert!(e.message.contains("private key") && !e.message.contains("no key at all"), "{e:?}");
    }
}

#[test]
fn what_cannot_be_signed_is_not_sent() {
    let apply = r#"{sign: {algo: hmac_sha1, key: "{{conn.token}}", content: "{{req.body}}", header: X-Sign}}"#;
    let c = signing(apply, BODY);
    let e = request_of(&c, &account(""), json!({"x": 1})).unwrap_err();
    assert!(e.message.contains("is empty"), "{}", e.message);
    let parts = signing(apply, r#"{url: /a, multipart: [{name: v, value: "{{input.x}}"}]}"#);
    let e = request_of(&parts, &account("k"), json!({"x": 1})).unwrap_err();
    assert!(e.message.contains("multipart"), "{}", e.message);
    let open = signing(apply, r#"{url: /a, auth: false, query: {a: "1"}}"#);
    let p = request_of(&open, &account("k"), json!({})).unwrap();
    assert!(!p.headers.contains_key("x-sign"));
}
