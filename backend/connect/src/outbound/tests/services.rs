//! The connectors for Bitrix24 and Telegram against answers in the form of those services.

use super::*;
use domain::Span;

fn portal() -> Connection {
    let fields = [("host", "firma.bitrix24.ru"), ("user", "1")];
    connection("bitrix24", "webhook", &fields, &[("secret", "abcdef0123456789")])
}

fn bot() -> Connection {
    connection("telegram", "bot", &[], &[("token", "123456:AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDD")])
}

#[tokio::test]
async fn a_lead_is_created_with_what_is_filled_and_carries_its_origin() {
    let b24 = builtin("bitrix24");
    let service =
        Service::start("bitrix24", vec![say(200, &json!({"result": {"item": {"id": 123}}}))]).await;
    let input = json!({"title": "Заявка \"A\"", "name": "Анна", "phone": "", "email": "a@b.c", "opportunity": 5000, "custom": {"UF_CRM_1": "x", "originId": "forged"}});
    let e = service.run(&b24, &portal(), "create_lead", input).await;
    assert_eq!(done(&e), &json!({"id": 123}));
    let seen = &service.seen()[0];
    assert_eq!(seen.uri.path(), "/rest/1/abcdef0123456789/crm.item.add.json");
    assert_eq!(
        seen.json(),
        json!({"entityTypeId": 1, "useOriginalUfNames": "Y", "fields": {
            "UF_CRM_1": "x", "title": "Заявка \"A\"", "name": "Анна", "opportunity": 5000,
            "isManualOpportunity": "Y", "fm": [{"typeId": "EMAIL", "valueType": "WORK", "value": "a@b.c"}],
            "originatorId": "zveno", "originId": "RUNKEY"}})
    );
    assert_eq!(e.exchanges[0].request.url.split("/rest/1/").nth(1), Some("•••/crm.item.add.json"));
}

#[tokio::test]
async fn the_older_method_has_its_own_names() {
    let b24 = builtin("bitrix24");
    let service = Service::start("bitrix24", vec![say(200, &json!({"result": 9}))]).await;
    let input = json!({"title": "T", "phone": "+7900", "utm": {"source": "ya"}});
    let e = service.run(&b24, &portal(), "create_lead_classic", input).await;
    assert_eq!(done(&e), &json!({"id": 9}));
    assert_eq!(
        service.seen()[0].json(),
        json!({"fields": {"TITLE": "T", "PHONE": [{"VALUE": "+7900", "VALUE_TYPE": "WORK"}], "UTM_SOURCE": "ya",
            "ORIGINATOR_ID": "zveno", "ORIGIN_ID": "RUNKEY"}, "params": {"REGISTER_SONET_EVENT": "Y"}})
    );
}

