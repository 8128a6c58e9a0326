//! Documents of three styles become connectors that load, and whose fixtures hold.

use std::path::PathBuf;

use super::*;
use crate::fixture::{self, Disk};
use crate::manifest::read::yaml;
use crate::registry::Connector;

/// A small shop: references, a bearer token, pages by cursor.
const SHOP: &str = r##"
openapi: 3.0.3
info: {title: Shop API, description: "Orders and customers. More text."}
servers: [{url: "https://{region}.shop.test/v1", variables: {region: {default: eu}}}]
security: [{token: []}]
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: cursor, in: query, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: status, in: query, schema: {type: string, enum: [new, paid]}}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {type: array, items: {$ref: "#/components/schemas/Order"}}
                  meta: {type: object, properties: {next_cursor: {type: string, nullable: true}}}
    post:
      operationId: createOrder
      summary: Create an order.
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewOrder"}}}
      responses: {"201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
  /orders/{order_id}:
    parameters: [{name: order_id, in: path, required: true, schema: {type: integer}}]
    delete: {operationId: deleteOrder, responses: {"204": {description: gone}}}
    get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Line: {type: object, required: [sku], properties: {sku: {type: string}, count: {type: integer, minimum: 1}}}
    NewOrder:
      allOf:
        - {type: object, required: [email], properties: {email: {type: string, format: email, example: a@b.test}}}
        - {type: object, properties: {lines: {type: array, items: {$ref: "#/components/schemas/Line"}}, id: {type: integer, readOnly: true}}}
    Order: {type: object, properties: {id: {type: integer}, email: {type: string}}}
"##;

/// An older style: form bodies, a key in the query, pages by number, no operation ids.
const FORMS: &str = r#"
openapi: 3.0.0
info: {title: Old CRM}
servers: [{url: "http://crm.test/api/"}]
paths:
  /contact/list.json:
    get:
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: "filter[name]", in: query, schema: {type: string}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {type: object}}}}}}
  /contact/add.json:
    post:
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, required: [name], properties: {name: {type: string}, note: {type: string, maxLength: 5000}}}}}}
      responses: {default: {description: ok, content: {application/json: {schema: {type: object, properties: {ok: {type: boolean}}}}}}}
components:
  securitySchemes: {key: {type: apiKey, in: query, name: api_key}}
"#;

/// OpenAPI 3.1: types as lists, OAuth2, files, offsets.
const MODERN: &str = r#"
openapi: 3.1.0
info: {title: Files, version: "1"}
servers: [{url: https://files.test}]
paths:
  /files:
    get:
      operationId: files.list
      parameters:
        - {name: offset, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: X-Team, in: header, required: true, schema: {type: string}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object, properties: {files: {type: array, items: {type: object}}}}}}}}
    post:
      operationId: files.upload
      requestBody: {content: {multipart/form-data: {schema: {type: object, required: [title, content], properties: {title: {type: [string, "null"]}, content: {type: string, format: binary}}}}}}
      responses: {"200": {description: ok}}
  /me: {get: {operationId: me, responses: {"200": {description: ok, content: {application/json: {schema: {oneOf: [{type: "null"}, {type: object, properties: {name: {type: string}}}]}}}}}}}
components:
  securitySchemes:
    oauth: {type: oauth2, flows: {authorizationCode: {authorizationUrl: "https://id.files.test/auth", tokenUrl: "https://id.files.test/token", scopes: {read: Read, write: Write}}}}
"#;

fn made(text: &str, only: &[String]) -> (Connector, Imported) {
    let doc: Value = yaml(text).unwrap();
    let made = import(&doc, "imported", only).unwrap();
    let text = serde_saphyr::to_string(&made.manifest).unwrap();
    let connector = Connector::read("imported", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    (connector, made)
}

async fn holds(connector: &Connector, made: &Imported) {
    for (file, f) in &made.fixtures {
        let text = serde_saphyr::to_string(f).unwrap();
        let case = fixture::read(&text).unwrap_or_else(|e| panic!("{file}: {e}\n{text}"));
        let faults = fixture::run(connector, &case, &Disk(PathBuf::new())).await;
        assert_eq!(faults, Vec::<String>::new(), "{file}\n{text}");
    }
}

#[tokio::test]
async fn references_a_token_and_a_cursor_are_taken_over() {
    let (c, made) = made(SHOP, &[]);
    holds(&c, &made).await;
    let m = &made.manifest;
    assert_eq!(m["http"]["base_url"], "https://eu.shop.test/v1");
    assert_eq!(m["connection"]["methods"][0]["kind"], "bearer");
    assert_eq!(m["connection"]["methods"][0]["test"]["url"], "/orders");
    let list = &m["actions"]["list_orders"];
    assert_eq!(list["call"]["paginate"]["kind"], "cursor");
    assert_eq!(list["call"]["paginate"]["next"], "$.meta.next_cursor");
    let keys: Vec<&str> =
        list["input"].as_array().unwrap().iter().filter_map(|f| f["key"].as_str()).collect();
    assert_eq!(keys, ["status"], "what paging fills in is no input");
    let create = &m["actions"]["create_order"];
    assert_eq!((&create["kind"], &create["title"]), (&json!("create"), &json!("Create an order")));
    assert_eq!(create["input"][1]["fields"][0]["key"], "sku");
    assert_eq!(create["input"].as_array().unwrap().len(), 2, "what is read only is no input");
    assert_eq!(m["actions"]["delete_order"]["dangerous"], true);
    assert!(m["actions"]["get_orders_order_id"]["call"]["url"] == "/orders/{{input.order_id}}");
}

#[tokio::test]
async fn forms_a_key_in_the_query_and_numbered_pages_are_taken_over() {
    let (c, made) = made(FORMS, &[]);
    holds(&c, &made).await;
    let m = &made.manifest;
    assert_eq!(m["http"]["base_url"], "https://crm.test/api");
    assert_eq!(m["connection"]["methods"][0]["apply"]["query"]["api_key"], "{{conn.key}}");
    let list = &m["actions"]["get_contact_list_json"]["call"];
    assert_eq!(
        (&list["paginate"]["kind"], &list["paginate"]["items"]),
        (&json!("page"), &json!("$"))
    );
    assert_eq!(list["query"]["filter[name]"], "{{input.filter_name}}");
    assert!(m["actions"]["post_contact_add_json"]["call"]["form"].is_object());
}

#[tokio::test]
async fn types_as_lists_oauth_and_files_are_taken_over() {
    let (c, made) = made(MODERN, &[]);
    holds(&c, &made).await;
    let m = &made.manifest;
    assert_eq!(m["hosts"], json!(["files.test", "id.files.test"]));
    assert_eq!(m["connection"]["methods"][0]["oauth2"]["scopes"], json!(["read", "write"]));
    assert_eq!(m["connection"]["methods"][0]["test"]["url"], "/me");
    let parts = &m["actions"]["files_upload"]["call"]["multipart"];
    assert_eq!(parts[1], json!({"name": "content", "file": "{{input.content}}"}));
    assert_eq!(m["actions"]["files_list"]["call"]["paginate"]["kind"], "offset");
}

#[test]
fn only_what_is_asked_for_is_taken() {
    let (_, made) = made(SHOP, &["createOrder".into()]);
    assert_eq!(made.manifest["actions"].as_object().unwrap().len(), 1);
    let doc: Value = yaml(SHOP).unwrap();
    assert!(matches!(import(&doc, "a1", &["no".into()]), Err(ImportError::Empty(_))));
    assert!(matches!(import(&json!({"swagger": "2.0"}), "a1", &[]), Err(ImportError::Version(_))));
}
