//! Properties that hold for any input at all.

use domain::limits::RENDERED_BYTES;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{call, env};
use crate::functions::{Args, Fault, ParamKind, all, check_args};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-30i64..30).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,24}".prop_map(Value::from),
        "[0-9+(). ,:T-]{0,20}".prop_map(Value::from),
        "[<>&;#a-z/!=%\\\\{}|-]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z._]{1,6}", inner), 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// An argument that a parameter may well be given.
fn likely(kind: ParamKind, seed: u64) -> Value {
    let n = usize::try_from(seed % 1_000).unwrap_or(0);
    match kind {
        ParamKind::Choice { values } => values[n % values.len()].into(),
        ParamKind::Integer { min, max } => [min, max, 0, 1, 3][n % 5].clamp(min, max).into(),
        ParamKind::Bool => (n % 2 == 0).into(),
        ParamKind::Regex => ["(a)|b", "\\d+", "^", ""][n % 4].into(),
        ParamKind::TimeZone => ["UTC", "Asia/Tokyo", "+03:00"][n % 3].into(),
        ParamKind::DateFormat => ["%d.%m.%Y", "%s", "%A %e %Z"][n % 3].into(),
        ParamKind::List => json!([1, "a"]),
        ParamKind::Map => json!({"a": 1}),
        ParamKind::Number => [json!(-1.5), json!("1e20"), json!(0)][n % 3].clone(),
        ParamKind::Text | ParamKind::Any => ["", "a", "ю ", "$1"][n % 4].into(),
    }
}

proptest! {
    #[test]
    fn no_function_panics_whatever_it_is_given(input in any_json(), any in any_json(), seed: u64) {
        for f in all() {
            let good: Map<String, Value> = f
                .params
                .iter()
                .enumerate()
                .map(|(i, p)| (p.name.to_owned(), likely(p.kind, seed >> i)))
                .collect();
            let bad: Map<String, Value> =
                f.params.iter().map(|p| (p.name.to_owned(), any.clone())).collect();
            for args in [&good, &bad] {
                let _ = check_args(f, args);
                if let Ok(Value::String(s)) =
                    f.call(Some(&input).into(), &Args::of_map(f, args), &env())
                {
                    prop_assert!(s.len() <= RENDERED_BYTES);
                }
            }
            let _ = f.call_helper([Some(&input), None, Some(&any)], [], &env());
        }
    }

    #[test]
    fn what_passes_the_check_is_never_an_argument_fault(input in any_json(), seed: u64) {
        for f in all() {
            let args: Map<String, Value> = f
                .params
                .iter()
                .enumerate()
                .map(|(i, p)| (p.name.to_owned(), likely(p.kind, seed >> i)))
                .collect();
            let faults = check_args(f, &args);
            prop_assert!(faults.is_empty(), "{:?}", faults);
            if let Err(e) = f.call(Some(&input).into(), &Args::of_map(f, &args), &env()) {
                prop_assert!(!matches!(e.code, Fault::ArgumentType | Fault::ArgumentUnknown), "{e}");
            }
        }
    }

    #[test]
    fn a_slug_is_letters_digits_and_single_hyphens(text in "\\PC{0,60}") {
        let slug = call("slug", Some(text.into()), &json!({})).unwrap();
        let slug = slug.as_str().unwrap();
        prop_assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
        prop_assert!(slug.len() <= 100);
        prop_assert_eq!(call("slug", Some(slug.into()), &json!({})), Ok(json!(slug)));
    }

    #[test]
    fn a_number_written_for_people_reads_back(n in -1_000_000_000i64..1_000_000_000, cents in 0i64..100) {
        let amount = format!("{n}.{cents:02}");
        let written = call("format_number", Some(amount.clone().into()), &json!({"digits": 2})).unwrap();
        let number = call("number", Some(written), &json!({})).unwrap();
        prop_assert_eq!(number.as_f64(), amount.parse::<f64>().ok());
        let money = call("currency", Some(amount.clone().into()), &json!({})).unwrap();
        let number = call("number", Some(money), &json!({})).unwrap();
        prop_assert_eq!(number.as_f64(), amount.parse::<f64>().ok());
    }

    #[test]
    fn base64_and_json_read_back_what_they_wrote(value in any_json(), text in "\\PC{0,40}") {
        for name in ["base64", "base64url"] {
            let written = call(name, Some(text.clone().into()), &json!({})).unwrap();
            prop_assert_eq!(call("base64_decode", Some(written), &json!({})), Ok(json!(text)));
        }
        let written = call("json", Some(value.clone()), &json!({})).unwrap();
        prop_assert_eq!(call("parse_json", Some(written), &json!({})), Ok(value));
    }

    #[test]
    fn a_date_read_and_written_is_the_same_moment(secs in 100_000_000i64..4_000_000_000) {
        let text = call("parse_date", Some(secs.to_string().into()), &json!({})).unwrap();
        prop_assert_eq!(call("epoch", Some(text), &json!({})), Ok(json!(secs)));
    }

    #[test]
    fn html_without_tags_has_none_after_escaping(text in "\\PC{0,40}") {
        let escaped = call("escape_html", Some(text.clone().into()), &json!({})).unwrap();
        prop_assert!(!escaped.as_str().unwrap().contains(['<', '>', '"', '\'']));
        let stripped = call("strip_html", Some(escaped), &json!({})).unwrap();
        let words = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(stripped.as_str().unwrap()), words(&text));
    }
}
