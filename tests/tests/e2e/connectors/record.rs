//! A delivery that the server has becomes a fixture of its connector: without a secret, and with a
//! proof that is made anew.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::both_products;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::world::product::Product;
use tests::world::{Body, Kind, Request, json as body, multipart};

use super::{ICON, changed};

both_products! {
    a_signed_delivery_becomes_a_fixture_that_is_signed_anew,
    a_secret_in_a_body_is_replaced_in_the_fixture,
    a_secret_in_a_soap_message_is_replaced_in_the_fixture,
    a_secret_in_the_parts_of_a_form_is_replaced_in_the_fixture,
    a_secret_in_a_call_with_xml_is_replaced_in_the_fixture,
}

/// Long enough that nothing else can hold it.
const OURS: &str = "our-real-secret-7f3a";
const TOKEN: &str = "{scheme: token, from: header.x-acme-token, equals: \"{{input.secret}}\"}";
const FLOW: &str = "
zveno: 1
name: paid
trigger: { connector: acme@1.0.0, event: order_paid, input: { secret: { secret: acme } } }
steps:
  - { id: keep, set: { id: { path: $.trigger.body.id } } }
";

/// A server with a connector whose deliveries are proved so; the address of a flow, and the folder.
async fn serving(zveno: &Product, verify: &str) -> (String, String) {
    serving_as(zveno, &[(TOKEN, verify)]).await
}

