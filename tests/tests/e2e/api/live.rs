//! The live stream: what happens is told as it happens, and a reader who comes back misses
//! nothing.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use domain::ids::WorkspaceId;
use domain::run::RunState;
use domain::{Clock, Role, Span, limits};
use tests::receivers::http::Answer;
use tests::world::api::Api;
use tests::world::stream::{HERE, Stream};
use tests::world::{Hook, World, until};
use tests::{both, several_nodes};

use crate::samples::{deliver, id};

both! {
    a_reader_who_comes_back_in_the_middle_of_500_events_misses_none,
    a_stream_tells_what_it_is_about_and_nothing_else,
    a_silent_stream_says_that_it_is_there_and_where_to_go_on,
    a_reader_who_was_away_too_long_looks_at_everything_anew,
    streams_end_when_the_node_stops,
    a_browser_names_the_workspace_in_the_address,
}

several_nodes! {
    a_reader_who_comes_back_to_another_node_misses_nothing,
}

/// An open stream that has begun.
async fn begun(api: &Api<'_>, at: SocketAddr, topics: &str) -> Stream {
    let mut stream = api.stream(at, topics, None).await;
    // Either the log was written before, or it is from now on.
    let first = stream.next().await.expect("it begins");
    assert!(matches!(first.event.as_str(), HERE | "reset"), "{first:?}");
    assert!(stream.last.is_some());
    stream
}

/// The ids of deliveries that are told, until there are so many.
async fn deliveries(stream: &mut Stream, seen: &mut BTreeSet<String>, n: usize) {
    while seen.len() < n {
        let said = stream.news().await.expect("it goes on");
        assert_ne!(said.event, "reset", "nothing was missed");
        if said.event == "delivery" {
            seen.insert(said.data["id"].as_str().unwrap().to_owned());
        }
    }
}

async fn all(w: &World, hook: &Hook) -> BTreeSet<String> {
    w.deliveries(hook).await.iter().map(|d| d.id.to_string()).collect()
}

const EVENTS: usize = 500;

/// Sends the events to the nodes in turn.
async fn send(w: &World, hook: &Hook, to: &[SocketAddr]) {
    for n in 0..EVENTS {
        let request = tests::world::Request::post(&hook.path, id(&n.to_string()));
        let reply = request.send(to[n % to.len()]).await.expect("an answer");
        assert_eq!(reply.status, 200);
        w.clock.advance(Span::ms(1));
    }
}

/// Reads some, goes away, comes back somewhere, until everything has been told.
async fn reads(api: &Api<'_>, nodes: &[SocketAddr], mut stream: Stream) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for (part, at) in [100, 250, 251, 400, EVENTS].into_iter().zip(nodes.iter().cycle().skip(1)) {
        deliveries(&mut stream, &mut seen, part).await;
        if part < EVENTS {
            let last = stream.last.clone();
            drop(stream);
            stream = api.stream(*at, "deliveries,runs", last.as_deref()).await;
        }
    }
    seen
}

async fn a_reader_who_comes_back_in_the_middle_of_500_events_misses_none(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let api = w.api(Role::Viewer).await;
    let nodes = [w.addr()];
    let stream = begun(&api, nodes[0], "deliveries,runs").await;
    let (seen, ()) = tokio::join!(reads(&api, &nodes, stream), send(w, &hook, &nodes));
    assert_eq!(seen, all(w, &hook).await);
}

async fn a_reader_who_comes_back_to_another_node_misses_nothing(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let api = w.api(Role::Viewer).await;
    let other = w.another().await;
    let nodes = [w.addr(), other.addr()];
    let stream = begun(&api, nodes[0], "deliveries,runs").await;
    let (seen, ()) = tokio::join!(reads(&api, &nodes, stream), send(w, &hook, &nodes));
    assert_eq!(seen, all(w, &hook).await);
}

async fn a_stream_tells_what_it_is_about_and_nothing_else(w: &World) {
    let (a, b) = (w.flow(&deliver(w, "")).publish().await, w.flow(&deliver(w, "")).publish().await);
    w.sink.script([Answer::status(503)]);
    w.accepted(&a, id("first")).await;
    let run = w.only_run(&a, RunState::Waiting).await;
    let api = w.api(Role::Viewer).await;
    let stranger = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    let mut of_run = begun(&api, w.addr(), &format!("run:{}", run.run.id)).await;
    let mut of_flow = begun(&api, w.addr(), &format!("flow:{}", b.id)).await;
    let mut foreign = begun(&stranger, w.addr(), "deliveries,events,runs,replays").await;
    w.accepted(&b, id("b")).await;
    w.ended(&b, 1).await;
    w.advance_to_due(&run).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    // One run from state to state, the last of them is its end.
    loop {
        let said = of_run.news().await.unwrap();
        assert_eq!(
            (said.event.as_str(), &said.data["id"]),
            ("run", &run.run.id.to_string().into())
        );
        if said.data["state"] == "succeeded" {
            break;
        }
    }
    let mut kinds = BTreeSet::new();
    loop {
        let said = of_flow.news().await.unwrap();
        assert_eq!(said.data["flow"], b.id.to_string());
        kinds.insert(said.event.clone());
        if said.data["state"] == "succeeded" {
            break;
        }
    }
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), ["delivery", "event", "run"]);
    // Nothing for another workspace but signs of life.
    w.advance(limits::LIVE_HEARTBEAT).await;
    assert_eq!(foreign.next().await.unwrap().event, HERE);
    for topics in ["odd", "run:x", ""] {
        let answer = api.get(&format!("/stream?topics={topics}")).await;
        assert_eq!(answer.refused(422), "field_invalid", "{topics}");
    }
    let answer = stranger.get(&format!("/stream?topics=run:{}", run.run.id)).await;
    assert_eq!(answer.refused(404), "not_found");
    let answer = stranger.get(&format!("/stream?topics=flow:{}", a.id)).await;
    assert_eq!(answer.refused(404), "not_found");
}

