use domain::Code;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::{env, hostile_text, value};

fn context() -> Context {
    Context::new(json!({
        "trigger": {"body": {
            "Name": " Анна ", "Phone": ["+7 916", "+7 495"], "sum": "12,5", "n": 5, "yes": true,
            "empty": "", "nothing": null, "html": "<b>\"A&B\"</b>", "items": [{"sku": "a"}, {"sku": "b"}],
        }},
        "steps": {"lead": {"output": {"id": 17}}},
    }))
}

fn render(source: &str) -> Value {
    Template::parse(source, Escape::None).unwrap().render(&context(), &env()).unwrap()
}

fn fault(source: &str) -> String {
    Template::parse(source, Escape::None).unwrap_err().message.en
}

#[test]
fn s9_a_lone_path_keeps_its_json_type() {
    assert_eq!(render("{{trigger.body.n}}"), json!(5));
    assert_eq!(render("{{ trigger.body.yes }}"), json!(true));
    assert_eq!(render("{{trigger.body.Phone}}"), json!(["+7 916", "+7 495"]));
    assert_eq!(render("{{trigger.body.nothing}}"), Value::Null);
    assert_eq!(render("{{{steps.lead.output}}}"), json!({"id": 17}));
    assert_eq!(render("{{trigger.body.n}} "), json!("5 "));
}

#[test]
fn r2_a_lone_typed_call_keeps_its_json_type_through_chains() {
    assert_eq!(render("{{number trigger.body.sum}}"), json!(12.5));
    assert_eq!(render("{{first trigger.body.items}}"), json!({"sku": "a"}));
    assert_eq!(render("{{first (split trigger.body.sum \",\")}}"), json!("12"));
    assert_eq!(render("{{default trigger.body.empty 7}}"), json!(7));
    assert_eq!(render("{{count trigger.body.items}}"), json!(2));
    assert_eq!(render("{{upper trigger.body.n}}"), json!("5"));
    assert_eq!(render("n={{count trigger.body.items}}"), json!("n=2"));
}

#[test]
fn s9_missing_data_renders_as_nothing() {
    assert_eq!(render("[{{trigger.body.none.deeper}}]"), json!("[]"));
    assert_eq!(render("{{trigger.body.none}}"), Value::Null);
    assert_eq!(render("{{#each trigger.body.none}}x{{else}}no{{/each}}"), json!("no"));
    assert_eq!(render("{{upper trigger.body.none}}"), json!(""));
}

#[test]
fn s9_lists_and_objects_inside_text_are_json() {
    assert_eq!(render("> {{trigger.body.items}}"), json!("> [{\"sku\":\"a\"},{\"sku\":\"b\"}]"));
}

#[test]
fn s9_html_fields_escape_data_and_raw_is_known() {
    let html = |source: &str| Template::parse(source, Escape::Html).unwrap();
    let text = |t: Template| t.render(&context(), &env()).unwrap();
    let escaped = "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;";
    assert_eq!(text(html("<i>{{trigger.body.html}}</i>")), json!(format!("<i>{escaped}</i>")));
    assert_eq!(text(html("{{trigger.body.html}}")), json!(escaped));
    assert_eq!(text(html("{{default trigger.body.html \"-\"}}")), json!(escaped));
    assert_eq!(text(html("{{{trigger.body.html}}}")), json!("<b>\"A&B\"</b>"));
    assert_eq!(html("{{{a}}}").render_text(&Context::new(json!({"a": "<"})), &env()).unwrap(), "<");
    assert_eq!(text(html("{{trigger.body.n}}")), json!(5));
    assert!(html("{{#if a}}{{{b}}}{{/if}}").has_raw() && html("{{{a}}}").has_raw());
    assert!(!html("{{a}}{{b}}").has_raw());
}

#[test]
fn text_without_tags_is_a_constant() {
    let t = Template::parse("Заявка {не тег} \\{{и это}}", Escape::Html).unwrap();
    assert_eq!(t.constant(), Some(&json!("Заявка {не тег} {{и это}}")));
    assert_eq!(t.references(), []);
    // R10: a dollar that is no path.
    assert_eq!(render("{{'$'}}.result"), json!("$.result"));
}

#[test]
fn s4_a_key_is_nothing_when_any_path_is_missing_null_or_empty() {
    let key = |source: &str| {
        Template::parse(source, Escape::None).unwrap().key(&context(), &env()).unwrap()
    };
    assert_eq!(key("{{trigger.body.n}}"), Some("5".into()));
    assert_eq!(key("{{trigger.body.n}}-{{lower (trim trigger.body.Name)}}"), Some("5-анна".into()));
    for lacking in ["none", "nothing", "empty"] {
        assert_eq!(key(&format!("{{{{trigger.body.{lacking}}}}}")), None);
        assert_eq!(key(&format!("{{{{trigger.body.n}}}}-{{{{trigger.body.{lacking}}}}}")), None);
        assert_eq!(key(&format!("{{{{default trigger.body.{lacking} trigger.body.n}}}}")), None);
    }
    assert_eq!(key(""), None);
}

#[test]
fn references_are_the_paths_below_the_context() {
    let t = Template::parse(
        "{{trigger.body.a}}{{trigger.body.a}}{{#if steps.lead.output}}{{upper vars.x}}{{/if}}\
         {{#each trigger.body.items as |it|}}{{sku}}{{it.b}}{{../trigger.body.c}}{{@root.flow.id}}{{trigger.x}}{{@index}}{{/each}}",
        Escape::None,
    )
    .unwrap();
    let paths: Vec<String> = t.references().iter().map(Used::path).collect();
    assert_eq!(
        paths,
        [
            "$.trigger.body.a",
            "$.steps.lead.output",
            "$.vars.x",
            "$.trigger.body.items",
            "$.trigger.body.c",
            "$.flow.id"
        ]
    );
    assert_eq!(t.references()[1].step(), Some("lead"));
    let below: Vec<&str> = t.names_below_items().iter().map(|n| &**n).collect();
    assert_eq!(below, ["sku", "trigger"]);
}

