use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Span, Time};
use serde_json::{Value, json};

use super::digest::{crc32, hash};
use crate::inbound::Inbound;
use crate::inbound::testing::*;
use crate::manifest::Algo;

fn mac(algo: Algo, key: &str, text: &str) -> Vec<u8> {
    hash(algo, key.as_bytes(), &[text.as_bytes()]).unwrap()
}

fn hex_mac(key: &str, text: &str) -> String {
    hex::encode(mac(Algo::HmacSha256, key, text))
}

fn verdict(i: &Inbound, raw: &domain::delivery::RawDelivery) -> (&'static str, String) {
    let j = i.judge(raw, NOW);
    (word(&j), reason(&j).en)
}

fn passes(i: &Inbound, raw: &domain::delivery::RawDelivery) -> bool {
    word(&i.judge(raw, NOW)) == "accepted"
}

fn github(secret: &str) -> Inbound {
    let verify = json!([{
        "scheme": "signature", "algo": "hmac_sha256", "from": "header.X-Hub-Signature-256",
        "prefix": "sha256=", "key": "{{input.secret}}",
    }]);
    webhook(json!({"verify": verify}), &[("secret", secret)])
}

/// docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
#[test]
fn the_vector_of_the_github_documentation_passes() {
    let i = github("It's a Secret to Everybody");
    let sig = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let raw = post("Hello, World!").header_set("content-type", "text/plain");
    let signed = raw.clone().header_set("x-hub-signature-256", sig);
    assert!(passes(&i, &signed));
    let mut tampered = signed.clone();
    tampered.body = "Hello, World?".into();
    assert_eq!(verdict(&i, &tampered).1, "header x-hub-signature-256 does not match the secret");
    assert_eq!(verdict(&i, &raw), ("rejected", "header x-hub-signature-256 is missing".into()));
    let bare = raw.clone().header_set("x-hub-signature-256", &sig[7..]);
    assert!(!passes(&i, &bare), "the prefix is part of the signature");
    assert!(!passes(&github("another"), &signed));
    for odd in ["sha256=", "", "sha256=zz", "sha256=75", "é"] {
        assert!(!passes(&i, &raw.clone().header_set("x-hub-signature-256", odd)), "{odd}");
    }
}

fn standard_webhooks(keys: Value, secrets: &[(&str, &str)]) -> Inbound {
    let mut verify = json!([{
        "scheme": "signature", "algo": "hmac_sha256", "from": "header.webhook-signature",
        "parts": {"sep": " ", "kv": ",", "sig": "v1"}, "encoding": "base64",
        "timestamp": "header.webhook-timestamp", "content": "{{id}}.{{ts}}.{{body}}",
        "key_prefix": "whsec_", "key_encoding": "base64",
    }]);
    verify[0]["key"] = keys;
    webhook(json!({"verify": verify}), secrets)
}

/// github.com/standard-webhooks/standard-webhooks, libraries/go/webhook_test.go.
#[test]
fn the_vector_of_standard_webhooks_passes_within_its_time() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let i = standard_webhooks(json!("{{input.secret}}"), &[("secret", secret)]);
    let raw = post("{\"test\": 2432232314}")
        .header_set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .header_set("webhook-timestamp", "1614265330")
        .header_set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let at = |s: i64| word(&i.judge(&raw, Time(s * 1_000_000)));
    assert_eq!((at(1_614_265_330), at(1_614_265_630)), ("accepted", "accepted"));
    assert_eq!((at(1_614_265_631), at(1_614_265_029)), ("rejected", "rejected"));
    let why = reason(&i.judge(&raw, Time(1_614_265_631_000_000)));
    assert_eq!(why.en, "the timestamp is 301 s off, 5m is allowed");
    for gone in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut raw = raw.clone();
        raw.headers.retain(|(n, _)| n != gone);
        assert_eq!(word(&i.judge(&raw, Time(1_614_265_330_000_000))), "rejected", "{gone}");
    }
    let several = "v1a,xx v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let several = raw.clone().header_set("webhook-signature", several);
    assert_eq!(word(&i.judge(&several, Time(1_614_265_330_000_000))), "accepted");
}

#[test]
fn a_list_of_keys_takes_the_old_and_the_new_one() {
    let i = standard_webhooks(
        json!(["{{input.new}}", "{{input.old}}"]),
        &[("new", "whsec_bmV3LWtleQ=="), ("old", "b2xkLWtleQ")],
    );
    for (key, want) in [("new-key", true), ("old-key", true), ("bad-key", false)] {
        let sig = STANDARD.encode(mac(Algo::HmacSha256, key, "m1.1700000000.{}"));
        let raw = post("{}")
            .header_set("webhook-id", "m1")
            .header_set("webhook-timestamp", "1700000000")
            .header_set("webhook-signature", format!("v1,{sig}"));
        assert_eq!(passes(&i, &raw), want, "{key}");
    }
}