async fn a_silent_stream_says_that_it_is_there_and_where_to_go_on(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let api = w.api(Role::Viewer).await;
    let mut silent = begun(&api, w.addr(), "replays").await;
    let mut other = begun(&api, w.addr(), "runs").await;
    let before = silent.last.clone();
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 1).await;
    // What one stream of the node was told, all of them were told.
    while other.news().await.unwrap().data["state"] != "succeeded" {}
    until("it has gone on past what it is not about", async || {
        // Silence is counted from the last sign, so that each move of the clock makes one.
        w.advance(limits::LIVE_HEARTBEAT).await;
        assert_eq!(silent.next().await.expect("a sign of life").event, HERE);
        (silent.last != before).then_some(())
    })
    .await;
}

async fn a_reader_who_was_away_too_long_looks_at_everything_anew(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let api = w.api(Role::Viewer).await;
    let stream = begun(&api, w.addr(), "deliveries").await;
    let last = stream.last.clone();
    drop(stream);
    until("nobody watches", async || {
        w.with_engine(|e| (e.shared.live.streams() == 0).then_some(()))
    })
    .await;
    w.advance(limits::LIVE_KEPT.plus(Span::secs(1))).await;
    w.accepted(&hook, id("unseen")).await;
    let mut again = api.stream(w.addr(), "deliveries", last.as_deref()).await;
    assert_eq!(again.news().await.unwrap().event, "reset");
    w.accepted(&hook, id("seen")).await;
    let said = again.news().await.unwrap();
    assert_eq!(said.event, "delivery");
    // A place that nobody gave is no place.
    let mut odd = api.stream(w.addr(), "deliveries", Some("nonsense")).await;
    assert_eq!(odd.news().await.unwrap().event, "reset");
}

async fn streams_end_when_the_node_stops(w: &World) {
    let api = w.api(Role::Viewer).await;
    let mut stream = begun(&api, w.addr(), "runs").await;
    w.drain().await;
    let end = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(tests::world::SOON, end).await.expect("it ends");
}

/// What a browser reads by itself, a stream or a link, has no header of ours.
async fn a_browser_names_the_workspace_in_the_address(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 1).await;
    let delivery = w.deliveries(&hook).await[0].id;
    let mut anna = w.owner().await;
    let second = anna.post("/workspaces", &serde_json::json!({ "name": "Second" })).await.ok();
    let second = second["id"].as_str().unwrap().to_owned();
    let first = WorkspaceId::DEFAULT;
    let topics = format!("/stream?topics=flow:{}", hook.id);
    let raw = format!("/deliveries/{delivery}/raw");
    for path in [format!("{topics}&workspace={second}"), format!("{raw}?workspace={second}")] {
        assert_eq!(anna.get(&path).await.refused(404), "not_found", "{path}");
    }
    assert_eq!(anna.get(&format!("{raw}?workspace={first}")).await.status(), 200);
    assert_eq!(anna.get(&format!("{raw}?workspace=odd")).await.refused(404), "not_found");
    let open = anna.request("GET", &format!("{topics}&workspace={first}"));
    let mut stream = Stream::open(w.addr(), &open).await;
    stream.next().await.expect("it begins");
    w.accepted(&hook, id("b")).await;
    let said = stream.news().await.expect("it goes on");
    assert!(said.data["id"].is_string(), "{said:?}");

    // The header goes first, an address changes nothing that is changed, and rights are looked at.
    anna.workspace = Some(second.clone());
    let both = format!("{raw}?workspace={first}");
    assert_eq!(anna.get(&both).await.refused(404), "not_found");
    anna.workspace = None;
    let target = format!("/temporary-addresses?workspace={second}");
    let made = anna.post(&target, &serde_json::json!({})).await.ok();
    let there = format!("/temporary-addresses/{}", made["id"].as_str().unwrap());
    assert_eq!(anna.get(&there).await.status(), 200, "made where the person is");
    let mut boris = super::people::invited(w, &mut anna, "viewer", "boris@example.org").await;
    assert_eq!(boris.get(&both).await.refused(403), "right_missing");
    let other = format!("{topics}&workspace={second}");
    assert_eq!(boris.get(&other).await.refused(404), "not_found", "he is not in it");
    let key = w.api(Role::Owner).await;
    assert_eq!(key.get(&format!("{raw}?workspace={second}")).await.refused(404), "not_found");
}
