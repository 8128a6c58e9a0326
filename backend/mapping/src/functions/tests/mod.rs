//! The examples of every function, and the catalogue as a whole.

mod anything;
mod calls;
mod limits;

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Args, Done, Env, Input, all, check_args, get};

/// 2026-03-05 14:30:00 in Moscow.
const NOW: domain::Time = domain::Time(1_772_710_200_000_000);

fn next_uuid() -> Uuid {
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0001)
}

fn env() -> Env<'static> {
    Env { now: NOW, timezone: "Europe/Moscow", uuid: &next_uuid }
}

fn parsed(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}")))
}

fn call(name: &str, input: Option<Value>, args: &Value) -> Done {
    let f = get(name).unwrap_or_else(|| panic!("no function {name}"));
    let none = Map::new();
    let args = Args::of_map(f, args.as_object().unwrap_or(&none));
    f.call(input.map_or(Input::Missing, Input::Own), &args, &env())
}

fn helper(name: &str, positions: &[Value], named: &Value) -> Done {
    let f = get(name).unwrap_or_else(|| panic!("no function {name}"));
    let none = Map::new();
    let named = named.as_object().unwrap_or(&none);
    f.call_helper(positions.iter().map(Some), named.iter().map(|(k, v)| (k.as_str(), v)), &env())
}

#[test]
fn every_example_gives_what_it_says() {
    let mut wrong = Vec::new();
    for f in all() {
        for e in f.examples {
            let input = parsed(e.input);
            let args = parsed(e.args).unwrap_or_else(|| json!({}));
            let got = call(f.name, input.clone(), &args);
            let borrowed = {
                let args = Args::of_map(f, args.as_object().unwrap());
                f.call(input.as_ref().into(), &args, &env())
            };
            assert_eq!(got, borrowed, "{} of a borrowed value", f.name);
            let as_said = match (&got, e.output) {
                (Ok(v), Ok(text)) => Some(v) == parsed(text).as_ref(),
                (Err(e), Err(part)) => e.text.en.contains(part),
                _ => false,
            };
            if !as_said {
                wrong.push(format!(
                    "{} {} {}\n  said {:?}\n  gave {got:?}",
                    f.name, e.input, e.args, e.output
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_example_has_arguments_that_pass_the_check_at_save_or_fails() {
    for f in all() {
        for e in f.examples.iter().filter(|e| e.output.is_ok()) {
            let args = parsed(e.args).unwrap_or_else(|| json!({}));
            let faults = check_args(f, args.as_object().unwrap());
            assert!(faults.is_empty(), "{} {}: {faults:?}", f.name, e.args);
        }
    }
}

#[test]
fn the_catalogue_is_complete_and_described_in_both_languages() {
    let (mut names, mut unshown) = (HashSet::new(), Vec::new());
    for f in all() {
        assert!(names.insert(f.name), "{} is there twice", f.name);
        assert!(f.examples.len() >= 3, "{} has too few examples", f.name);
        for words in [f.title, f.description] {
            assert!(!words.en.is_empty() && !words.ru.is_empty(), "{} has no texts", f.name);
        }
        let russian = |c: char| ('а'..='я').contains(&c);
        assert!(f.description.ru.to_lowercase().contains(russian), "{}", f.name);
        assert!(
            !f.description.en.to_lowercase().contains(russian) || f.name == "bool",
            "{}",
            f.name
        );
        for (i, p) in f.params.iter().enumerate() {
            assert!(!p.title.en.is_empty() && !p.title.ru.is_empty(), "{}.{}", f.name, p.name);
            assert!(!p.rest || i + 1 == f.params.len(), "{}.{}: the rest is last", f.name, p.name);
            assert!(p.name != "fn", "{}: fn is the name of the function", f.name);
            let shown = f.examples.iter().any(|e| e.args.contains(&format!("\"{}\":", p.name)));
            if !shown && f.alias_of.is_none() {
                unshown.push(format!("{}.{}", f.name, p.name));
            }
        }
        if let Some(other) = f.alias_of {
            assert!(get(other).is_some_and(|o| o.alias_of.is_none()), "{}", f.name);
        }
    }
    assert!(unshown.is_empty(), "parameters without an example: {unshown:?}");
    let wanted = "digits trim upper lower capitalize replace regex_replace regex_extract split join
        substring pad strip_html truncate slug transliterate concat full_name_split phone_e164
        phone_national email_normalize inn_check number round abs add multiply percent
        format_number currency epoch parse_date format_date shift_date start_of date_diff now
        timezone date first last count len unique sort pick filter_list sum flatten map chunk
        values lookup json parse_json json_parse base64 base64url base64_decode hex url_encode
        urlencode escape_html escape_markdown xml query_parse utm hash hmac md5 sha1 sha256 crc32
        uuid default coalesce bool if_empty type_of mask eq ne gt gte lt lte and or not";
    for name in wanted.split_whitespace() {
        assert!(names.contains(name), "{name} is missing");
    }
}

#[test]
fn r2_the_helpers_of_manifests_that_keep_their_type_are_typed() {
    for name in
        ["values", "split", "map", "number", "bool", "json_parse", "first", "last", "len", "epoch"]
    {
        assert!(get(name).is_some_and(|f| f.typed), "{name}");
    }
    for name in ["json", "join", "upper", "replace", "phone_e164", "date", "hmac", "xml"] {
        assert!(get(name).is_some_and(|f| !f.typed), "{name}");
    }
}

#[test]
fn the_catalogue_is_json_for_the_picker() {
    let json = serde_json::to_value(get("pad")).unwrap();
    assert_eq!(json["title"]["en"], "Pad to a length");
    assert_eq!(json["group"], "text");
    assert_eq!(json["params"][0]["type"], "integer");
    assert_eq!(json["params"][0]["max"], 10_000);
    assert_eq!(json["params"][2]["values"], json!(["start", "end"]));
    assert_eq!(json["examples"][0]["output"]["Ok"], "\"007\"");
}