#[test]
fn faults_say_where_and_what_was_meant() {
    assert_eq!(
        fault("Имя: {{uper trigger.body.Name}}"),
        "template, line 1, character 8: there is no function \"uper\"; did you mean \"upper\"?"
    );
    assert_eq!(fault("a\n{{#if x}}b"), "template, line 2, character 1: \"#if\" is not closed");
    for (source, part) in [
        ("{{#if x}}{{/each}}", "\"/each\" stands where \"/if\" is expected"),
        ("{{/if}}", "\"/if\" closes nothing"),
        ("{{else}}", "\"else\" stands in no block"),
        ("{{#list x}}{{/list}}", "there is no block \"list\""),
        ("{{#if a b}}{{/if}}", "takes one value; compare with (eq a b)"),
        ("{{a b}}", "there is no function \"a\""),
        ("{{upper a b c}}", "takes at most"),
        ("{{truncate a}}", "is required"),
        ("{{truncate a \"x\"}}", "expected a whole number"),
        ("{{regex_replace a pattern=\"(\" with=\"\"}}", "not a regular expression"),
        ("{{upper a sise=3}}", "no parameter \"sise\""),
        ("{{a", "expected \"}}\""),
        ("{{}}", "expected a path"),
        ("{{'a}}", "no closing quote"),
        ("{{#each}}{{/each}}", "\"each\" takes one value"),
        ("{{! a", "the comment has no end"),
    ] {
        let message = fault(source);
        assert!(message.contains(part), "{source}: {message}");
    }
}

#[test]
fn an_error_of_a_function_names_the_path() {
    let t = Template::parse("{{number trigger.body.Name}}", Escape::None).unwrap();
    let e = t.render(&context(), &env()).unwrap_err();
    assert_eq!((e.code, e.path.as_str()), (Code::MappingFailed, "$.trigger.body.Name"));
}

#[test]
fn s2_now_and_uuid_come_from_the_environment() {
    assert_eq!(render("{{uuid}}"), json!(uuid::Uuid::from_u128(7).to_string()));
    assert_eq!(render("{{now}}"), render("{{(now)}}"));
    let one = Template::parse("{{now}}/{{uuid}}", Escape::None).unwrap();
    assert_eq!(one.render(&context(), &env()).unwrap(), one.render(&context(), &env()).unwrap());
}

#[test]
fn blocks_choose_loop_and_enter() {
    let items = "{{#each trigger.body.items as |it i|}}{{i}}:{{it.sku}}{{#unless @last}}, {{/unless}}{{/each}}";
    assert_eq!(render(items), json!("0:a, 1:b"));
    assert_eq!(render("{{#if (gt trigger.body.n 3)}}много{{else}}мало{{/if}}"), json!("много"));
    assert_eq!(render("{{#eq trigger.body.n 5}}да{{else}}нет{{/eq}}"), json!("да"));
    assert_eq!(render("{{#with steps.lead.output}}№{{id}}{{/with}}"), json!("№17"));
    assert_eq!(
        render("{{#each (split trigger.body.sum \",\")}}[{{this}}]{{/each}}"),
        json!("[12][5]")
    );
    assert_eq!(render("{{lookup (first trigger.body.items) \"sku\"}}"), json!("a"));
    assert_eq!(render("{{map trigger.body.n table={\"5\": \"пять\"}}}"), json!("пять"));
}

/// What an XML parser makes of the text of one element.
fn read_xml(xml: &str) -> String {
    let inner = xml.strip_prefix("<a>").and_then(|x| x.strip_suffix("</a>")).unwrap();
    assert!(!inner.contains(['<', '>', '"', '\'']));
    let mut out = String::new();
    let mut parts = inner.split('&');
    out.push_str(parts.next().unwrap());
    for part in parts {
        let (entity, text) = part.split_once(';').unwrap();
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            number => char::from_u32(number.strip_prefix('#').unwrap().parse().unwrap()).unwrap(),
        });
        out.push_str(text);
    }
    out
}

proptest! {
    #[test]
    fn data_arrives_in_text_as_it_is(text in hostile_text()) {
        let context = Context::new(json!({"a": text.clone()}));
        let t = Template::parse("<{{a}}>", Escape::None).unwrap();
        prop_assert_eq!(t.render_text(&context, &env()).unwrap(), format!("<{text}>"));
    }

    #[test]
    fn data_arrives_in_xml_as_it_is_or_is_refused(text in hostile_text()) {
        let context = Context::new(json!({"a": text.clone()}));
        let t = Template::parse("<a>{{a}}</a>", Escape::Xml).unwrap();
        let illegal = text.contains(|c: char| c.is_control() && c < ' ' && !"\t\r\n".contains(c));
        match t.render_text(&context, &env()) {
            Ok(xml) => prop_assert_eq!(read_xml(&xml), text),
            Err(_) => prop_assert!(illegal),
        }
    }

    #[test]
    fn s9_a_lone_path_gives_any_value_unchanged(v in value()) {
        let context = Context::new(json!({"a": {"b": v.clone()}}));
        let t = Template::parse("{{a.b}}", Escape::None).unwrap();
        prop_assert_eq!(t.render(&context, &env()).unwrap(), v);
    }
}
