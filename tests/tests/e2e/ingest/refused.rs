//! Senders without the right to send, and methods that make no events.

use domain::delivery::Verdict;
use domain::limits;
use domain::run::RunState;
use tests::both;
use tests::world::{Kind, Reply, Request, World, form, until};

use crate::samples::{deliver, echo, id, ids, tilda, told};

both! {
    s18_a_wrong_token_gets_401_is_counted_and_seen_masked,
    s18_the_right_token_is_never_shown,
    s12_a_method_that_makes_no_events_is_a_probe,
    s12_options_gets_cors_headers,
    a_request_with_a_query_alone_is_an_event,
    an_unknown_address_gets_404_and_stores_nothing,
    s22_a_rotated_address_works_for_two_more_days,
    the_generic_trigger_checks_its_key,
}

/// A step that reads what Tilda sent.
const NOTE: &str = "  - { id: note, set: { name: { path: $.trigger.body.Name } } }\n";
const KEY: &str = "right-key-5d1a9c77";
const WRONG: &str = "wrong-key-0c3b77aa";

async fn s18_a_wrong_token_gets_401_is_counted_and_seen_masked(w: &World) {
    let hook = w.flow(&tilda(NOTE)).secret("apikey", KEY).publish().await;
    let kept = usize::try_from(limits::REJECTED_KEPT).unwrap();
    for n in 0..kept + 5 {
        let body = form(&[("Name", "Анна"), ("tranid", &n.to_string()), ("apikey", WRONG)]);
        assert_eq!(w.post(&hook, body).await.status, 401);
    }
    assert_eq!(w.post(&hook, form(&[("tranid", "none")])).await.status, 401);
    assert!(w.events(&hook).await.is_empty());
    assert_eq!(w.copies(&hook).await.rejected, i64::try_from(kept).unwrap() + 6);
    let all = w.deliveries(&hook).await;
    assert_eq!(all.len(), kept);
    assert!(all.iter().all(|d| d.verdict == Verdict::Rejected));
    let shown = w.shown(&all[0]).await;
    assert!(shown.contains("Анна") && !shown.contains(WRONG), "{shown}");
}

async fn s18_the_right_token_is_never_shown(w: &World) {
    let hook = w.flow(&tilda(NOTE)).secret("apikey", KEY).publish().await;
    w.accepted(&hook, form(&[("Name", "Анна"), ("tranid", "1"), ("apikey", KEY)])).await;
    let request = Request::post(&hook.path, form(&[("Name", "Олег"), ("tranid", "2")]));
    assert_eq!(w.send(request.header("apikey", KEY)).await.status, 200);
    let target = format!("{}?apikey={KEY}", hook.path);
    let reply = w.send(Request::post(&target, form(&[("tranid", "3")]))).await;
    assert_eq!(reply.status, 200);
    for run in w.ended(&hook, 3).await {
        assert_eq!(run.run.state, RunState::Succeeded);
    }
    for delivery in w.deliveries(&hook).await {
        let shown = w.shown(&delivery).await;
        assert!(!shown.contains(KEY), "{shown}");
    }
    if w.kind == Kind::Sqlite {
        let file = std::fs::read(w.folder().join("zveno.db")).unwrap();
        let log = std::fs::read(w.folder().join("zveno.db-wal")).unwrap_or_default();
        for bytes in [file, log] {
            assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()));
        }
    }
}

async fn s12_a_method_that_makes_no_events_is_a_probe(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let reply = w.send(Request::new("HEAD", &hook.path)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    let tilda = w.flow(&tilda(NOTE)).secret("apikey", KEY).publish().await;
    let reply = w.send(Request::new("GET", &tilda.path)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    for flow in [&hook, &tilda] {
        let all = w.deliveries(flow).await;
        assert!(all.len() == 1 && all[0].verdict == Verdict::Probe, "{all:#?}");
        assert!(w.events(flow).await.is_empty());
    }
}

async fn s12_options_gets_cors_headers(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let request = Request::new("OPTIONS", &hook.path)
        .header("origin", "https://site.test")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let reply = w.send(request).await;
    assert!((200..300).contains(&reply.status), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
    assert!(reply.header("access-control-allow-methods").is_some_and(|m| m.contains("POST")));
    assert!(w.events(&hook).await.is_empty());
}

async fn a_request_with_a_query_alone_is_an_event(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let target = format!("{}?id=a&name=%D0%90%D0%BD%D0%BD%D0%B0&x=1&x=2", hook.path);
    let reply = w.send(Request::new("GET", &target)).await;
    assert_eq!(reply.status, 200);
    w.outcome(&hook).await;
    let got = told(w, "/echo").remove(0);
    assert_eq!(got["query"]["id"], "a");
    assert_eq!(got["query"]["name"], "Анна");
    assert_eq!(got["method"], "GET");
}

/// Posts to an address that leads nowhere. Its answer is made to take as long as that of a known
/// address, by the test's clock.
async fn ask_nobody(w: &World, path: &str) -> Reply {
    let to = w.addr();
    let mut found: Option<Reply> = None;
    let asked = async { found = Some(Request::post(path, id("b")).send(to).await.unwrap()) };
    let ticking = until("never", async || {
        w.clock.advance(domain::Span::ms(1));
        None::<()>
    });
    tokio::select! { () = asked => {}, () = ticking => {} }
    found.expect("an answer")
}

async fn an_unknown_address_gets_404_and_stores_nothing(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    assert_eq!(ask_nobody(w, "/in/nobodynobodynobodynobody1").await.status, 404);
    assert_eq!(w.counts().await.deliveries, 1);
    assert_eq!(ids(w), ["a"]);
}

async fn s22_a_rotated_address_works_for_two_more_days(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let flow = hook.id;
    let url = w.ask(move |m| async move { m.rotate(flow, None).await }).await.unwrap();
    let new = format!("/in/{}", url.rsplit('/').next().unwrap());
    assert_ne!(new, hook.path);
    for (path, who) in [(hook.path.as_str(), "old"), (new.as_str(), "new")] {
        assert_eq!(w.send(Request::post(path, id(who))).await.status, 200, "{who}");
    }
    w.advance(domain::Span::hours(48)).await;
    assert_eq!(ask_nobody(w, &hook.path).await.status, 404);
    assert_eq!(w.send(Request::post(&new, id("later"))).await.status, 200);
}

async fn the_generic_trigger_checks_its_key(w: &World) {
    let doc = deliver(w, "").replace(
        "  event: request\n",
        "  event: request\n  input: { check: { literal: header }, secret: { secret: key } }\n",
    );
    let hook = w.flow(&doc).secret("key", KEY).publish().await;
    assert_eq!(w.post(&hook, id("a")).await.status, 401);
    let wrong = Request::post(&hook.path, id("a")).header("x-api-key", WRONG);
    assert_eq!(w.send(wrong).await.status, 401);
    let right = Request::post(&hook.path, id("a")).header("x-api-key", KEY);
    assert_eq!(w.send(right).await.status, 200);
    w.outcome(&hook).await;
    for delivery in w.deliveries(&hook).await {
        let stored = w.delivery(&delivery).await;
        assert!(!format!("{:?}", stored.headers).contains("-key-"), "{:?}", stored.headers);
    }
}