fn stripe() -> Inbound {
    let verify = json!([{
        "scheme": "signature", "algo": "hmac_sha256", "from": "header.Stripe-Signature",
        "parts": {"sig": "v1", "ts": "t"}, "content": "{{ts}}.{{body}}", "tolerance": "5m",
        "key": "{{input.secret}}",
    }]);
    webhook(json!({"verify": verify}), &[("secret", "whsec_test")])
}

/// docs.stripe.com/webhooks, "Verify webhook signatures manually": the scheme `t=..,v1=..`.
#[test]
fn a_compound_header_with_a_time_and_several_signatures() {
    let i = stripe();
    let sig = |ts: i64, body: &str| hex_mac("whsec_test", &format!("{ts}.{body}"));
    let raw = |header: String| post("{\"id\":1}").header_set("stripe-signature", header);
    let good = sig(1_700_000_000, "{\"id\":1}");
    for (header, want) in [
        (format!("t=1700000000,v1={good}"), true),
        (format!("t=1700000000, v1=00, v0={good}, v1={good}"), true),
        (format!("t=1700000000,v0={good}"), false),
        (format!("t=1700000001,v1={good}"), false),
        (format!("v1={good}"), false),
        (format!("t=1699999699,v1={}", sig(1_699_999_699, "{\"id\":1}")), false),
        (format!("t=1699999700,v1={}", sig(1_699_999_700, "{\"id\":1}")), true),
        (format!("t=1700000000,v1={}", sig(1_700_000_000, "{\"id\":2}")), false),
        (format!("t=x,v1={}", hex_mac("whsec_test", "x.{\"id\":1}")), false),
    ] {
        assert_eq!(passes(&i, &raw(header.clone())), want, "{header}");
    }
}

#[test]
fn encodings_algorithms_and_time_units() {
    let key = "k";
    for (algo, name) in [
        (Algo::HmacSha1, "hmac_sha1"),
        (Algo::HmacSha256, "hmac_sha256"),
        (Algo::HmacSha384, "hmac_sha384"),
        (Algo::HmacSha512, "hmac_sha512"),
        (Algo::HmacMd5, "hmac_md5"),
    ] {
        let bytes = mac(algo, key, "{}");
        let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
        for (encoding, text) in [
            ("hex", hex::encode_upper(&bytes)),
            ("base64", STANDARD.encode(&bytes)),
            ("base64url", url),
        ] {
            let verify = json!([{
                "scheme": "signature", "algo": "{{input.algo}}", "encoding": encoding,
                "from": "query.sig", "key": "{{input.secret}}",
            }]);
            let input = json!({"algo": name});
            let trigger = json!({"webhook": {"verify": verify}});
            let i = flow(trigger, input, &[("secret", key)]).unwrap();
            let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            assert!(passes(&i, &post("{}").query(&format!("sig={query}"))), "{name} {encoding}");
            assert!(!passes(&i, &post("[]").query(&format!("sig={query}"))), "{name} {encoding}");
        }
    }
    for (unit, ts) in
        [("s", "1700000000"), ("ms", "1700000000000"), ("rfc3339", "2023-11-14T22:13:20Z")]
    {
        let verify = json!([{
            "scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k",
            "timestamp": "header.ts", "timestamp_unit": unit, "content": "{{ts}}{{body}}",
        }]);
        let i = webhook(json!({"verify": verify}), &[]);
        let raw =
            post("{}").header_set("ts", ts).header_set("sig", hex_mac("k", &format!("{ts}{{}}")));
        assert!(passes(&i, &raw), "{unit}");
        let late = NOW.plus(Span::secs(301));
        assert_eq!(word(&i.judge(&raw, late)), "rejected", "{unit}");
    }
}

