//! Templates that hurt other engines: each must be refused when it is saved, or end quickly.

use domain::Code;
use domain::limits::{RENDERED_BYTES, TEMPLATE_BYTES};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::{env, hostile_text, value};

fn fault(source: &str) -> &'static str {
    Template::parse(source, Escape::None).map_or_else(|f| f.code, |_| "accepted")
}

fn render(source: &str, data: Value) -> Result<String, MapError> {
    let template = Template::parse(source, Escape::None).unwrap();
    template.render_text(&Context::new(data), &env())
}

#[test]
fn s9_partials_decorators_inline_and_raw_blocks_are_refused() {
    for source in [
        r#"{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}"#,
        r#"{{#*inline "a"}}{{> b}}{{/inline}}{{#*inline "b"}}{{> a}}{{/inline}}{{> a}}"#,
        "{{> me}}",
        "{{~> me}}",
        "{{ > me}}",
        "{{#> layout}}x{{/layout}}",
        "{{* decorate}}",
        "{{{{raw}}}}{{x}}{{{{/raw}}}}",
    ] {
        assert_eq!(fault(source), "template_refused", "{source}");
    }
    assert_eq!(fault("{{log trigger.body}}"), "template_function");
}

#[test]
fn s9_calls_5000_deep_are_refused_without_recursion() {
    for open in ["(", "(upper ", "upper (", "(upper x=(", "(upper \"(\" ("] {
        let source = format!("{{{{upper {}a", open.repeat(5_000));
        let source = &source[..source.len().min(TEMPLATE_BYTES)];
        assert_ne!(fault(source), "accepted", "{open}");
    }
    let nested = |n: usize| format!("{{{{upper {}a{}}}}}", "(upper ".repeat(n), ")".repeat(n));
    assert_eq!(fault(&nested(8)), "accepted");
    assert_eq!(fault(&nested(9)), "template_too_deep");
    assert_eq!(fault(&nested(1_000)), "template_too_deep");
}

#[test]
fn s9_literals_8000_deep_are_refused_without_recursion() {
    for open in ["[", "{\"a\":"] {
        let source = format!("{{{{json {}", open.repeat(TEMPLATE_BYTES / open.len() - 10));
        assert_ne!(fault(&source), "accepted", "{open}");
    }
}

#[test]
fn s9_blocks_nest_at_most_8_deep_and_each_twice() {
    let nested = |n: usize| format!("{}x{}", "{{#if a}}".repeat(n), "{{/if}}".repeat(n));
    assert_eq!(fault(&nested(8)), "accepted");
    assert_eq!(fault(&nested(9)), "template_too_deep");
    assert_eq!(fault(&nested(1_000)), "template_too_deep");
    assert_eq!(fault(&"{{#if a}}".repeat(1_500)), "template_too_deep");

    let each = |n: usize| format!("{}x{}", "{{#each a}}".repeat(n), "{{/each}}".repeat(n));
    assert_eq!(fault(&each(2)), "accepted");
    assert_eq!(fault(&each(3)), "template_too_deep");
    let hidden = "{{#each a}}{{#if b}}{{#each c}}{{#with d}}{{#each e}}{{/each}}{{/with}}{{/each}}{{/if}}{{/each}}";
    assert_eq!(fault(hidden), "template_too_deep");
}

#[test]
fn s9_long_chains_and_many_siblings_are_no_nesting() {
    let chain = format!("{{{{#if a}}}}1{}{{{{/if}}}}", "{{else if b}}2".repeat(500));
    assert_eq!(render(&chain, json!({"b": true})).unwrap(), "2");
    let siblings = "{{#if a}}x{{/if}}".repeat(900);
    assert_eq!(render(&siblings, json!({"a": 1})).unwrap().len(), 900);
}

