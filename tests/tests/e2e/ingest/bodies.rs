//! Bodies in every form that senders use, and broken ones.

use domain::Code;
use domain::run::RunState;
use engine::manage::runs::Replay;
use serde_json::json;
use tests::both;
use tests::world::{Body, Request, World, form, json as json_body, multipart, text};

use crate::samples::{echo, flow, told};

both! {
    s17_broken_json_is_kept_raw_and_its_run_names_the_place,
    s17_broken_xml_is_kept_raw_and_its_run_names_the_place,
    s17_an_unreadable_body_can_be_replayed_as_text,
    s21_keys_in_brackets_nest_as_php_does,
    a_form_in_windows_1251_is_read_with_and_without_its_charset,
    s20_a_file_of_a_form_reaches_telegram,
    xml_text_and_json_are_read_by_their_type,
    an_empty_body_is_an_event,
    large_numbers_keep_every_digit,
}

async fn s17_broken_json_is_kept_raw_and_its_run_names_the_place(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let raw = "{\"Name\": \"Анна\",\n  \"Phone\": }";
    w.accepted(&hook, Body::new("application/json", raw)).await;
    let run = w.outcome(&hook).await;
    let error = run.run.error.expect("a reason");
    assert_eq!((run.run.state, error.code), (RunState::Failed, Code::BodyUnparsable));
    assert!(error.message.contains("line 2"), "{}", error.message);
    let stored = w.delivery(&w.deliveries(&hook).await[0]).await;
    assert_eq!(stored.body, raw.as_bytes());
    assert!(told(w, "/echo").is_empty());
}

async fn s17_an_unreadable_body_can_be_replayed_as_text(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let raw = "{\"Name\": \"Анна\",";
    w.accepted(&hook, Body::new("application/json", raw)).await;
    let failed = w.outcome(&hook).await.run.id;
    let again = w.replay(failed, Replay::default()).await;
    w.run_is(again, RunState::Failed).await;
    let as_text = w.replay(failed, Replay { as_text: true, ..Replay::default() }).await;
    w.run_is(as_text, RunState::Succeeded).await;
    assert_eq!(told(w, "/echo")[0]["body"], raw);
}

async fn s17_broken_xml_is_kept_raw_and_its_run_names_the_place(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let raw = "<lead><name>Анна</nam></lead>";
    w.accepted(&hook, Body::new("application/xml", raw)).await;
    let run = w.outcome(&hook).await;
    let error = run.run.error.expect("a reason");
    assert_eq!((run.run.state, error.code), (RunState::Failed, Code::BodyUnparsable));
    let stored = w.delivery(&w.deliveries(&hook).await[0]).await;
    assert_eq!(stored.body, raw.as_bytes());
}

async fn s21_keys_in_brackets_nest_as_php_does(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let body = form(&[
        ("Name", "Анна"),
        ("payment[amount]", "1500.50"),
        ("payment[products][0][name]", "Чай"),
        ("payment[products][1][name]", "Кофе"),
        ("tags[]", "new"),
        ("tags[]", "vip"),
        ("note", "one"),
        ("note", "two"),
        ("sparse[2]", "x"),
        ("sparse[5]", "y"),
    ]);
    w.accepted(&hook, body).await;
    w.outcome(&hook).await;
    let expected = json!({
        "Name": "Анна",
        "payment": { "amount": "1500.50", "products": [{ "name": "Чай" }, { "name": "Кофе" }] },
        "tags": ["new", "vip"],
        "note": ["one", "two"],
        "sparse": { "2": "x", "5": "y" },
    });
    assert_eq!(told(w, "/echo")[0]["body"], expected);
}

async fn a_form_in_windows_1251_is_read_with_and_without_its_charset(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    // "Анна из Казани" in windows-1251.
    let encoded = "name=%C0%ED%ED%E0+%E8%E7+%CA%E0%E7%E0%ED%E8&id=";
    for (n, kind) in [
        "application/x-www-form-urlencoded; charset=windows-1251",
        "application/x-www-form-urlencoded; charset=CP1251",
        "application/x-www-form-urlencoded",
    ]
    .into_iter()
    .enumerate()
    {
        w.accepted(&hook, Body::new(kind, format!("{encoded}{n}"))).await;
    }
    w.ended(&hook, 3).await;
    let got = told(w, "/echo");
    assert!(got.iter().all(|v| v["body"]["name"] == "Анна из Казани"), "{got:#?}");
}

async fn s20_a_file_of_a_form_reaches_telegram(w: &World) {
    w.bot().await;
    let step = "{ id: send, action: telegram.send_document@1.0.0, connection: bot, input: { \
        chat_id: { literal: '42' }, file: { path: $.trigger.body.resume }, \
        caption: { template: 'Резюме: {{trigger.body.name}}' } } }";
    let hook = w.flow(&flow(&[step.to_owned()])).publish().await;
    let content: Vec<u8> = (0..70_000_u32).map(|n| (n % 251) as u8).collect();
    let file = ("resume", "Резюме Анны.pdf", "application/pdf", content.as_slice());
    w.accepted(&hook, multipart(&[("name", "Анна")], file)).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded, "{run:#?}");
    let sent = w.telegram.sent().last().expect("a message");
    assert_eq!((sent.chat.as_str(), sent.text.as_str()), ("42", "Резюме: Анна"));
    let document = sent.document.as_ref().expect("a file");
    assert!(document.bytes == content, "not a byte differs");
    assert_eq!(document.name.as_deref(), Some("Резюме Анны.pdf"));
    assert_eq!(document.mime.as_deref(), Some("application/pdf"));
}

async fn xml_text_and_json_are_read_by_their_type(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let xml = "<?xml version=\"1.0\"?><lead id=\"7\"><name>Анна &amp; Ко</name><tag>a</tag>\
               <tag>b</tag></lead>";
    w.accepted(&hook, Body::new("text/xml", xml)).await;
    w.accepted(&hook, text("просто текст")).await;
    w.accepted(&hook, json_body(&json!([1, { "a": null }]))).await;
    w.ended(&hook, 3).await;
    let got: Vec<_> = told(w, "/echo").into_iter().map(|v| v["body"].clone()).collect();
    let lead = json!({ "lead": { "@id": "7", "name": "Анна & Ко", "tag": ["a", "b"] } });
    for expected in [lead, json!("просто текст"), json!([1, { "a": null }])] {
        assert!(got.contains(&expected), "{expected} is not in {got:#?}");
    }
}

async fn an_empty_body_is_an_event(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let reply = w.send(Request::new("POST", &hook.path)).await;
    assert_eq!(reply.status, 200);
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded, "{run:#?}");
    w.accepted(&hook, Body::new("application/x-www-form-urlencoded", "")).await;
    w.ended(&hook, 2).await;
}

async fn large_numbers_keep_every_digit(w: &World) {
    let hook = w.flow(&echo(w)).publish().await;
    let raw = "{\"big\": 123456789012345678901234567890, \"id\": 9007199254740993, \"sum\": 0.1}";
    w.accepted(&hook, Body::new("application/json", raw)).await;
    w.outcome(&hook).await;
    let got = w.sink.log().last().expect("a request").text();
    assert!(got.contains("9007199254740993") && got.contains("0.1"), "{got}");
    assert!(got.contains("\"123456789012345678901234567890\""), "{got}");
}