#[test]
fn the_signed_bytes_are_spliced_from_segments() {
    // HubSpot v3 (developers.hubspot.com, "Validating requests"), Twilio, PayPal and Trello sign so.
    let body = "b=2&a=1&b=1&a=1";
    let url = "https://flows.example.com/in/abc/x?q=%D0%98&k=1";
    let cases = [
        ("{{method}}{{url}}{{body}}{{ts}}", format!("POST{url}{body}1700000000")),
        ("{{url}}{{form_sorted}}", format!("{url}a1b1b2")),
        (
            "{{header.X-Id}}|{{input.webhook_id}}|{{crc32}}",
            format!("m1|wh-7|{}", crc32(body.as_bytes())),
        ),
        ("{{path}}:{{query.q}}:{{query.[k]}}", "/in/abc/x:И:1".into()),
        (
            "{{sha256_hex}}{{key}}",
            hex::encode(hash(Algo::Sha256, b"", &[body.as_bytes()]).unwrap()) + "k",
        ),
    ];
    for (content, signed) in cases {
        let verify = json!([{
            "scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k",
            "timestamp": "header.ts", "content": content,
        }]);
        let trigger = json!({"webhook": {"verify": verify}});
        let i = flow(trigger, json!({"webhook_id": "wh-7"}), &[]).unwrap();
        let mut raw = form(body)
            .query("q=%D0%98&k=1")
            .header_set("ts", "1700000000")
            .header_set("x-id", "m1")
            .header_set("host", "attacker.example")
            .header_set("sig", hex_mac("k", &signed));
        raw.path = "/x".into();
        assert!(passes(&i, &raw), "{content}");
        raw.body = "b=2".into();
        assert_eq!(passes(&i, &raw), content.starts_with("{{path}}"), "{content}");
    }
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of CRC-32");
}

#[test]
fn a_body_that_is_no_text_is_signed_as_it_came() {
    let verify =
        json!([{"scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k"}]);
    let i = webhook(json!({"verify": verify}), &[]);
    let body = vec![0xff, 0x00, 0xfe, b'{'];
    let sig = hex::encode(hash(Algo::HmacSha256, b"k", &[&body]).unwrap());
    let raw = post(body).header_set("content-type", "application/octet-stream");
    assert!(passes(&i, &raw.header_set("sig", sig)));
    let verify = json!([{
        "scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "k", "content": "{{body_text}}",
    }]);
    let i = webhook(json!({"verify": verify}), &[]);
    let raw = post(vec![b'"', 0xC8, b'"']).header_set("sig", hex_mac("k", "\"И\""));
    assert!(passes(&i, &raw), "windows-1251 as UTF-8");
}

#[test]
fn a_plain_hash_needs_the_key_inside() {
    let hubspot_v1 = |content: &str| {
        let verify = json!([{
            "scheme": "signature", "algo": "sha256", "from": "header.sig", "key": "{{input.secret}}",
            "content": content,
        }]);
        flow(json!({"webhook": {"verify": verify}}), json!({}), &[("secret", "s")])
    };
    let i = hubspot_v1("{{key}}{{body}}").unwrap();
    let sig = hex::encode(hash(Algo::Sha256, b"", &[b"s{}"]).unwrap());
    assert!(passes(&i, &post("{}").header_set("sig", sig)));
    assert!(hubspot_v1("{{body}}").is_err());
}

#[test]
fn what_cannot_be_checked_is_refused_when_the_flow_is_compiled() {
    let faults = |verify: Value| {
        let p = flow(json!({"webhook": {"verify": [verify]}}), json!({}), &[("secret", "!")]).err();
        p.map(|p| p[0].message.en.clone()).unwrap_or_default()
    };
    let sig = |more: Value| {
        let mut v =
            json!({"scheme": "signature", "algo": "hmac_sha256", "from": "header.s", "key": "k"});
        v.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        v
    };
    for algo in ["ed25519", "ecdsa_p256", "rsa_sha1", "rsa_sha256", "rsa_sha512"] {
        let more = json!({"algo": algo, "key": "{{input.secret}}", "key_encoding": "hex"});
        assert!(faults(sig(more)).contains("not written"), "{algo}");
        let hosts = faults(sig(json!({"algo": algo, "key_url": "https://x.test"})));
        assert!(hosts.contains("key_hosts"), "{algo}: {hosts}");
    }
    assert!(faults(sig(json!({"algo": "rot13"}))).contains("not an algorithm"));
    assert!(faults(sig(json!({"encoding": "utf8"}))).contains("not hex, base64"));
    assert!(faults(sig(json!({"from": "body"}))).contains("not header.NAME"));
    assert!(faults(sig(json!({"content": "{{ts}}{{body}}"}))).contains("{{ts}} needs"));
    assert!(faults(sig(json!({"content": "{{steps.x}}"}))).contains("only settings"));
    assert!(
        faults(sig(json!({"key": "{{input.secret}}", "key_encoding": "hex"})))
            .contains("not written")
    );
    assert!(faults(json!({"scheme": "all", "of": []})).contains("proves nothing"));
    assert!(faults(json!({"scheme": "ip", "allow": ["10.0.0.0/99"]})).contains("not an address"));
    assert!(
        faults(json!({"scheme": "none", "when": {"field": "x", "equals": "y"}})).contains("no way")
    );
}

