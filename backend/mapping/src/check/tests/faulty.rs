//! Flows with faults: the exact messages and their places.

use super::*;

const NOTHING: [&str; 0] = [];

fn set(id: &str, path: &str) -> Value {
    json!({"id": id, "set": {format!("v_{id}"): {"path": path}}})
}

/// What is said of a lead with this title.
fn titled(title: Value) -> Vec<String> {
    said(&flow(json!([lead(json!({"title": title}))])))
}

#[test]
fn connectors_versions_events_and_actions_exist() {
    let doc = flow(json!([]));
    let trigger = |c: &str| said(&with(doc.clone(), "/trigger/connector", json!(c)));
    assert_eq!(
        trigger("tlida@1.0.0"),
        [r#"trigger.connector: unknown connector "tlida", did you mean "tilda"?"#]
    );
    assert_eq!(
        trigger("tilda"),
        ["trigger.connector: the version is missing, the newest is tilda@1.1.0"]
    );
    assert_eq!(
        trigger("tilda@2.0.0"),
        [r#"trigger.connector: version 2.0.0 of "tilda" is not installed, the newest is 1.1.0"#]
    );
    assert_eq!(
        said(&with(doc, "/trigger/event", json!("form_submited"))),
        [r#"trigger.event: "tilda" has no event "form_submited", did you mean "form_submitted"?"#]
    );
    let step = |action: &str| said(&flow(json!([{"id": "x", "action": action}])));
    assert_eq!(
        step("bitrix24.create_deal@1.0.0"),
        [r#"steps[0].action: "bitrix24" has no action "create_deal", did you mean "create_lead"?"#]
    );
    assert_eq!(
        step("telegram.call"),
        [
            "steps[0].action: the version is missing, the newest is telegram.call@1.0.0",
            r#"steps[0].action: "telegram" has no action "call"; here are known: send_message"#
        ]
    );
}

#[test]
fn a_missing_connection_has_its_own_code() {
    let doc = flow(json!([
        {"id": "lead", "action": "bitrix24.create_lead@1.0.0", "input": {"title": {"literal": "x"}}}
    ]));
    let p = &problems(&doc)[0];
    assert_eq!(p.code, "connection_missing");
    assert_eq!(p.to_string(), r#"steps[0].connection: choose a connection to "bitrix24""#);
}

#[test]
fn fields_are_known_and_required_ones_given() {
    assert_eq!(
        said(&flow(json!([lead(json!({"tilte": {"literal": "x"}}))]))),
        [
            r#"steps[0].input.tilte: unknown field "tilte", did you mean "title"?"#,
            r#"steps[0].input.title: the field "title" is required"#
        ]
    );
    assert_eq!(
        titled(json!({"literal": ""})),
        [r#"steps[0].input.title: the field "title" is required"#]
    );
    assert_eq!(titled(json!({"literal": "", "default": "x"})), NOTHING);
    let utm = json!({"title": {"literal": "x"}, "utm": {"object": {"campain": {"literal": "y"}}}});
    assert_eq!(
        said(&flow(json!([lead(utm)]))),
        [
            r#"steps[0].input.utm.object.campain: unknown field "campain", did you mean "campaign"?"#,
            r#"steps[0].input.utm.object.medium: the field "medium" is required"#
        ]
    );
    let products = json!({"title": {"literal": "x"}, "products": {"list": [
        {"object": {"price": {"literal": "cheap"}}}
    ]}});
    assert_eq!(
        said(&flow(json!([lead(products)]))),
        [
            r#"steps[0].input.products.list[0].object.price.literal: expected a number, got text "cheap""#,
            r#"steps[0].input.products.list[0].object.sku: the field "sku" is required"#
        ]
    );
}

#[test]
fn literals_fit_their_field() {
    let lead = |key: &str, v: Value| {
        said(&flow(json!([lead(json!({"title": {"literal": "x"}, key: v}))])))
    };
    assert_eq!(
        lead("source", json!({"literal": "WEBB"})),
        [r#"steps[0].input.source.literal: "WEBB" is not one of: WEB, CALL"#]
    );
    assert_eq!(
        lead("source", json!({"path": "$.trigger.body.s", "default": "SITE"})),
        [r#"steps[0].input.source.default: "SITE" is not one of: WEB, CALL"#]
    );
    assert_eq!(
        lead("sum", json!({"literal": {"a": 1}})),
        ["steps[0].input.sum.literal: expected a number, got object"]
    );
    assert_eq!(lead("sum", json!({"literal": "1 500,50"})), NOTHING);
    assert_eq!(
        lead("sum", json!({"template": "many"})),
        [r#"steps[0].input.sum.template: expected a number, got text "many""#]
    );
    assert_eq!(
        lead("pipeline", json!({"literal": 1.5})),
        [r#"steps[0].input.pipeline.literal: expected a whole number, got number "1.5""#]
    );
    assert_eq!(
        lead("title", json!({"literal": "x".repeat(61)})),
        ["steps[0].input.title.literal: expected at most 60 characters, got 61"]
    );
    assert_eq!(
        lead("products", json!({"literal": [{"sku": "a", "prise": 1}, {"price": 2}]})),
        [
            r#"steps[0].input.products.literal[0].prise: unknown field "prise", did you mean "price"?"#,
            "steps[0].input.products.literal[1].sku: the field is required and has no value"
        ]
    );
    let send = json!({"id": "x", "action": "telegram.send_message@1.0.0", "connection": "c",
        "input": {"chat_id": {"literal": "sales"}, "text": {"literal": "hi"}}});
    assert_eq!(
        said(&flow(json!([send]))),
        [r#"steps[0].input.chat_id.literal: "sales" does not match ^(@|-?[0-9])"#]
    );
    assert_eq!(
        lead("pipeline", json!({"path": "$.trigger.body.p"})),
        ["steps[0].input.pipeline: this field is fixed when the flow is built: \
          write {literal: ...}"]
    );
}

#[test]
fn s3_secret_fields_take_only_a_secret_and_other_fields_never_do() {
    let apikey = |v: Value| said(&with(flow(json!([])), "/trigger/input", json!({"apikey": v})));
    assert_eq!(apikey(json!({"secret": "apikey"})), NOTHING);
    assert_eq!(
        apikey(json!({"literal": "s3cr3t"})),
        ["trigger.input.apikey: this field takes only a secret: write {secret: name}"]
    );
    assert_eq!(
        apikey(json!({"secret": "apikey", "transforms": [{"fn": "trim"}]})),
        ["trigger.input.apikey: a secret takes no transforms and no default"]
    );
    assert_eq!(
        titled(json!({"secret": "apikey"})),
        ["steps[0].input.title: a secret may stand only in a field that is declared secret"]
    );
    let secret = json!({"left": {"secret": "k"}, "op": "exists"});
    assert_eq!(problems(&with(flow(json!([])), "/trigger/only_if", secret))[0].code, "secret_here");
    let hidden = json!({"id": "a", "set": {"x": {"object": {"y": {"list": [{"secret": "k"}]}}}}});
    assert_eq!(
        said(&flow(json!([hidden]))),
        ["steps[0].set.x.object.y.list[0]: \
          a secret may stand only in a field that is declared secret"]
    );
}

#[test]
fn s3_credentials_in_clear_warn() {
    let request = |headers: Value| {
        flow(json!([{"id": "call", "action": "http.request@1.0.0", "input": {
            "url": {"literal": "https://example.com"}, "headers": headers,
        }}]))
    };
    let doc = request(json!({"object": {
        "Authorization": {"template": "Bearer abc"},
        "X-Request": {"literal": "1"},
    }}));
    let found = problems(&doc);
    assert_eq!(
        found[0].to_string(),
        "steps[0].input.headers.object.Authorization: \"Authorization\" stands here in clear: \
         move it to a connection, which keeps it sealed"
    );
    assert!(!found[0].is_error() && found.len() == 1);
    assert_eq!(
        problems(&request(json!({"literal": {"x-api-key": "k"}})))[0].code,
        "literal_credentials"
    );
}

#[test]
fn s8_a_list_into_a_text_field_offers_first_or_join() {
    let all = "$.trigger.body.items[*].name";
    assert_eq!(
        titled(json!({"path": all})),
        ["steps[0].input.title: this always gives a list, but text is needed: add first or join"]
    );
    assert_eq!(
        titled(json!({"path": all, "transforms": [{"fn": "trim"}]})),
        [
            r#"steps[0].input.title.transforms[0]: "trim" takes one value, but here is always a list: put first or join before it"#
        ]
    );
    for good in [json!({"fn": "first"}), json!({"fn": "join"}), json!({"fn": "count"})] {
        assert_eq!(titled(json!({"path": all, "transforms": [good]})), NOTHING);
    }
    assert_eq!(titled(json!({"path": "$.trigger.body.items[0].name"})), NOTHING);
    assert_eq!(
        titled(json!({"object": {"a": {"literal": 1}}})),
        ["steps[0].input.title: expected text, got a map"]
    );
}

#[test]
fn paths_templates_and_transforms_compile() {
    let code = |title: Value| {
        let found = problems(&flow(json!([lead(json!({"title": title}))])));
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].code, found[0].place.clone())
    };
    assert_eq!(
        code(json!({"path": "trigger.body"})),
        ("path_syntax", "steps[0].input.title.path".into())
    );
    assert_eq!(
        code(json!({"template": "{{#if trigger.body.x}}open"})),
        ("template_syntax", "steps[0].input.title.template".into())
    );
    assert_eq!(
        titled(json!({"path": "$.trigger.body.x", "transforms": [{"fn": "trim"}, {"fn": "uper"}]})),
        [r#"steps[0].input.title.transforms[1]: unknown transform "uper", did you mean "upper"?"#]
    );
    assert_eq!(
        code(
            json!({"path": "$.trigger.body.x", "transforms": [{"fn": "phone_e164", "land": "RU"}]})
        ),
        ("function_arguments", "steps[0].input.title.transforms[0]".into())
    );
    let filter = json!([{"id": "f", "filter": {"any": [
        {"left": {"path": "$.trigger.body.x"}, "op": "matches", "right": {"literal": "(a"}},
    ]}}]);
    assert_eq!(problems(&flow(filter))[0].place, "steps[0].filter.any[0].right.literal");
}

#[test]
fn paths_start_at_what_is_known_there() {
    assert_eq!(
        titled(json!({"path": "$.triger.body"})),
        [r#"steps[0].input.title.path: "triger" is not known here, did you mean "trigger"?"#]
    );
    assert_eq!(
        titled(json!({"template": "{{trigger.boddy.x}}"})),
        [r#"steps[0].input.title.template: "trigger" has no "boddy", did you mean "body"?"#]
    );
    assert_eq!(
        titled(json!({"path": "$..Phone", "transforms": [{"fn": "first"}]})),
        ["steps[0].input.title.path: a path starts with one of \
          trigger, steps, vars, flow, run, connection"]
    );
    assert_eq!(
        titled(json!({"template": "{{item.name}}"})),
        [r#"steps[0].input.title.template: "item" exists only inside for_each"#]
    );
    let doc = with(flow(json!([])), "/trigger/order_by", json!("{{run.id}}"));
    assert_eq!(
        said(&doc),
        [r#"trigger.order_by: "run" is not known here; here are known: trigger, flow"#]
    );
    let each = "{{#each trigger.body.items}}{{name}} {{trigger.body.Name}}{{/each}}";
    assert_eq!(
        titled(json!({"template": each})),
        ["steps[0].input.title.template: inside each or with, \"trigger\" is looked for in the \
          item: write @root.trigger"]
    );
}

#[test]
fn steps_are_read_only_after_they_ran() {
    let two = |first: Value, path: &str| said(&flow(json!([first, set("b", path)])));
    assert_eq!(two(set("lead", "$.trigger.body"), "$.steps.lead.output"), NOTHING);
    assert_eq!(
        two(set("lead", "$.trigger.body"), "$.steps.led.output"),
        [r#"steps[1].set.v_b.path: unknown step "led", did you mean "lead"?"#]
    );
    assert_eq!(
        two(set("lead", "$.steps.b.output"), "$.trigger.body"),
        [r#"steps[0].set.v_lead.path: step "b" runs after this one"#]
    );
    assert_eq!(
        two(set("lead", "$.steps.lead.output"), "$.trigger.body"),
        [r#"steps[0].set.v_lead.path: step "lead" is this step itself"#]
    );
    assert_eq!(
        two(set("lead", "$.trigger.body"), "$.steps.lead.outptu"),
        [r#"steps[1].set.v_b.path: "steps.lead" has no "outptu", did you mean "output"?"#]
    );
    assert_eq!(
        two(set("lead", "$.trigger.body"), "$.steps[*].output"),
        ["steps[1].set.v_b.path: name the step, such as steps.lead.output"]
    );
}

#[test]
fn s10_steps_inside_loops_and_branches_are_not_seen_outside() {
    let each = json!({"id": "each", "for_each": {"path": "$.trigger.body.p"}, "steps": [
        set("one", "$.item.x"), set("two", "$.steps.one.output"),
    ]});
    let after = |path: &str| said(&flow(json!([each, set("b", path)])));
    assert_eq!(after("$.steps.each.output"), NOTHING);
    assert_eq!(
        after("$.steps.one.output"),
        [
            "steps[1].set.v_b.path: step \"one\" stands inside the loop \"each\" and is not seen here; \
          steps.each.output is the list of its results"
        ]
    );
    assert_eq!(after("$.item.x"), [r#"steps[1].set.v_b.path: "item" exists only inside for_each"#]);
    assert_eq!(
        after("$.vars.v_one"),
        [r#"steps[1].set.v_b.path: the variable "v_one" is not set before this"#]
    );
    let when = json!({"left": {"path": "$.trigger.body.x"}, "op": "exists"});
    let arms = |path: &str| {
        said(&flow(json!([
            {"id": "big", "branch": [
                {"when": when, "steps": [set("one", "$.trigger.body")]},
                {"steps": [set("two", path)]},
            ]},
            set("three", "$.vars.v_one"),
        ])))
    };
    assert_eq!(arms("$.trigger.body"), NOTHING);
    assert_eq!(
        arms("$.steps.one.output"),
        [
            r#"steps[0].branch[1].steps[0].set.v_two.path: step "one" stands in another arm of "big""#
        ]
    );
    assert_eq!(
        arms("$.steps.big.output"),
        ["steps[0].branch[1].steps[0].set.v_two.path: \
          step \"big\" holds this one and has no result yet"]
    );
}

#[test]
fn a_loop_runs_over_a_list() {
    let each = |list: Value| said(&flow(json!([{"id": "each", "for_each": list, "steps": []}])));
    assert_eq!(each(json!({"path": "$.trigger.body.p"})), NOTHING);
    assert_eq!(
        each(json!({"object": {"a": {"literal": 1}}})),
        ["steps[0].for_each: expected a list, got a map"]
    );
}

#[test]
fn variables_are_set_before_they_are_read() {
    let doc = flow(json!([
        {"id": "a", "set": {"total": {"literal": 1}, "twice": {"path": "$.vars.total"}}},
        {"id": "b", "set": {"x": {"template": "{{vars.totl}}"}}},
    ]));
    assert_eq!(
        said(&doc),
        [
            r#"steps[0].set.twice.path: the variable "total" is not set before this"#,
            r#"steps[1].set.x.template: the variable "totl" is not set before this, did you mean "total"?"#
        ]
    );
}

#[test]
fn steps_that_are_switched_off_are_checked_and_reading_them_warns() {
    let mut off = set("lead", "$.trigger.boddy");
    off["disabled"] = json!(true);
    let doc = flow(json!([off, set("b", "$.steps.lead.output"), set("c", "$.vars.v_lead")]));
    let found = problems(&doc);
    assert_eq!(found[0].code, "unknown_part");
    assert_eq!(
        found[1].to_string(),
        r#"steps[1].set.v_b.path: step "lead" is switched off, so this is empty"#
    );
    assert_eq!(
        found[2].to_string(),
        "steps[2].set.v_c.path: the variable \"v_lead\" is set only by steps that are switched off"
    );
    assert!(found[0].is_error() && !found[1].is_error() && !found[2].is_error());
}

#[test]
fn s10_delay_and_respond_do_not_stand_in_a_loop_of_several_items() {
    let each = |concurrency: u32| {
        let mut doc = flow(json!([{
            "id": "each", "for_each": {"path": "$.trigger.body.p"}, "concurrency": concurrency,
            "steps": [
                {"id": "wait", "delay": {"for": "1m"}},
                {"id": "say", "respond": {"text": {"path": "$.item.x"}}},
            ],
        }]));
        doc["trigger"]["respond"] = json!({"mode": "after_run", "otherwise": {"status": 200}});
        said(&doc)
    };
    assert_eq!(each(1), NOTHING);
    assert_eq!(
        each(2),
        [
            "steps[0].steps[0].delay: delay cannot stand in the loop \"each\", \
             which runs several items at once",
            "steps[0].steps[1].respond: respond cannot stand in the loop \"each\", \
             which runs several items at once"
        ]
    );
}

#[test]
fn s11_the_answer_of_a_run_needs_a_sender_and_an_otherwise() {
    let doc = flow(json!([]));
    assert_eq!(
        said(&with(doc.clone(), "/trigger/respond", json!({"mode": "after_run"}))),
        ["trigger.respond.otherwise: \
          say what is answered when the run fails or takes too long: otherwise"]
    );
    let say = json!([{"id": "say", "respond": {"status": 204}}]);
    let unused = &problems(&with(doc, "/steps", say.clone()))[0];
    assert_eq!((unused.code, unused.is_error()), ("respond_unused", false));
    let mut timer = flow(say);
    timer["trigger"] = json!({
        "connector": "schedule@1.0.0", "event": "cron", "input": {"cron": {"literal": "0 9 * * *"}},
        "respond": {"mode": "now"},
    });
    assert_eq!(
        said(&timer),
        [
            "trigger.respond: this trigger has no sender to answer",
            "steps[0].respond: this trigger has no sender to answer"
        ]
    );
}

#[test]
fn s4_a_key_that_is_the_same_for_every_event_is_refused() {
    let dedupe = |key: &str| said(&with(flow(json!([])), "/trigger/dedupe", json!({"key": key})));
    assert_eq!(
        dedupe("lead"),
        ["trigger.dedupe.key: this key is the same for every event: \
          take it from the data, such as {{trigger.body.id}}"]
    );
    assert_eq!(dedupe("{{trigger.body.id}}-{{trigger.body.sum}}"), NOTHING);
    assert_eq!(said(&with(flow(json!([])), "/trigger/dedupe", json!("none"))), NOTHING);
}

#[test]
fn s11_what_is_answered_after_the_run_sees_its_steps_and_otherwise_does_not() {
    let respond = |path: &str, otherwise: &str| {
        let doc = flow(json!([set("a", "$.trigger.body")]));
        let respond = json!({"mode": "after_run", "text": {"path": path},
            "otherwise": {"text": {"path": otherwise}}});
        said(&with(doc, "/trigger/respond", respond))
    };
    assert_eq!(respond("$.steps.a.output", "$.trigger.body.x"), NOTHING);
    assert_eq!(
        respond("$.vars.v_a", "$.steps.a.output"),
        [
            r#"trigger.respond.otherwise.text.path: "steps" is not known here; here are known: trigger, flow"#
        ]
    );
}

#[test]
fn s1_check_is_for_actions_that_can_check() {
    let step = json!({"id": "x", "action": "telegram.send_message@1.0.0", "connection": "c",
        "on_unknown": "check",
        "input": {"chat_id": {"literal": "1"}, "text": {"literal": "hi"}}});
    assert_eq!(
        said(&flow(json!([step]))),
        ["steps[0].on_unknown: this action cannot check whether it worked, choose retry or park"]
    );
}

#[test]
fn the_time_zone_exists() {
    let doc = with(flow(json!([])), "/settings", json!({"timezone": "Europe/Moskow"}));
    assert_eq!(
        said(&doc),
        [r#"settings.timezone: unknown time zone "Europe/Moskow", did you mean "Europe/Moscow"?"#]
    );
}

#[test]
fn s9_raw_data_in_html_warns() {
    let letter = |html: &str| {
        flow(json!([{"id": "mail", "action": "email.send@1.0.0", "input": {
            "to": {"path": "$.trigger.body.Email"}, "html": {"template": html},
        }}]))
    };
    assert_eq!(said(&letter("<b>{{trigger.body.Name}}</b>")), NOTHING);
    let raw = &problems(&letter("<b>{{{trigger.body.Name}}}</b>"))[0];
    assert_eq!((raw.code, raw.is_error()), ("raw_html", false));
    assert_eq!(raw.place, "steps[0].input.html.template");
}
