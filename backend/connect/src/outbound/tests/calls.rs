//! Actions end to end against a service with a script.

use super::*;

#[tokio::test]
async fn s10_calls_that_are_done_are_not_made_again() {
    let c = connector(
        r#"actions:
  do:
    title: Do
    input: [{key: x, type: any}]
    steps:
      - {id: a, call: {url: /a, json: {v: "{{input.x}}"}, output: $.id}}
      - {id: skipped, when: {value: "{{input.missing_}}", exists: true}, call: {url: /never}}
      - {id: each, for_each: "{{input.x}}", call: {url: "/each/{{item}}", output: $.n}}
      - {id: b, when: {value: "{{steps.a}}", exists: true}, call: {url: "/b/{{steps.a}}", output: $.name}}
    result: {name: $.steps.b, id: "{{steps.a}}", each: $.steps.each}
"#
        .replace("input.missing_", "run.nothing")
        .as_str(),
    );
    let script = vec![
        say(200, &json!({"id": 7})),
        say(200, &json!({"n": 1})),
        say(200, &json!({"n": 2})),
        say(503, &json!({})),
        say(200, &json!({"name": "Anna"})),
    ];
    let service = Service::start("acme", script).await;
    let con = acme("basic");
    let first = service.run(&c, &con, "do", json!({"x": [4, 5]})).await;
    assert!(matches!(first.outcome, Outcome::Retry { .. }), "{first:?}");
    let second =
        service.again(&c, &con, "do", json!({"x": [4, 5]}), first.done_calls.as_ref()).await;
    assert_eq!(done(&second), &json!({"name": "Anna", "id": 7, "each": [1, 2]}));
    let paths: Vec<String> = service.seen().iter().map(|s| s.uri.path().to_owned()).collect();
    assert_eq!(paths, ["/a", "/each/4", "/each/5", "/b/7", "/b/7"]);
    assert_eq!(second.exchanges.len(), 1);
}

#[tokio::test]
async fn finding_nothing_is_what_the_action_says() {
    for (says, status, word) in [
        ("empty", 404, "done"),
        ("error", 404, "failed"),
        ("stop", 404, "skipped"),
        ("empty", 200, "done"),
        ("error", 200, "failed"),
        ("stop", 200, "skipped"),
    ] {
        let c = connector(&format!(
            "actions:\n  do:\n    title: Do\n    kind: find\n    not_found: {says}\n    call: {{url: /a, output: \"$.items[0]\"}}\n"
        ));
        let service = Service::start("acme", vec![say(status, &json!({"items": []}))]).await;
        let e = service.run(&c, &acme("basic"), "do", json!({})).await;
        assert_eq!(e.outcome.word(), word, "{says} {status}");
    }
}

#[tokio::test]
async fn s1_an_answer_that_cannot_be_read_is_still_an_answer() {
    let c = with_call("{url: /a, json: {v: 1}, output: {id: $.id}}");
    for (body, media) in
        [("", "application/json"), ("{broken", "application/json"), ("<html>", "text/html")]
    {
        let heads: &'static [(&str, &str)] = match media {
            "text/html" => &[("content-type", "text/html")],
            _ => &[("content-type", "application/json")],
        };
        let service = Service::start("acme", vec![(201, heads, body.into())]).await;
        let e = service.run(&c, &acme("basic"), "do", json!({})).await;
        assert_eq!(done(&e), &json!({"id": null}), "{body}");
    }
}

#[tokio::test]
async fn r10_output_takes_values_lists_and_templates() {
    let c = connector(
        r#"actions:
  do:
    title: Do
    input: [{key: x}]
    output: [{key: all, type: list}]
    call:
      url: /a
      output: {first: "$.l[*].n", all: "$.l[*].n", text: "{{res.body.l.0.n}}/{{res.status}}", none: $.no}
"#,
    );
    let service = Service::start("acme", vec![say(200, &json!({"l": [{"n": 1}, {"n": 2}]}))]).await;
    let e = service.run(&c, &acme("basic"), "do", json!({})).await;
    assert_eq!(done(&e), &json!({"first": 1, "all": [1, 2], "text": "1/200", "none": null}));
}

#[tokio::test]
async fn lists_are_fetched_page_by_page() {
    let c = connector(
        r"actions:
  do:
    title: Do
    kind: list
    call:
      url: /l
      query: {a: b}
      paginate: {kind: page, items: $.items, into: query.page, size_into: query.size, size: 2}
",
    );
    let script = vec![say(200, &json!({"items": [1, 2]})), say(200, &json!({"items": [3]}))];
    let service = Service::start("acme", script).await;
    let e = service.run(&c, &acme("basic"), "do", json!({})).await;
    assert_eq!(done(&e), &json!([1, 2, 3]));
    let queries: Vec<_> =
        service.seen().iter().map(|s| s.uri.query().unwrap().to_owned()).collect();
    assert_eq!(queries, ["a=b&page=1&size=2", "a=b&page=2&size=2"]);
}
