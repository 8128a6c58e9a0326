//! The limits of real connectors and of one made for it.

use domain::connection::ConnectionState;
use domain::ids::{ConnectionId, WorkspaceId};
use domain::journal::LoggedResponse;

use super::*;
use crate::registry::Registry;

fn connection(connector: &str, method: &str, fields: &[(&str, &str)]) -> Connection {
    let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Connection {
        id: ConnectionId::new(Time(1_700_000_000_000_000)),
        workspace: WorkspaceId::DEFAULT,
        name: "mine".into(),
        connector: connector.into(),
        method: method.into(),
        fields: fields.collect(),
        secrets: [("secret".to_owned(), domain::Secret::new("s3cr3t"))].into(),
        state: ConnectionState::Working,
        note: None,
        generation: 1,
        tokens: None,
    }
}

fn of(name: &str, action: &str, con: Option<&Connection>, input: &Value) -> Vec<Applied> {
    let registry = Registry::builtin();
    let c = registry.latest(name).unwrap();
    applied(c, c.action(action), con, input).unwrap()
}

fn per_second(calls: u32, burst: u32) -> Allowed {
    Allowed::Rate(Rate::new(calls, Span::secs(1), burst).unwrap())
}

#[test]
fn s15_bitrix24_shares_its_bucket_per_portal() {
    let fields = |host: &'static str, user: &'static str| [("host", host), ("user", user)];
    let portal = connection("bitrix24", "webhook", &fields("firma.bitrix24.ru", "1"));
    let other_user = connection("bitrix24", "webhook", &fields("firma.bitrix24.ru", "2"));
    let other = connection("bitrix24", "webhook", &fields("other.bitrix24.ru", "1"));
    let limits = |c| of("bitrix24", "create_lead", Some(c), &json!({"title": "x"}));
    let one = limits(&portal);
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].allowed, per_second(2, 50));
    assert!(one[0].wide && one[0].whole && !one[0].of.contains("s3cr3t"));
    assert_eq!(one, limits(&other_user));
    assert_ne!(one, limits(&other));
}

#[test]
fn s15_telegram_limits_the_bot_each_chat_and_each_group() {
    let bot = connection("telegram", "bot", &[]);
    let limits =
        |chat: Value| of("telegram", "send_message", Some(&bot), &json!({"chat_id": chat}));
    let person = limits(json!("412"));
    let rates: Vec<Allowed> = person.iter().map(|l| l.allowed).collect();
    assert_eq!(rates, [per_second(30, 1), per_second(1, 1)]);
    assert_eq!(person, limits(json!(412)));
    assert_ne!(person[1].of, limits(json!("413"))[1].of);
    assert_eq!(person[0].of, limits(json!("413"))[0].of);
    for group in ["-1001234567890", "@channel"] {
        let group = limits(json!(group));
        assert_eq!(group.len(), 3);
        let per_minute = Rate::new(20, Span::mins(1), 20).unwrap();
        assert_eq!(group[2].allowed, Allowed::Rate(per_minute));
        assert!(!group[2].whole && !group[2].wide);
    }
}

#[test]
fn s15_a_connection_may_have_limits_of_its_own() {
    let own = connection("http", "bearer", &[(RATE_FIELD, "5/1s"), (CONCURRENT_FIELD, "2")]);
    let limits = of("http", "request", Some(&own), &json!({"url": "/a"}));
    let all: Vec<Allowed> = limits.iter().map(|l| l.allowed).collect();
    assert_eq!(all, [per_second(5, 5), Allowed::Concurrent(2)]);
    assert_eq!(of("http", "request", None, &json!({"url": "https://x.test/"})), []);
    for bad in ["", "5", "5/", "0/1s", "5/0s", "5/soon", "-5/1s", "5/60d", "x/1s"] {
        assert!(rate(bad).is_err(), "{bad}");
    }
    for bad in ["", "0", "-1", "two", "1.5"] {
        assert!(concurrent(bad).is_err(), "{bad}");
    }
}

#[test]
fn s15_the_host_of_a_call_is_known_before_it_is_made() {
    let registry = Registry::builtin();
    let host = |name: &str, action: &str, con: Option<&Connection>, input: Value| {
        let c = registry.latest(name).unwrap();
        super::host(c, c.action(action), con, &input)
    };
    let url = |u: &str| host("http", "request", None, json!({ "url": u }));
    assert_eq!(url("https://API.x.test/a?b"), Some("api.x.test:443".into()));
    assert_eq!(url("http://10.0.0.1:8080/"), Some("10.0.0.1:8080".into()));
    assert_eq!(url("no address"), None);
    let portal = connection("bitrix24", "webhook", &[("host", "firma.bitrix24.ru"), ("user", "1")]);
    let of_portal = host("bitrix24", "create_lead", Some(&portal), json!({}));
    assert_eq!(of_portal, Some("firma.bitrix24.ru:443".into()));
}

#[test]
fn s15_an_answer_announces_that_nothing_is_left() {
    let manifest = "sdk: 1\nname: acme\nversion: 1.0.0\ndisplay: {title: A, description: T}\n\
        hosts: [x.test]\nhttp:\n  rate_headers: {remaining: X-Left, reset: X-Reset, unit: seconds}\n\
        actions:\n  do: {title: Do, call: {url: https://x.test/}}\n";
    let c = Connector::read("acme/connector.yaml", manifest).unwrap();
    let answer = |left: &str| Exchange {
        response: Some(LoggedResponse {
            headers: vec![("x-left".into(), left.into()), ("x-reset".into(), "30".into())],
            ..LoggedResponse::default()
        }),
        ..Exchange::default()
    };
    let now = Time(1_700_000_000_000_000);
    assert_eq!(announced(&c, &[answer("3"), answer("0")], now), Some(Span::secs(30)));
    assert_eq!(announced(&c, &[answer("0"), answer("3")], now), None);
    assert_eq!(announced(&c, &[], now), None);
}

#[test]
fn a_limit_that_allows_nothing_is_refused_with_its_place() {
    for (limit, fine) in [
        ("{limit: 1, per: 1s}", true),
        ("{limit: 1, kind: concurrent}", true),
        ("{limit: 0, per: 1s}", false),
        ("{limit: 1}", false),
        ("{limit: 1, per: 1s, burst: 0}", false),
        ("{limit: 1, per: 90d}", false),
    ] {
        let manifest = format!(
            "sdk: 1\nname: acme\nversion: 1.0.0\ndisplay: {{title: A, description: T}}\n\
             hosts: [x.test]\nhttp:\n  rate_limits: [{limit}]\n\
             actions:\n  do: {{title: Do, call: {{url: https://x.test/}}}}\n"
        );
        let read = Connector::read("acme/connector.yaml", &manifest);
        assert_eq!(read.is_ok(), fine, "{limit}");
        if let Err(e) = read {
            assert!(e.to_string().contains("http.rate_limits[0]"), "{e}");
        }
    }
}
