use domain::Span;
use domain::clock::ManualClock;
use reqwest::RequestBuilder;

use super::super::client::{SOON, ask, client, send};
use super::*;

const CODE: &str = "k32t88gf3azpmwv3";

async fn portal() -> Portal {
    Portal::start(1, CODE).await.unwrap()
}

fn to(portal: &Portal, method: &str) -> RequestBuilder {
    client().post(format!("{}/{method}.json", portal.base()))
}

async fn call(portal: &Portal, method: &str, params: Value) -> (u16, Value) {
    let (status, body) = ask(to(portal, method).json(&params)).await;
    (status.as_u16(), body)
}

fn lead(origin: &str) -> Value {
    json!({"entityTypeId": 1, "fields": {"title": "Заявка", "name": "Иван", "lastName": "Иванов",
        "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": "+7 (900) 000-00-01"}],
        "originatorId": "zveno", "originId": origin, "unknownField": 1}})
}

async fn add(portal: &Portal, origin: &str) -> (u16, Value) {
    call(portal, "crm.item.add", lead(origin)).await
}

#[tokio::test]
async fn the_webhook_is_known_by_its_code() {
    let portal = portal().await;
    let (status, body) = call(&portal, "profile", json!({})).await;
    assert_eq!((status, &body["result"]["ID"]), (200, &json!("1")));
    let wrong = portal.base().replace(CODE, "wrong");
    let (status, body) = ask(client().get(format!("{wrong}/profile.json"))).await;
    assert_eq!(status.as_u16(), 401);
    assert_eq!(
        body,
        json!({"error": "INVALID_CREDENTIALS", "error_description": "Invalid request credentials"})
    );
    portal.refuse_codes_with(Failure::NoAuth);
    let (_, body) = ask(client().get(format!("{wrong}/profile.json"))).await;
    assert_eq!(body["error"], "NO_AUTH_FOUND");
    let (status, body) = call(&portal, "crm.nothing", json!({})).await;
    assert_eq!((status, &body["error"]), (404, &json!("ERROR_METHOD_NOT_FOUND")));
}

#[tokio::test]
async fn a_lead_is_created_and_found_by_its_origin() {
    let portal = portal().await;
    let (status, body) = add(&portal, "run-1").await;
    assert_eq!(status, 200, "{body}");
    let item = &body["result"]["item"];
    assert_eq!((&item["id"], &item["stageId"]), (&json!(1), &json!("NEW")));
    assert_eq!((&item["lastName"], &item["originId"]), (&json!("Иванов"), &json!("run-1")));
    assert_eq!(item["fm"][0]["value"], "+7 (900) 000-00-01");
    assert!(item.get("unknownField").is_none());
    assert!(body["time"]["operating_reset_at"].is_i64());
    add(&portal, "run-2").await;
    let wanted = json!({"entityTypeId": 1, "select": ["id", "originId"],
        "filter": {"=originatorId": "zveno", "=originId": "run-2"}});
    let (_, body) = call(&portal, "crm.item.list", wanted).await;
    assert_eq!(body["result"], json!({"items": [{"id": 2, "originId": "run-2"}]}));
    assert_eq!(body["total"], 1);
    let wrong = json!({"entityTypeId": 1, "filter": {"=ORIGIN": "x"}});
    let (status, body) = call(&portal, "crm.item.list", wrong).await;
    assert_eq!((status, &body["error"]), (400, &json!("INVALID_ARG_VALUE")));
    let created = portal.wait_for(2, SOON).await.unwrap();
    assert_eq!((created[0].value("NAME"), created[0].value("PHONE").len()), ("Иван".into(), 18));
}

