use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};

use super::super::client::{SOON, ask, client, send};
use super::*;

const TOKEN: &str = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr";

async fn start() -> Telegram {
    Telegram::start(TOKEN).await.unwrap()
}

fn to(api: &Telegram, method: &str) -> RequestBuilder {
    client().post(format!("{}/bot{TOKEN}/{method}", api.base()))
}

async fn refused(api: &Telegram, args: Value) -> (u16, Value) {
    let (status, body) = ask(to(api, "sendMessage").json(&args)).await;
    (status.as_u16(), body)
}

#[tokio::test]
async fn the_bot_is_known_by_its_token() {
    let api = start().await;
    let (status, body) = ask(to(&api, "getMe")).await;
    assert_eq!((status.as_u16(), &body["result"]["username"]), (200, &json!("test_bot")));
    let stranger = client().get(format!("{}/bot1:wrong/getMe", api.base()));
    let (status, body) = ask(stranger).await;
    assert_eq!(status.as_u16(), 401);
    assert_eq!(body, json!({"ok": false, "error_code": 401, "description": "Unauthorized"}));
    let (status, body) = ask(to(&api, "sendNothing")).await;
    assert_eq!((status.as_u16(), &body["ok"]), (404, &json!(false)));
}

#[tokio::test]
async fn a_message_is_sent_from_json_and_from_a_form() {
    let api = start().await;
    let args = json!({"chat_id": 42, "text": "Новая заявка", "parse_mode": null});
    let (status, body) = ask(to(&api, "sendMessage").json(&args)).await;
    assert_eq!((status.as_u16(), &body["ok"]), (200, &json!(true)));
    assert_eq!(body["result"]["chat"]["id"], 42);
    send(to(&api, "sendMessage").form(&[("chat_id", "@news"), ("text", "two")])).await.unwrap();
    let sent = api.wait_for(2, SOON).await.unwrap();
    assert_eq!((sent[0].chat.as_str(), sent[0].text.as_str()), ("42", "Новая заявка"));
    assert_eq!((sent[1].chat.as_str(), sent[1].id), ("@news", 2));
    assert_eq!(sent[0].args.len(), 2, "null is no argument");
}

#[tokio::test]
async fn a_document_arrives_with_its_name_and_bytes() {
    let api = start().await;
    let file = Part::bytes(b"\0\r\n--x".to_vec()).file_name("счёт.pdf");
    let file = file.mime_str("application/pdf").unwrap();
    let form = Form::new().text("chat_id", "-100").text("caption", "да").part("document", file);
    let (status, body) = ask(to(&api, "sendDocument").multipart(form)).await;
    assert_eq!((status.as_u16(), &body["result"]["document"]["file_size"]), (200, &json!(6)));
    let sent = api.sent().last().unwrap();
    assert_eq!((sent.chat.as_str(), sent.text.as_str()), ("-100", "да"));
    let expected = Document {
        name: Some("счёт.pdf".into()),
        mime: Some("application/pdf".into()),
        bytes: b"\0\r\n--x".to_vec(),
    };
    assert_eq!(sent.document, Some(expected));
    let empty = Form::new().text("chat_id", "1");
    let (status, _) = ask(to(&api, "sendDocument").multipart(empty)).await;
    assert_eq!(status.as_u16(), 400);
}

#[tokio::test]
async fn refusals_have_the_service_s_words() {
    let api = start().await;
    api.block("7");
    api.forget("8");
    let cases = [
        (json!({"chat_id": 7, "text": "x"}), 403, "Forbidden: bot was blocked by the user"),
        (json!({"chat_id": 8, "text": "x"}), 400, "Bad Request: chat not found"),
        (json!({"chat_id": "name", "text": "x"}), 400, "Bad Request: chat not found"),
        (json!({"text": "x"}), 400, "Bad Request: chat_id is empty"),
        (json!({"chat_id": 1, "text": " "}), 400, "Bad Request: message text is empty"),
        (json!({"chat_id": 1, "text": "я".repeat(4097)}), 400, "Bad Request: message is too long"),
    ];
    for (args, status, description) in cases {
        let expected = json!({"ok": false, "error_code": status, "description": description});
        assert_eq!(refused(&api, args).await, (status, expected));
    }
    assert!(api.sent().is_empty());
}

#[tokio::test]
async fn a_rate_limit_names_its_end_twice() {
    let api = start().await;
    api.fail(1, &Failure::TooMany { retry_after_s: 9 });
    let args = json!({"chat_id": 1, "text": "x"});
    let response = send(to(&api, "sendMessage").json(&args)).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"9".parse().unwrap())
    );
    api.fail(1, &Failure::TooMany { retry_after_s: 9 });
    api.fail(1, &Failure::Migrated { to: -1009 });
    let (_, body) = refused(&api, args.clone()).await;
    assert_eq!(
        body,
        json!({"ok": false, "error_code": 429,
        "description": "Too Many Requests: retry after 9", "parameters": {"retry_after": 9}})
    );
    let (status, body) = refused(&api, args.clone()).await;
    assert_eq!((status, &body["parameters"]["migrate_to_chat_id"]), (400, &json!(-1009)));
    assert_eq!(refused(&api, args).await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_is_a_sent_message() {
    let api = start().await;
    api.fail(1, &Failure::LostAnswer);
    let args = json!({"chat_id": 1, "text": "x"});
    assert!(send(to(&api, "sendMessage").json(&args)).await.is_err());
    assert_eq!(api.sent().len(), 1);
}

#[tokio::test]
async fn a_webhook_is_set_and_deleted() {
    let api = start().await;
    let args = json!({"url": "https://example.com/in/x", "secret_token": "s"});
    ask(to(&api, "setWebhook").json(&args)).await;
    assert_eq!(api.webhook(), Some(args));
    ask(to(&api, "deleteWebhook")).await;
    assert_eq!(api.webhook(), None);
}
