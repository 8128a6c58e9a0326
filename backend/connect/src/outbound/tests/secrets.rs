//! A planted secret is in no log, error or debug output, wherever a service echoes it.

use super::*;

const SPELLINGS: [&str; 4] =
    [SECRET, "s3cr3t-planted%2B%2F%3D", "czNjcjN0LXBsYW50ZWQrLz0", "s3cr3t-planted+\\/="];

fn clean(text: &str) {
    for s in SPELLINGS {
        assert!(!text.contains(s), "{s} is in {text}");
    }
}

#[test]
fn the_log_is_rendered_without_secrets() {
    for (method, url) in [
        ("key", "https://api.acme.test/rest/1/•••/a/7?auth=•••"),
        ("basic", "https://api.acme.test/a/7"),
        ("bearer", "https://api.acme.test/a/7"),
    ] {
        let c = with_call(r#"{url: "/a/{{input.x}}", json: {v: "{{input.x}}"}}"#);
        let p = request(&c, method, json!({"x": "7"})).unwrap();
        assert_eq!(p.masked.url, url);
        assert_eq!(p.masked.body, r#"{"v":"7"}"#);
        clean(&format!("{p:?}{:?}", p.masked));
        assert!(format!("{:?}", p.masked.headers).contains("•••"));
    }
}

#[tokio::test]
async fn what_a_service_echoes_is_scrubbed_everywhere() {
    let c = with_call(
        r#"{url: /a, json: {v: 1}, errors: [{when: {status: 400}, kind: invalid, message: "{{res.body.m}}", code: "{{res.body.m}}", field: "{{res.body.m}}"}]}"#,
    );
    for status in [200, 400, 401, 403, 404, 429, 500] {
        for s in SPELLINGS {
            let text = format!("bad https://x/{s}/y");
            let reply: Say = (
                status,
                &[("x-echo", "s3cr3t-planted+/="), ("set-cookie", "sid=1")],
                json!({"m": text, "message": text}).to_string(),
            );
            let service = Service::start("acme", vec![reply]).await;
            let e = service.run(&c, &acme("key"), "do", json!({})).await;
            clean(&format!("{e:?}"));
            assert_eq!(e.exchanges.len(), 1);
            assert!(e.sent);
            assert!(service.seen()[0].uri.path().contains("s3cr3t-planted%2B%2F%3D"));
        }
    }
}

#[tokio::test]
async fn a_connection_test_shows_no_secret_even_where_its_call_names_one() {
    let c = with_call("{url: /a}");
    let ok = say(200, &json!({"name": format!("Acme {SECRET}")}));
    let service = Service::start("acme", vec![ok, say(401, &json!({"error": SECRET}))]).await;
    let tested = service.out.test_connection(&c, &acme("key")).await.unwrap();
    assert_eq!(tested.label, "api.acme.test Acme •••");
    clean(&format!("{tested:?}"));
    assert!(tested.exchanges[0].request.url.contains("also=•••"), "{tested:?}");
    let failed = service.out.test_connection(&c, &acme("key")).await.unwrap_err();
    assert_eq!(failed.0.code, Code::AccessDenied);
    clean(&format!("{failed:?}"));
    assert!(service.seen()[0].uri.query().unwrap().contains("also=s3cr3t-planted%2B%2F%3D"));
}

#[tokio::test]
async fn a_service_that_is_not_there_gives_an_error_without_the_address() {
    let c = with_call("{url: /a}");
    let service = Service::start("acme", vec![]).await;
    let mut config = service.out.config.clone();
    // Port 1 of this machine: nothing listens there.
    config.base_urls.insert("acme".into(), "http://127.0.0.1:1".parse().unwrap());
    let out = Outbound::new(config).unwrap();
    let con = acme("key");
    let e = out.execute(call(&c, &con, "do", json!({}), None)).await;
    assert!(
        matches!(&e.outcome, Outcome::Retry { error, .. } if error.code == Code::RemoteUnreachable),
        "{e:?}"
    );
    assert!(!e.sent);
    clean(&format!("{e:?}"));
}