/// The same with other changes of the connector.
async fn serving_as(zveno: &Product, what: &[(&str, &str)]) -> (String, String) {
    let folder = zveno.folder().join("acme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("icon.svg"), ICON).unwrap();
    fs::write(folder.join("connector.yaml"), changed("1.0.0", what)).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let installed = zveno.cli(&["connector", "install", &folder]).await;
    assert_eq!(installed.code, 0, "{installed:?}");
    let secret = zveno.file("secret", OURS);
    let flow = zveno.file("flow.yaml", FLOW);
    let given = format!("acme=@{secret}");
    let made = zveno.json(&["flow", "import", &flow, "--publish", "--secret", &given]).await;
    let url = made["hook_url"].as_str().unwrap();
    (format!("/in/{}", url.split_once("/in/").unwrap().1), folder)
}

/// Records the only delivery; the text of the fixture.
async fn recorded(zveno: &Product, folder: &str) -> String {
    let all = zveno.json(&["event", "list", "--deliveries"]).await;
    let id = all[0]["id"].as_str().unwrap();
    let wrong = ["connector", "record", folder, "order_changed", "--delivery", id];
    let wrong = zveno.cli(&wrong).await;
    assert!(wrong.code == 1 && wrong.out.contains("order_paid"), "{wrong:?}");
    let said = zveno.cli(&["connector", "record", folder, "order_paid", "--delivery", id]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let text = fs::read_to_string(format!("{folder}/fixtures/order_paid.recorded.yaml")).unwrap();
    assert!(!text.contains(OURS) && text.contains("test-secret-000"), "{text}");
    // It holds, with everything that is tried of a delivery without being asked.
    let tested = zveno.cli(&["connector", "test", folder]).await;
    assert!(tested.code == 0 && tested.out.contains("1 held, 0 failed"), "{tested:?}");
    let again = zveno.cli(&["connector", "record", folder, "order_paid", "--delivery", id]).await;
    assert!(again.code == 1 && again.out.contains("there already"), "{again:?}");
    text
}

fn read(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

async fn a_signed_delivery_becomes_a_fixture_that_is_signed_anew(kind: Kind) {
    let zveno = Product::new(kind).await;
    let verify = "{scheme: signature, algo: hmac_sha256, from: header.x-acme-signature, prefix: \"sha256=\", key: \"{{input.secret}}\"}";
    let (path, folder) = serving(&zveno, verify).await;
    let server = zveno.serve().await;
    let event = json!({ "id": "o-1", "type": "order.paid", "total": 5, "name": "Анна" });
    let mut mac = Hmac::<Sha256>::new_from_slice(OURS.as_bytes()).unwrap();
    mac.update(event.to_string().as_bytes());
    let hex =
        mac.finalize().into_bytes().iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let signed = Request::post(&path, body(&event))
        .header("x-acme-signature", &format!("sha256={hex}"))
        .header("x-acme-delivery", "d-1");
    assert_eq!(signed.send(zveno.addr()).await.unwrap().status, 200);
    let text = recorded(&zveno, &folder).await;
    assert!(!text.contains(&hex));
    let fixture = read(&text);
    let delivery = &fixture["deliveries"][0];
    assert_eq!(delivery["request"]["json"], event);
    assert_eq!(delivery["request"]["headers"]["x-acme-delivery"], "d-1");
    assert_eq!(delivery["expect"], json!({ "status": 200, "events": 1 }));
    // A connector that reads it in another way does not get it.
    let file = format!("{folder}/connector.yaml");
    let other = fs::read_to_string(&file).unwrap().replace("order.paid}", "order.done}");
    fs::write(&file, other).unwrap();
    let all = zveno.json(&["event", "list", "--deliveries"]).await;
    let id = all[0]["id"].as_str().unwrap();
    let args = ["connector", "record", &folder, "order_paid", "--delivery", id, "--name", "b.yaml"];
    let refused = zveno.cli(&args).await;
    assert!(refused.code == 1 && refused.out.contains("0 events, expected 1"), "{refused:?}");
    server.stop().await;
    zveno.remove().await;
}

async fn a_secret_in_a_body_is_replaced_in_the_fixture(kind: Kind) {
    let zveno = Product::new(kind).await;
    let verify = "{scheme: token, from: $.auth.token, equals: \"{{input.secret}}\"}";
    let (path, folder) = serving(&zveno, verify).await;
    let server = zveno.serve().await;
    let event = json!({ "id": "o-1", "type": "order.paid", "auth": { "token": OURS } });
    let sent = Request::post(&path, body(&event)).send(zveno.addr()).await.unwrap();
    assert_eq!(sent.status, 200);
    let fixture = read(&recorded(&zveno, &folder).await);
    let request = &fixture["deliveries"][0]["request"];
    assert_eq!(request["json"]["auth"]["token"], "test-secret-000");
    assert_eq!(request["json"]["id"], "o-1");
    server.stop().await;
    zveno.remove().await;
}

async fn a_secret_in_a_soap_message_is_replaced_in_the_fixture(kind: Kind) {
    let zveno = Product::new(kind).await;
    let verify = "{scheme: token, from: $.Envelope.Header.Token, equals: \"{{input.secret}}\"}";
    let (path, folder) = serving_as(
        &zveno,
        &[
            (TOKEN, verify),
            ("path: $.type", "path: $.Envelope.Body.type"),
            ("\"{{event.id}}\"}", "\"{{body.Envelope.Body.id}}\"}"),
        ],
    )
    .await;
    let server = zveno.serve().await;
    let encoded = STANDARD.encode(format!("acme:{OURS}"));
    let message = format!(
        "<s:Envelope xmlns:s=\"urn:soap\"><s:Header><Token>{OURS}</Token></s:Header>\
         <s:Body><id>o-1</id><type>order.paid</type><auth>{encoded}</auth></s:Body></s:Envelope>"
    );
    let sent = Request::post(&path, Body::new("text/xml; charset=utf-8", message));
    assert_eq!(sent.send(zveno.addr()).await.unwrap().status, 200);
    let text = recorded(&zveno, &folder).await;
    assert!(!text.contains(&encoded), "{text}");
    let fixture = read(&text);
    let body = fixture["deliveries"][0]["request"]["body"].as_str().unwrap();
    assert!(body.contains("<Token>test-secret-000</Token>") && body.contains("<id>o-1</id>"));
    server.stop().await;
    zveno.remove().await;
}

async fn a_secret_in_the_parts_of_a_form_is_replaced_in_the_fixture(kind: Kind) {
    let zveno = Product::new(kind).await;
    let verify = "{scheme: token, from: header.x-acme-token, equals: \"{{input.secret}}\"}";
    let (path, folder) = serving(&zveno, verify).await;
    let server = zveno.serve().await;
    let scan = [&[0xff, 0xd8][..], OURS.as_bytes(), &[0xfe]].concat();
    let parts = [("id", "o-1"), ("type", "order.paid"), ("key", OURS)];
    let form = multipart(&parts, ("scan", "scan.jpg", "image/jpeg", &scan));
    let sent = Request::post(&path, form).header("x-acme-token", OURS);
    assert_eq!(sent.send(zveno.addr()).await.unwrap().status, 200);
    let fixture = read(&recorded(&zveno, &folder).await);
    let body = fixture["deliveries"][0]["request"]["base64"].as_str().unwrap();
    let body = STANDARD.decode(body).unwrap();
    let shown = String::from_utf8_lossy(&body);
    assert_eq!((shown.matches(OURS).count(), shown.matches("test-secret-000").count()), (0, 2));
    server.stop().await;
    zveno.remove().await;
}

async fn a_secret_in_a_call_with_xml_is_replaced_in_the_fixture(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    let sink = HttpReceiver::start().await.unwrap();
    sink.respond(|r| {
        // The service says back what it was told.
        let said = String::from_utf8_lossy(&r.body).into_owned();
        Answer::status(200).with("content-type", "text/xml").body(said)
    });
    zveno.set("ZVENO_BASE_URL_ACME", &sink.url(""));
    let folder = zveno.folder().join("acme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("icon.svg"), ICON).unwrap();
    let json = "json: {name: \"{{input.name}}\", count: \"{{input.count}}\"}";
    let xml = "xml: \"<order><name>{{input.name}}</name></order>\"";
    let what = [(json, xml), ("output: {id: $.id}", "output: {id: $.order.name}")];
    fs::write(folder.join("connector.yaml"), changed("1.0.0", &what)).unwrap();
    let conn = zveno.file("conn.yaml", &format!("token: {OURS}\n"));
    let folder = folder.to_str().unwrap();
    let name = format!("name=Anna {OURS}");
    let args = ["connector", "record", folder, "create_order", "--conn", &conn, "-i", &name];
    let said = zveno.cli(&[&args[..], &["--networks", "127.0.0.0/8"]].concat()).await;
    assert_eq!(said.code, 0, "{said:?}");
    let text = fs::read_to_string(format!("{folder}/fixtures/create_order.recorded.yaml")).unwrap();
    assert!(!text.contains(OURS), "{text}");
    let fixture = read(&text);
    let exchange = &fixture["exchanges"][0];
    let order = json!("<order><name>Anna test-secret-000</name></order>");
    assert_eq!((&exchange["request"]["text"], &exchange["response"]["xml"]), (&order, &order));
    zveno.remove().await;
}