#[tokio::test]
async fn the_classic_methods_use_capitals_and_text() {
    let portal = portal().await;
    let fields = json!({"fields": {"TITLE": "Заявка", "ORIGIN_ID": "run-1", "OPPORTUNITY": 15,
        "EMAIL": [{"VALUE": "a@example.com", "VALUE_TYPE": "WORK"}]},
        "params": {"REGISTER_SONET_EVENT": "Y"}});
    let (status, body) = call(&portal, "crm.lead.add", fields).await;
    assert_eq!((status, &body["result"]), (200, &json!(1)));
    let filter =
        json!({"filter": {"ORIGIN_ID": "run-1"}, "select": ["ID", "OPPORTUNITY", "EMAIL"]});
    let (_, body) = call(&portal, "crm.lead.list", filter).await;
    assert_eq!(body["result"][0]["ID"], "1");
    assert_eq!(body["result"][0]["OPPORTUNITY"], "15");
    assert_eq!(body["result"][0]["EMAIL"][0]["VALUE"], "a@example.com");
    let (_, all) = call(&portal, "crm.lead.list", json!({})).await;
    assert!(all["result"][0].get("EMAIL").is_none(), "multiple fields come only when named");
    let query = [("filter[ORIGIN_ID]", "run-9")];
    let (_, none) = ask(to(&portal, "crm.lead.list").query(&query)).await;
    assert_eq!((&none["result"], &none["total"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn long_lists_come_in_pages_of_fifty() {
    let portal = portal().await;
    for n in 0..51 {
        add(&portal, &format!("run-{n}")).await;
    }
    let first = json!({"entityTypeId": 1, "order": {"id": "DESC"}});
    let (_, body) = call(&portal, "crm.item.list", first).await;
    assert_eq!((&body["next"], &body["total"]), (&json!(50), &json!(51)));
    assert_eq!(body["result"]["items"][0]["id"], 51);
    let second = json!({"entityTypeId": 1, "order": {"id": "DESC"}, "start": 50});
    let (_, body) = call(&portal, "crm.item.list", second).await;
    assert_eq!(body["result"]["items"].as_array().unwrap().len(), 1);
    assert!(body.get("next").is_none());
}

#[tokio::test]
async fn missing_parameters_and_fields_are_refused() {
    let portal = portal().await;
    let (status, body) = call(&portal, "crm.item.add", json!({"fields": {}})).await;
    assert_eq!((status, &body["error"]), (400, &json!("100")));
    let smart = json!({"entityTypeId": 999, "fields": {}});
    assert_eq!(call(&portal, "crm.item.add", smart).await.1["error"], "NOT_FOUND");
    portal.add_user_field("UF_CRM_1713790573", "string", false);
    portal.require("UF_CRM_1713790573", "Город");
    let (status, body) = add(&portal, "run-1").await;
    assert_eq!((status, &body["error"]), (400, &json!("CRM_FIELD_ERROR_REQUIRED")));
    let (status, body) = call(&portal, "crm.lead.add", json!({"fields": {"TITLE": "x"}})).await;
    let expected = json!({"error": "",
        "error_description": "Не заполнено обязательное поле \"Город\""});
    assert_eq!((status, body), (400, expected));
    let mut whole = lead("run-1");
    whole["fields"]["ufCrm_1713790573"] = json!("Москва");
    let (_, body) = call(&portal, "crm.item.add", whole).await;
    assert_eq!(body["result"]["item"]["ufCrm_1713790573"], "Москва");
}

#[tokio::test]
async fn scripted_failures_have_the_service_s_shapes() {
    let portal = portal().await;
    let other = Failure::Error { status: 200, error: "ODD".into(), description: "Odd".into() };
    let cases = [
        (Failure::QueryLimit, 503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
        (
            Failure::OperationTimeLimit,
            429,
            "OPERATION_TIME_LIMIT",
            "Method is blocked due to operation time limit",
        ),
        (Failure::AccessDenied, 400, "", "Access denied."),
        (Failure::NoAuth, 401, "NO_AUTH_FOUND", "Wrong authorization data"),
        (other, 200, "ODD", "Odd"),
    ];
    for (failure, status, error, description) in cases {
        portal.fail(Some("crm.item.add"), 1, &failure);
        assert_eq!(call(&portal, "profile", json!({})).await.0, 200, "another method");
        let expected = json!({"error": error, "error_description": description});
        assert_eq!(add(&portal, "run-1").await, (status, expected));
    }
    assert!(portal.created().is_empty());
    assert_eq!(add(&portal, "run-1").await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_lead_that_can_be_found() {
    let portal = portal().await;
    portal.fail(None, 1, &Failure::LostAnswer);
    assert!(send(to(&portal, "crm.item.add").json(&lead("run-1"))).await.is_err());
    add(&portal, "run-1").await;
    assert_eq!(portal.origins().times("run-1"), 2);
    assert_eq!(portal.calls().len(), 2);
}

#[tokio::test]
async fn more_calls_than_the_bucket_holds_are_refused_until_it_leaks() {
    let clock = ManualClock::at(Time(1_000_000));
    let options = Options { now: Now::of(clock.clone()), ..Options::default() };
    let portal = Portal::start_with(1, CODE, options).await.unwrap();
    portal.limit(3, 2);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(call(&portal, "profile", json!({})).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 503]);
    clock.advance(Span::ms(500));
    assert_eq!(call(&portal, "profile", json!({})).await.0, 200);
    assert_eq!(call(&portal, "profile", json!({})).await.0, 503);
}

#[tokio::test]
async fn a_contact_is_found_by_phone_and_address() {
    let portal = portal().await;
    let id = portal.add_contact("Иван", "Иванов", "+7 900 000-00-01", "Ivan@example.com");
    let by_phone = json!({"entity_type": "CONTACT", "type": "PHONE", "values": ["79000000001"]});
    let (_, body) = call(&portal, "crm.duplicate.findbycomm", by_phone).await;
    assert_eq!(body["result"], json!({"CONTACT": [id]}));
    let by_mail = json!({"type": "EMAIL", "values": ["nobody@example.com"]});
    let (_, body) = call(&portal, "crm.duplicate.findbycomm", by_mail).await;
    assert_eq!(body["result"], json!([]));
    let (status, body) = call(&portal, "crm.duplicate.findbycomm", json!({"values": [1]})).await;
    assert_eq!((status, &body["error"]), (400, &json!("Communication type is not defined")));
    let (_, body) = ask(to(&portal, "crm.contact.get").query(&[("id", id)])).await;
    assert_eq!(body["result"]["EMAIL"][0]["VALUE"], "Ivan@example.com");
    let (status, body) = call(&portal, "crm.contact.get", json!({"id": 99})).await;
    assert_eq!((status, body), (400, json!({"error": "", "error_description": "Not found"})));
    let (_, body) = call(&portal, "crm.contact.list", json!({"filter": {"NAME": "Иван"}})).await;
    assert_eq!(body["total"], 1);
}

#[tokio::test]
async fn reference_books_and_fields_are_listed() {
    let portal = portal().await;
    portal.add_user_field("UF_CRM_1", "double", true);
    let query = [("filter[ENTITY_ID]", "SOURCE"), ("order[SORT]", "ASC")];
    let (_, body) = ask(to(&portal, "crm.status.list").query(&query)).await;
    assert!(body["result"].as_array().unwrap().iter().all(|s| s["ENTITY_ID"] == "SOURCE"));
    assert_eq!(body["total"], 4);
    let (_, body) = ask(to(&portal, "user.get").query(&[("ACTIVE", "true")])).await;
    assert_eq!(body["result"].as_array().unwrap().len(), 2);
    let (_, body) = call(&portal, "crm.lead.userfield.list", json!({})).await;
    assert_eq!(body["result"][0]["USER_TYPE_ID"], "double");
    let (_, body) = call(&portal, "crm.lead.fields", json!({})).await;
    assert_eq!(body["result"]["TITLE"]["type"], "string");
    assert_eq!(body["result"]["UF_CRM_1"]["isRequired"], true);
    let (_, body) = call(&portal, "crm.item.fields", json!({"entityTypeId": 1})).await;
    assert_eq!(body["result"]["fields"]["stageId"]["upperName"], "STATUS_ID");
}