#[tokio::test]
async fn errors_of_bitrix24_mean_what_its_documentation_says() {
    let b24 = builtin("bitrix24");
    for (status, error, word, code) in [
        (200, "ERROR_CORE", "failed", Code::RemoteRefused),
        (503, "QUERY_LIMIT_EXCEEDED", "limited", Code::RemoteRateLimited),
        (429, "OPERATION_TIME_LIMIT", "limited", Code::RemoteRateLimited),
        (503, "OVERLOAD_LIMIT", "limited", Code::RemoteRateLimited),
        (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", "failed", Code::RemoteRefused),
        (400, "", "failed", Code::RemoteRefused),
        (401, "NO_AUTH_FOUND", "auth", Code::AccessDenied),
        (401, "expired_token", "auth", Code::AccessDenied),
        (403, "insufficient_scope", "failed", Code::AccessDenied),
        (500, "INTERNAL_SERVER_ERROR", "retry", Code::RemoteUnavailable),
        (502, "", "retry", Code::RemoteUnavailable),
    ] {
        let body = json!({"error": error, "error_description": "words of the service"});
        let service = Service::start("bitrix24", vec![say(status, &body)]).await;
        let e = service.run(&b24, &portal(), "create_lead", json!({"title": "x"})).await;
        let got = e.outcome.error().unwrap();
        assert_eq!((e.outcome.word(), got.code), (word, code), "{status} {error}");
        assert_eq!(got.message, "words of the service", "{status} {error}");
        if !error.is_empty() {
            assert_eq!(got.remote_code.as_deref(), Some(error));
        }
    }
}

#[tokio::test]
async fn s1_after_an_unknown_outcome_the_lead_is_looked_for_by_its_origin() {
    let b24 = builtin("bitrix24");
    let con = portal();
    assert_eq!(b24.action("create_lead").unwrap().on_unknown(), domain::flow::OnUnknown::Check);
    let found = say(200, &json!({"result": {"items": [{"id": 77}]}, "total": 1}));
    let none = say(200, &json!({"result": {"items": []}, "total": 0}));
    let service = Service::start("bitrix24", vec![found, none, say(500, &json!({}))]).await;
    let look = || service.out.check(call(&b24, &con, "create_lead", json!({"title": "x"}), None));
    let Checked::Found { output, exchanges } = look().await else { panic!("found") };
    assert_eq!((output, exchanges.len()), (json!({"id": 77}), 1));
    assert_eq!(
        service.seen()[0].json()["filter"],
        json!({"=originatorId": "zveno", "=originId": "RUNKEY"})
    );
    assert!(matches!(look().await, Checked::NotFound { .. }));
    assert!(
        matches!(look().await, Checked::Unsure { executed } if executed.outcome.word() == "retry")
    );
}

#[tokio::test]
async fn a_contact_is_found_in_two_calls_or_not_at_all() {
    let b24 = builtin("bitrix24");
    let script = vec![
        say(200, &json!({"result": {"CONTACT": [5, 6]}})),
        say(200, &json!({"result": {"item": {"id": 5, "name": "Анна", "lastName": null}}})),
        say(200, &json!({"result": []})),
    ];
    let service = Service::start("bitrix24", script).await;
    let input = json!({"by": "PHONE", "value": "+7900"});
    let e = service.run(&b24, &portal(), "find_contact", input.clone()).await;
    assert_eq!(done(&e), &json!({"id": 5, "name": "Анна", "last_name": null, "assigned": null}));
    let e = service.run(&b24, &portal(), "find_contact", input).await;
    assert_eq!(done(&e), &Value::Null);
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn options_and_own_fields_come_from_the_portal() {
    let b24 = builtin("bitrix24");
    let users = |from: u32, next: Option<u32>| {
        let list: Vec<Value> = (from..from + 2)
            .map(|i| json!({"ID": i.to_string(), "NAME": "U", "LAST_NAME": i}))
            .collect();
        say(200, &json!({"result": list, "next": next}))
    };
    let fields = json!({"result": [
        {"FIELD_NAME": "UF_CRM_1", "USER_TYPE_ID": "double", "EDIT_FORM_LABEL": "Площадь"},
        {"FIELD_NAME": "UF_CRM_2", "USER_TYPE_ID": "employee", "EDIT_FORM_LABEL": null}]});
    let statuses = json!({"result": [{"STATUS_ID": "WEB", "NAME": "Сайт"}]});
    let script = vec![say(200, &statuses), users(1, Some(50)), users(51, None), say(200, &fields)];
    let service = Service::start("bitrix24", script).await;
    let (out, con) = (&service.out, portal());
    let params = json!({"entity": "SOURCE"}).as_object().unwrap().clone();
    let none = serde_json::Map::new();
    let got = out.options(&b24, &con, "statuses", &params, "").await.unwrap();
    assert_eq!(got, [Choice { value: json!("WEB"), label: "Сайт".into() }]);
    let got = out.options(&b24, &con, "users", &none, "U").await.unwrap();
    assert_eq!(got.len(), 4);
    assert_eq!(got[0].label, "U 1");
    let got = out.dynamic_fields(&b24, &con, "lead_fields", &none).await.unwrap();
    let kinds: Vec<_> = got.iter().map(|f| (f.key.as_str(), f.kind, f.label.ru.as_str())).collect();
    assert_eq!(
        kinds,
        [
            ("UF_CRM_1", domain::field::FieldType::Number, "Площадь"),
            ("UF_CRM_2", domain::field::FieldType::Any, "UF_CRM_2"),
        ]
    );
    let seen = service.seen();
    assert_eq!(seen[0].json()["filter"], json!({"ENTITY_ID": "SOURCE"}));
    assert_eq!(seen[1].json(), json!({"FILTER": {"ACTIVE": true, "NAME_SEARCH": "U"}}));
    assert_eq!(seen[2].json()["start"], json!(50));
    assert!(out.options(&b24, &con, "nothing", &none, "").await.is_err());
}

#[tokio::test]
async fn a_message_goes_to_telegram_and_its_errors_are_understood() {
    let tg = builtin("telegram");
    let ok = say(200, &json!({"ok": true, "result": {"message_id": 42}}));
    let wait = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 17", "parameters": {"retry_after": 17}});
    let bad = json!({"ok": false, "error_code": 400, "description": "Bad Request: chat not found"});
    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"});
    let wrong = json!({"ok": false, "error_code": 404, "description": "Not Found"});
    let script = vec![ok, say(429, &wait), say(400, &bad), say(403, &blocked), say(404, &wrong)];
    let service = Service::start("telegram", script).await;
    let send = || async {
        service
            .run(
                &tg,
                &bot(),
                "send_message",
                json!({"chat_id": "@c", "text": "a <b> & {{x}}", "silent": true}),
            )
            .await
    };
    assert_eq!(done(&send().await), &json!({"message_id": 42}));
    assert_eq!(
        service.seen()[0].uri.path(),
        "/bot123456:AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDD/sendMessage"
    );
    assert_eq!(
        service.seen()[0].json(),
        json!({"chat_id": "@c", "text": "a <b> & {{x}}", "disable_notification": true})
    );
    let e = send().await;
    assert!(
        matches!(&e.outcome, Outcome::Limited { after: Some(s), .. } if *s == Span::secs(17)),
        "{e:?}"
    );
    let e = send().await;
    assert_eq!(e.outcome.error().unwrap().message, "Bad Request: chat not found");
    assert_eq!(e.outcome.word(), "failed");
    let e = send().await;
    assert_eq!(e.outcome.error().unwrap().code, Code::AccessDenied);
    assert_eq!(send().await.outcome.word(), "auth");
}

#[tokio::test]
async fn a_file_goes_to_telegram_as_multipart() {
    let tg = builtin("telegram");
    let reply = json!({"ok": true, "result": {"message_id": 1, "document": {"file_id": "F"}}});
    let service = Service::start("telegram", vec![say(200, &reply)]).await;
    let file =
        json!({"id": "file content", "name": "счёт.pdf", "mime": "application/pdf", "size": 12});
    let e = service
        .run(&tg, &bot(), "send_document", json!({"chat_id": "5", "file": file, "caption": ""}))
        .await;
    assert_eq!(done(&e), &json!({"message_id": 1, "file_id": "F"}));
    let seen = &service.seen()[0];
    assert!(
        seen.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("multipart/form-data; boundary=")
    );
    assert!(seen.body.contains("file content") && seen.body.contains("name=\"document\""));
    assert!(!seen.body.contains("name=\"caption\""));
    assert_eq!(
        e.exchanges[0].request.body,
        "chat_id: 5\ndocument: (12 bytes of application/pdf, счёт.pdf)"
    );
}