fn token(from: &str, equals: Value, secrets: &[(&str, &str)]) -> Inbound {
    let mut verify = json!([{"scheme": "token", "from": from}]);
    verify[0]["equals"] = equals;
    webhook(json!({"verify": verify}), secrets)
}

#[test]
fn a_token_in_header_query_cookie_and_body() {
    let key = [("k", "s3cret-ключ")];
    let equals = || json!("{{input.k}}");
    let i = token("header.X-Token", equals(), &key);
    let latin: String = "s3cret-ключ".bytes().map(char::from).collect();
    assert!(passes(&i, &post("{}").header_set("x-token", latin)));
    assert!(!passes(&i, &post("{}").header_set("x-token", "s3cret-клю")));
    assert!(!passes(&i, &post("{}")));
    let i = token("query.key", equals(), &key);
    assert!(passes(&i, &post("{}").query("a=1&key=s3cret-%D0%BA%D0%BB%D1%8E%D1%87")));
    assert!(!passes(&i, &post("{}").query("key=")));
    let i = token("cookie.sid", equals(), &[("k", "abc")]);
    assert!(passes(&i, &post("{}").header_set("cookie", "x=1; sid=abc")));
    assert!(!passes(&i, &post("{}").header_set("cookie", "x=1; sid=abd")));
    let i = token("$.auth.token", equals(), &[("k", "12")]);
    assert!(passes(&i, &form("auth[token]=12&event=E")));
    assert!(passes(&i, &post("{\"auth\":{\"token\":12}}")));
    assert!(!passes(&i, &post("{\"auth\":{\"token\":[\"12\"]}}")));
    assert!(!passes(&i, &post("{\"auth\":{}}")));
    let i = token("$.api-key", equals(), &[("k", "x")]);
    assert!(passes(&i, &form("api-key=x")));
    let i = token("header.t", json!(["{{input.a}}", "{{input.b}}"]), &[("a", "1"), ("b", "2")]);
    assert!(passes(&i, &post("{}").header_set("t", "2")), "the previous secret still passes");
}

#[test]
fn an_empty_secret_never_passes() {
    for secrets in [&[][..], &[("k", "")], &[("k", "  ")]] {
        let i = token("header.t", json!("{{input.k}}"), secrets);
        for given in ["", "  ", "{{input.k}}"] {
            assert!(!passes(&i, &post("{}").header_set("t", given)));
        }
        assert_eq!(verdict(&i, &post("{}")).1, "no secret is set to check deliveries with");
    }
    let i = token("header.authorization", json!("Bearer {{input.k}}"), &[]);
    assert!(!passes(&i, &post("{}").header_set("authorization", "Bearer ")));
    let i = github("");
    let empty = hex_mac("", "{}");
    assert!(!passes(&i, &post("{}").header_set("x-hub-signature-256", format!("sha256={empty}"))));
}

#[test]
fn optional_verification_holds_only_while_no_secret_is_set() {
    let optional = |secrets: &[(&str, &str)]| {
        let verify = json!([
            {"scheme": "token", "from": "header.t", "equals": "{{input.k}}"},
            {"scheme": "token", "from": "query.t", "equals": "{{input.other}}"},
        ]);
        webhook(json!({"verify": verify, "verify_optional": true}), secrets)
    };
    let open = optional(&[]);
    assert!(open.is_open() && passes(&open, &post("{}")));
    let locked = optional(&[("other", "x")]);
    assert!(!locked.is_open() && !passes(&locked, &post("{}")));
    assert!(passes(&locked, &post("{}").query("t=x")));
}

#[test]
fn a_prefix_is_taken_off_in_either_case() {
    let verify = json!([{
        "scheme": "token", "from": "header.Authorization", "prefix": "Bearer ", "equals": "{{input.k}}",
    }]);
    let i = webhook(json!({"verify": verify}), &[("k", "abc")]);
    assert!(passes(&i, &post("{}").header_set("authorization", "bearer abc")));
    for odd in ["abc", "Bearer abcd", "Bearer", "Bearer ABC", "Béarer abc"] {
        assert!(!passes(&i, &post("{}").header_set("authorization", odd)), "{odd}");
    }
}

