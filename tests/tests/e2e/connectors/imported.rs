//! Connectors made of OpenAPI documents by the command line, as their makers get them: checked,
//! replayed, and used against a service.

use serde_json::{Value, json};
use tests::receivers::http::{Answer, HttpReceiver, Received};
use tests::world::product::Product;
use tests::world::{Kind, alone};

/// Version 3.0 in YAML: a key in a header, one object per answer.
const PARCELS: &str = r#"
openapi: 3.0.3
info: {title: Parcels, version: "2", description: Parcels of a carrier.}
servers: [{url: https://api.parcels.test/v2}]
security: [{ApiKey: []}]
paths:
  /parcels:
    post:
      operationId: createParcel
      summary: Register a parcel
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [recipient, weight]
              properties:
                recipient: {type: string, maxLength: 100}
                weight: {type: number, minimum: 0.1}
                express: {type: boolean, default: false}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Parcel'}}}}
  /parcels/{number}:
    get:
      operationId: getParcel
      parameters: [{name: number, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Parcel'}}}}
components:
  securitySchemes: {ApiKey: {type: apiKey, in: header, name: X-Api-Key}}
  schemas:
    Parcel: {type: object, properties: {number: {type: string}, state: {type: string, enum: [new, sent]}}}
"#;

/// Version 3.1 in JSON: a bearer token, types as lists, pages by cursor.
const TICKETS: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "Tickets", "version": "1"},
  "servers": [{"url": "https://tickets.test"}],
  "security": [{"token": []}],
  "paths": {
    "/tickets": {
      "get": {
        "operationId": "listTickets",
        "parameters": [
          {"name": "cursor", "in": "query", "schema": {"type": ["string", "null"]}},
          {"name": "limit", "in": "query", "schema": {"type": "integer"}},
          {"name": "state", "in": "query", "schema": {"type": "string"}}
        ],
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {
          "type": "object",
          "properties": {
            "tickets": {"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}},
            "next_cursor": {"type": ["string", "null"]}
          }
        }}}}}
      }
    }
  },
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    "schemas": {"Ticket": {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": ["string", "null"]}}}}
  }
}"##;

