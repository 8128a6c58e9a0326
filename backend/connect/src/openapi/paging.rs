//! How the pages of a list follow each other, guessed from names that services use.

use serde_json::{Map, Value, json};

use super::schema::Document;

/// A guess.
pub struct Page {
    pub paginate: Value,
    /// Parameters that paging fills in.
    pub params: Vec<String>,
    /// Where the next cursor or address stands.
    pub next: Option<String>,
    pub words: String,
}

impl Page {
    /// An answer without items, where nothing else says that a page is the last one.
    pub fn empty(&self) -> Option<Value> {
        let counted = matches!(self.words.as_str(), "page" | "offset");
        if !counted || !self.paginate["size"].is_null() || self.next.is_some() {
            return None;
        }
        let path = self.paginate["items"].as_str()?;
        Some(match path.strip_prefix("$.") {
            Some(name) => json!({ name: [] }),
            None => json!([]),
        })
    }
}

const SIZES: [&str; 9] = [
    "limit",
    "per_page",
    "perPage",
    "page_size",
    "pageSize",
    "size",
    "count",
    "max_results",
    "maxResults",
];
const CURSORS: [&str; 10] = [
    "cursor",
    "page_token",
    "pageToken",
    "next_token",
    "nextToken",
    "continuation_token",
    "starting_after",
    "start_cursor",
    "next_cursor",
    "after",
];
const PAGES: [&str; 3] = ["page", "page_number", "pageNumber"];
const OFFSETS: [&str; 4] = ["offset", "skip", "start", "startAt"];
const NEXTS: [&str; 14] = [
    "next_cursor",
    "nextCursor",
    "next_page_token",
    "nextPageToken",
    "next_token",
    "nextToken",
    "cursor",
    "next_page",
    "nextPage",
    "next",
    "end_cursor",
    "endCursor",
    "after",
    "continuation_token",
];
const LISTS: [&str; 10] = [
    "items", "data", "results", "records", "values", "entries", "objects", "list", "content",
    "result",
];

/// The path of the list in an answer.
pub fn list(response: &Value) -> Option<String> {
    if response["type"] == "array" {
        return Some("$".into());
    }
    let properties = response["properties"].as_object()?;
    let is_list = |v: &Value| v["type"] == "array";
    let known = LISTS.iter().find(|n| properties.get(**n).is_some_and(is_list)).copied();
    let name = known.or_else(|| {
        let mut lists = properties.iter().filter(|(_, v)| is_list(v)).map(|(k, _)| k.as_str());
        let first = lists.next();
        // With several lists nobody knows which one is meant.
        if lists.next().is_some() { None } else { first }
    })?;
    Some(format!("$.{name}"))
}

/// Guesses the paging of a list by its query parameters and the shape of its answer.
pub fn guess(d: &Document<'_>, query: &Map<String, Value>, response: &Value) -> Option<Page> {
    let items = list(response)?;
    let named =
        |names: &[&str]| names.iter().find(|n| query.contains_key(**n)).map(|n| (*n).to_owned());
    let next = next(d, response);
    let size = named(&SIZES);
    let mut params: Vec<String> = size.iter().cloned().collect();
    let mut paginate = json!({ "items": items });
    if let Some(size) = &size {
        paginate["size_into"] = json!(format!("query.{size}"));
        paginate["size"] = json!(100);
    }
    let kind = match (named(&CURSORS), next.as_ref(), named(&PAGES), named(&OFFSETS)) {
        (_, Some((path, true)), ..) => {
            paginate["next"] = json!(path);
            "next_url"
        }
        (Some(cursor), Some((path, false)), ..) => {
            paginate["into"] = json!(format!("query.{cursor}"));
            paginate["next"] = json!(path);
            params.push(cursor);
            "cursor"
        }
        (.., Some(page), _) => {
            paginate["into"] = json!(format!("query.{page}"));
            params.push(page);
            "page"
        }
        (.., Some(offset)) => {
            paginate["into"] = json!(format!("query.{offset}"));
            params.push(offset);
            "offset"
        }
        _ => return None,
    };
    paginate["kind"] = json!(kind);
    let next = paginate["next"].as_str().map(str::to_owned);
    Some(Page { paginate, params, next, words: kind.to_owned() })
}

/// Where the next cursor stands, and whether it is an address.
fn next(d: &Document<'_>, response: &Value) -> Option<(String, bool)> {
    let properties = response["properties"].as_object()?;
    let inside = |at: &str, of: &Map<String, Value>| {
        let name = NEXTS.iter().find(|n| of.contains_key(**n))?;
        let schema = d.owned(&of[*name]);
        let address = matches!(schema["format"].as_str(), Some("uri" | "url"));
        let example = schema["example"].as_str().is_some_and(|e| e.starts_with("http"));
        let text =
            matches!(super::schema::kind(&schema), "string" | "text" | "url" | "integer" | "any");
        text.then(|| (format!("{at}.{name}"), address || example))
    };
    if let Some(found) = inside("$", properties) {
        return Some(found);
    }
    for part in [
        "meta",
        "pagination",
        "paging",
        "page_info",
        "pageInfo",
        "links",
        "_links",
        "response_metadata",
    ] {
        let schema = properties.get(part).map(|p| d.owned(p));
        let Some(inner) = schema.as_ref().and_then(|s| s["properties"].as_object()) else {
            continue;
        };
        if let Some((path, address)) = inside(&format!("$.{part}"), inner) {
            // Links are addresses.
            return Some((path, address || part.contains("links")));
        }
    }
    None
}

/// Takes the value at a path out of a sample.
pub fn clear(map: &mut Map<String, Value>, path: &str) {
    let mut names = path.trim_start_matches("$.").split('.');
    let (Some(first), second) = (names.next(), names.next()) else { return };
    match (second, map.get_mut(first)) {
        (None, Some(_)) => {
            map.shift_remove(first);
        }
        (Some(second), Some(Value::Object(inner))) => {
            inner.shift_remove(second);
        }
        _ => {}
    }
}