#[test]
fn basic_compares_user_and_password() {
    let verify = json!([{"scheme": "basic", "user": "{{input.user}}", "password": "{{input.p}}"}]);
    let trigger = json!({"webhook": {"verify": verify}});
    let i = flow(trigger.clone(), json!({"user": "anna"}), &[("p", "pass:word")]).unwrap();
    let with = |pair: &str| {
        post("{}").header_set("authorization", format!("Basic {}", STANDARD.encode(pair)))
    };
    assert!(passes(&i, &with("anna:pass:word")));
    for odd in ["anna:pass", "bob:pass:word", "anna", ":", "anna:"] {
        assert!(!passes(&i, &with(odd)), "{odd}");
    }
    assert!(!passes(&i, &post("{}").header_set("authorization", "Basic !!!")));
    let unset = flow(trigger, json!({"user": "anna"}), &[]).unwrap();
    assert!(!passes(&unset, &with("anna:")));
}

#[test]
fn the_network_of_the_sender() {
    let allow = json!(["203.0.113.0/24", "2001:db8::1", "{{input.more}}"]);
    let verify = json!([{"scheme": "ip", "allow": allow}]);
    let trigger = json!({"webhook": {"verify": verify}});
    let i = flow(trigger, json!({"more": "198.51.100.7, 198.51.100.8"}), &[]).unwrap();
    for (ip, want) in [
        ("203.0.113.9", true),
        ("::ffff:203.0.113.9", true),
        ("2001:db8::1", true),
        ("2001:db8::2", false),
        ("198.51.100.8", true),
        ("198.51.100.9", false),
    ] {
        let mut raw = post("{}");
        raw.remote_ip = ip.parse().unwrap();
        assert_eq!(passes(&i, &raw), want, "{ip}");
    }
}

#[test]
fn one_of_the_list_is_enough_and_all_means_all() {
    let token =
        |name: &str| json!({"scheme": "token", "from": format!("header.{name}"), "equals": "x"});
    let any = webhook(json!({"verify": [token("a"), token("b")]}), &[]);
    let all = webhook(json!({"verify": [{"scheme": "all", "of": [token("a"), token("b")]}]}), &[]);
    let a = post("{}").header_set("a", "x");
    let both = a.clone().header_set("b", "x");
    assert_eq!(
        (passes(&any, &a), passes(&any, &both), passes(&any, &post("{}"))),
        (true, true, false)
    );
    assert_eq!((passes(&all, &a), passes(&all, &both)), (false, true));
    assert!(passes(&webhook(json!({"verify": [{"scheme": "none"}]}), &[]), &post("{}")));
    assert!(passes(&webhook(json!({}), &[]), &post("{}")), "the secret address alone");
}

#[test]
fn settings_choose_the_way_to_check() {
    let verify = json!([
        {"scheme": "none", "when": {"field": "auth", "equals": "none"}},
        {"scheme": "token", "from": "header.{{input.name}}", "equals": "{{input.k}}", "when": {"field": "auth", "in": ["token"]}},
    ]);
    let fields = json!([
        {"key": "auth", "default": "none"}, {"key": "name", "default": "X-Key"}, {"key": "k", "secret": true},
    ]);
    let trigger = json!({"input": fields, "webhook": {"verify": verify}});
    let make = |input: Value| flow(trigger.clone(), input, &[("k", "s")]).unwrap();
    for unset in [json!({}), json!({"auth": null}), json!({"auth": ""})] {
        assert!(passes(&make(unset), &post("{}")), "the default is none");
    }
    let i = make(json!({"auth": "token"}));
    assert!(!passes(&i, &post("{}")));
    assert!(passes(&i, &post("{}").header_set("x-key", "s")));
}

#[test]
fn the_users_own_pattern_of_signed_bytes() {
    let verify = json!([{
        "scheme": "signature", "algo": "hmac_sha256", "from": "header.sig", "key": "{{input.k}}",
        "content": "{{input.pattern}}",
    }]);
    let trigger = json!({"webhook": {"verify": verify}});
    let i = flow(trigger.clone(), json!({"pattern": "v0:{{header.ts}}:{{body}}"}), &[("k", "s")])
        .unwrap();
    let raw = post("{}").header_set("ts", "5");
    assert!(passes(&i, &raw.clone().header_set("sig", hex_mac("s", "v0:5:{}"))));
    let i = flow(trigger, json!({}), &[("k", "s")]).unwrap();
    assert!(passes(&i, &raw.header_set("sig", hex_mac("s", "{}"))), "nothing set: the body");
}

#[test]
fn s17_a_check_that_needs_an_unreadable_body_fails() {
    let i = token("$.token", json!("x"), &[]);
    assert_eq!(
        verdict(&i, &post("{\"token\":\"x\",")),
        ("rejected", "the body cannot be read, so it cannot be checked".into())
    );
    let by_header = token("header.t", json!("x"), &[]);
    assert!(passes(&by_header, &post("{\"a\":").header_set("t", "x")));
}