/// Version 3.0: consent in the browser, a file among the parts of a form.
const SCANS: &str = r#"
openapi: 3.0.1
info: {title: Scans, version: "1"}
servers: [{url: https://api.scans.test}]
paths:
  /scans:
    post:
      operationId: uploadScan
      security: [{login: [write]}]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [name, scan]
              properties:
                name: {type: string}
                scan: {type: string, format: binary}
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}
components:
  securitySchemes:
    login:
      type: oauth2
      flows: {authorizationCode: {authorizationUrl: "https://login.scans.test/auth", tokenUrl: "https://login.scans.test/token", scopes: {write: Write scans}}}
"#;

/// Makes a connector of a document, checks it strictly and replays its fixtures; its folder.
async fn made(zveno: &Product, name: &str, file: &str, document: &str) -> String {
    let document = zveno.file(file, document);
    let root = zveno.folder().to_str().unwrap().to_owned();
    let folder = format!("{root}/{name}");
    for args in [
        vec!["connector", "import", &document, "--into", name, "--dir", &root],
        vec!["connector", "check", &folder, "--strict"],
        vec!["connector", "test", &folder],
    ] {
        let said = zveno.cli(&args).await;
        assert_eq!(said.code, 0, "{args:?}: {} {}", said.out, said.err);
    }
    folder
}

/// Makes one real call; what came of it.
async fn called(
    zveno: &Product,
    folder: &str,
    action: &str,
    conn: &str,
    input: &[String],
) -> Value {
    let conn = zveno.file("conn.yaml", conn);
    let mut args = vec!["connector", "run", folder, action, "--conn", &conn];
    args.extend(["--networks", "127.0.0.0/8"]);
    args.extend(input.iter().flat_map(|i| ["--input", i.as_str()]));
    let done = zveno.json(&args).await;
    assert!(!done["exchanges"].to_string().contains("secret-key-0001"), "{done}");
    done["result"]["output"].clone()
}

/// A service in place of the one that a connector was made for.
async fn standing_in(
    zveno: &mut Product,
    name: &str,
    answer: impl Fn(&Received) -> Answer + Send + Sync + 'static,
) -> HttpReceiver {
    let service = HttpReceiver::start().await.unwrap();
    service.respond(answer);
    zveno.set(&format!("ZVENO_BASE_URL_{}", name.to_uppercase()), &service.url(""));
    service
}

fn text(r: &Received) -> String {
    String::from_utf8_lossy(&r.body).into_owned()
}

#[test]
fn a_document_with_a_key_in_a_header_becomes_a_connector() {
    alone(async {
        let mut zveno = Product::new(Kind::Sqlite).await;
        let folder = made(&zveno, "parcels", "parcels.yaml", PARCELS).await;
        let service = standing_in(&mut zveno, "parcels", |r| match r.method.as_str() {
            "POST" => Answer::json(201, &json!({ "number": "P-1", "state": "new" })),
            _ => Answer::json(200, &json!({ "number": "P-1", "state": "sent" })),
        })
        .await;
        let conn = "key: secret-key-0001\n";
        let input = ["recipient=Анна".to_owned(), "weight=1.5".to_owned()];
        let parcel = called(&zveno, &folder, "create_parcel", conn, &input).await;
        assert_eq!(parcel["number"], "P-1");
        let parcel = called(&zveno, &folder, "get_parcel", conn, &["number=P/1".to_owned()]).await;
        assert_eq!(parcel["state"], "sent");
        let seen = service.log().all();
        assert_eq!(seen[0].json().unwrap(), json!({ "recipient": "Анна", "weight": 1.5 }));
        assert!(seen.iter().all(|r| r.header("x-api-key") == Some("secret-key-0001")));
        assert!(seen[1].path.ends_with("/parcels/P%2F1"), "{}", seen[1].path);
        zveno.remove().await;
    });
}

#[test]
fn a_document_with_a_token_and_a_cursor_becomes_a_connector() {
    alone(async {
        let mut zveno = Product::new(Kind::Sqlite).await;
        let folder = made(&zveno, "tickets", "tickets.json", TICKETS).await;
        let service = standing_in(&mut zveno, "tickets", |r| {
            let next = r.query_pairs().into_iter().find(|(k, _)| k == "cursor").map(|(_, v)| v);
            match next.as_deref() {
                None => {
                    Answer::json(200, &json!({ "tickets": [{ "id": 1 }], "next_cursor": "c-2" }))
                }
                Some(_) => {
                    Answer::json(200, &json!({ "tickets": [{ "id": 2 }], "next_cursor": null }))
                }
            }
        })
        .await;
        let conn = "token: secret-key-0001\n";
        let all = called(&zveno, &folder, "list_tickets", conn, &["state=open".to_owned()]).await;
        assert_eq!(all, json!([{ "id": 1 }, { "id": 2 }]));
        let seen = service.log().all();
        assert_eq!(seen.len(), 2);
        for r in &seen {
            assert_eq!(r.header("authorization"), Some("Bearer secret-key-0001"));
            assert!(r.query_pairs().contains(&("state".to_owned(), "open".to_owned())));
        }
        assert!(seen[1].query_pairs().contains(&("cursor".to_owned(), "c-2".to_owned())));
        zveno.remove().await;
    });
}

#[test]
fn a_document_with_consent_and_a_file_becomes_a_connector() {
    alone(async {
        let mut zveno = Product::new(Kind::Sqlite).await;
        let folder = made(&zveno, "scans", "scans.yaml", SCANS).await;
        let service =
            standing_in(&mut zveno, "scans", |_| Answer::json(200, &json!({ "id": "s-1" }))).await;
        let file =
            json!({ "id": "data:JVBERi0=", "name": "a.pdf", "mime": "application/pdf", "size": 5 });
        let input = ["name=Договор".to_owned(), format!("scan={file}")];
        let conn = "access_token: secret-key-0001\n";
        let scan = called(&zveno, &folder, "upload_scan", conn, &input).await;
        assert_eq!(scan, json!({ "id": "s-1" }));
        let seen = service.log().all().remove(0);
        assert_eq!(seen.header("authorization"), Some("Bearer secret-key-0001"));
        let media = seen.header("content-type").unwrap();
        assert!(media.starts_with("multipart/form-data"), "{media}");
        let body = text(&seen);
        assert!(body.contains("%PDF-") && body.contains("filename=\"a.pdf\""), "{body}");
        assert!(body.contains("Договор"), "{body}");
        zveno.remove().await;
    });
}
