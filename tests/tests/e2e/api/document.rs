//! The committed OpenAPI document is the one of the code, and names each thing once.

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/src/api/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let code = serde_json::to_string_pretty(&api::v1::document()).unwrap();
    assert!(committed.trim() == code, "run `cargo xtask api` and commit what it writes");
}

/// What is there more than once.
fn repeated(names: impl IntoIterator<Item = (String, String)>) -> Vec<(String, Vec<String>)> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, place) in names {
        all.entry(name).or_default().push(place);
    }
    assert!(!all.is_empty());
    all.into_iter().filter(|(_, places)| places.len() > 1).collect()
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let mut names = Vec::new();
    for (path, item) in doc["paths"].as_object().unwrap() {
        for (method, op) in item.as_object().unwrap() {
            let name = op["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            let speaking =
                name.len() > 4 && name.chars().all(|c| c == '_' || c.is_ascii_lowercase());
            assert!(speaking, "{name}");
            names.push((name.to_owned(), format!("{method} {path}")));
        }
    }
    assert_eq!(repeated(names), []);
}

/// The document is made of all types, and of two with one name the later one would win unseen.
#[test]
fn every_schema_is_of_one_type() {
    let mut names = Vec::new();
    types(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/api/src")), &mut names);
    assert!(names.len() > 100, "the types are no longer found");
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let known = doc["components"]["schemas"].as_object().unwrap();
    for (name, place) in &names {
        let there = known.keys().any(|k| k == name || k.ends_with(&format!("_{name}")));
        assert!(there || name == "Page", "{name} of {place} is in no operation");
    }
    assert_eq!(repeated(names), []);
}

/// The types below a folder that have a schema, by its name.
fn types(folder: &Path, names: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            types(&path, names);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let derived = text.split("#[derive(").skip(1);
            for item in derived.filter(|d| d.split(')').next().unwrap().contains("ToSchema")) {
                let (head, rest) = item.split_once("\npub ").expect("a public type");
                let renamed = head.split_once("schema(as = ").map(|(_, n)| n);
                let plain = rest.split_once(' ').map(|(_, n)| n);
                let name = renamed.or(plain).unwrap();
                let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                let name = name.split(ends).next().unwrap().to_owned();
                names.push((name, path.display().to_string()));
            }
        }
    }
}
