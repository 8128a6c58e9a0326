//! The committed OpenAPI document is the one of the code.

#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/src/api/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let code = serde_json::to_string_pretty(&api::v1::document()).unwrap();
    assert!(committed.trim() == code, "run `cargo xtask api` and commit what it writes");
}