#[test]
fn s9_loops_over_long_lists_run_out_of_work_and_not_of_time() {
    let long = json!({"a": vec![0; 10_000]});
    for body in ["", "x", "{{upper ../../a.0}}"] {
        let source = format!("{{{{#each a}}}}{{{{#each ../a}}}}{body}{{{{/each}}}}{{{{/each}}}}");
        assert_eq!(render(&source, long.clone()).unwrap_err().code, Code::LimitExceeded, "{body}");
    }
    let big = json!({"a": vec![0; 10_000], "s": "y".repeat(500_000)});
    let e = render("{{#each a}}{{#if (eq ../s \"z\")}}{{/if}}{{/each}}", big).unwrap_err();
    assert_eq!(e.code, Code::LimitExceeded);
}

#[test]
fn s9_output_stops_at_its_limit() {
    let data =
        json!({"s": "x".repeat(1_000), "a": vec![0; 2_000], "list": vec!["y".repeat(900); 1_200]});
    for source in
        ["{{#each a}}{{@root.s}}{{/each}}", "{{list}} ", "{{#each a}}{{../list}}{{/each}}"]
    {
        let e = render(source, data.clone()).unwrap_err();
        assert_eq!(e.code, Code::LimitExceeded, "{source}");
    }
    let escaped = Template::parse("{{s}}!", Escape::Html).unwrap();
    let data = Context::new(json!({"s": "\"".repeat(RENDERED_BYTES / 2)}));
    assert_eq!(escaped.render_text(&data, &env()).unwrap_err().code, Code::LimitExceeded);
}

#[test]
fn s9_the_source_has_a_limit() {
    assert_eq!(fault(&"x".repeat(TEMPLATE_BYTES)), "accepted");
    assert_eq!(fault(&"x".repeat(TEMPLATE_BYTES + 1)), "template_too_long");
}

#[test]
fn s9_parsing_stays_fast_for_the_worst_that_fits() {
    for unit in [
        "{{a}}",
        "{{",
        "}}",
        "{{!",
        "{{!--",
        "\\{{",
        "{{#if a}}{{/if}}",
        "{{\"",
        "{{a [",
        "{{[",
        "{{a a=",
        "{{../",
    ] {
        let source = unit.repeat(TEMPLATE_BYTES / unit.len());
        let _ = fault(&source);
    }
}

#[test]
fn s8_filters_that_hurt_are_refused_in_paths() {
    for path in ["$..[?$..price]", "$[?match(@.name,'(a{1,1000}){1,1000}')]", "$..*..*..*..*"] {
        assert!(crate::Path::parse(path).is_err(), "{path}");
    }
}

proptest! {
    #[test]
    fn any_text_parses_or_is_refused(
        source in prop_oneof![
            hostile_text(),
            prop::collection::vec(prop::sample::select(vec![
                "{{", "}}", "{{{", "}}}", "#if ", "#each ", "/if", "else", "a", ".", "[", "]", "(", ")",
                "\"", "'", "\\", "~", "=", "|", "as ", "!", "--", ">", "*", "&", "^", " ", "\n", "@", "..",
                "/", "upper ", "default ", "1", "-", "{", "}", "true", "😀",
            ]), 0..40).prop_map(|p| p.concat()),
        ],
        data in value(),
    ) {
        for escape in [Escape::None, Escape::Html, Escape::Url, Escape::Xml] {
            if let Ok(t) = Template::parse(&source, escape) {
                let _ = t.render(&Context::new(data.clone()), &env());
            }
        }
    }

    #[test]
    fn r8_data_is_never_a_template(text in hostile_text()) {
        let data = json!({"a": text, "secret": "SECRET"});
        for source in ["{{a}}", "x{{a}}", "{{{a}}}!", "{{default a \"\"}}", "{{#if 1}}{{a}}{{/if}}"] {
            let got = render(source, data.clone()).unwrap();
            prop_assert!(got.contains(&text));
            prop_assert!(!got.contains("SECRET") || text.contains("SECRET"));
        }
    }
}
