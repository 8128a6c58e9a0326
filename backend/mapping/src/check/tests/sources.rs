//! Triggers with faults that are not webhooks: the exact messages and their places.

use super::*;

/// What is said of a flow with this trigger.
fn of(connector: &str, event: &str, input: Value) -> Vec<String> {
    let trigger = json!({"connector": connector, "event": event, "input": input});
    said(&with(flow(json!([])), "/trigger", trigger))
}

fn cron(input: Value) -> Vec<String> {
    of("schedule@1.0.0", "cron", input)
}

fn every(input: Value) -> Vec<String> {
    of("schedule@1.0.0", "every", input)
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_schedule_has_five_fields_of_which_each_is_named() {
    let five = "expected five fields (minute, hour, day of month, month, day of week)";
    assert_eq!(cron(json!({"cron": {"literal": "0 9 * * 1-5"}})), NOTHING);
    assert_eq!(
        cron(json!({"cron": {"literal": "9:00"}})),
        [format!(r#"trigger.input.cron: {five}, got "9:00""#)]
    );
    assert_eq!(
        cron(json!({"cron": {"literal": "0 0 9 * * *"}})),
        [format!(r#"trigger.input.cron: {five}, got "0 0 9 * * *"; seconds are not supported"#)]
    );
    assert_eq!(
        cron(json!({"cron": {"literal": "0 25 * * *"}})),
        [r#"trigger.input.cron: the field "hour" takes 0-23, lists, ranges and steps, got "25""#]
    );
    assert_eq!(
        cron(json!({"cron": {"literal": "0 9 31 2 *"}})),
        [r#"trigger.input.cron: "0 9 31 2 *" is never due"#]
    );
    assert_eq!(cron(json!({})), [r#"trigger.input.cron: the field "cron" is required"#]);
    assert_eq!(
        cron(json!({"cron": {"template": "{{trigger.body.when}}"}})).first().unwrap(),
        "trigger.input.cron: this field is fixed when the flow is built: write {literal: ...}"
    );
}

#[test]
fn the_zone_of_a_schedule_is_known() {
    let at =
        |zone: &str| cron(json!({"cron": {"literal": "0 9 * * *"}, "timezone": {"literal": zone}}));
    assert_eq!(at("Asia/Yekaterinburg"), NOTHING);
    assert_eq!(
        at("Europe/Moskow"),
        [
            r#"trigger.input.timezone: unknown time zone "Europe/Moskow", did you mean "Europe/Moscow"?"#
        ]
    );
    assert_eq!(at("+03:00"), [r#"trigger.input.timezone: unknown time zone "+03:00""#]);
}

#[test]
fn a_period_is_a_minute_at_least() {
    assert_eq!(every(json!({"every": {"literal": "90m"}})), NOTHING);
    assert_eq!(
        every(json!({"every": {"literal": "30s"}})),
        ["trigger.input.every: 30s is not between 1m and 366d"]
    );
    assert_eq!(
        every(json!({"every": {"literal": "hourly"}})),
        [r#"trigger.input.every: expected a length of time such as 5m, 2h or 7d, got "hourly""#]
    );
    assert_eq!(
        every(json!({"every": {"literal": "1h"}, "anchor": {"literal": "noon"}})),
        [r#"trigger.input.anchor: expected a moment such as 2026-01-31T09:00, got "noon""#]
    );
}

#[test]
fn a_poll_is_not_more_frequent_than_its_connector_allows() {
    let of_poll =
        |every: &str| of("bitrix24@1.0.0", "updated_lead", json!({"every": {"literal": every}}));
    assert_eq!(of_poll("15m"), NOTHING);
    assert_eq!(of_poll("1m"), ["trigger.input.every: 1m is not between 5m and 7d"]);
    assert_eq!(
        of_poll("often"),
        [r#"trigger.input.every: expected a length of time such as 5m, 2h or 7d, got "often""#]
    );
}

#[test]
fn a_manual_start_has_each_field_once_and_no_sender_to_answer() {
    let of_fields =
        |fields: Value| of("manual@1.0.0", "start", json!({"fields": {"literal": fields}}));
    assert_eq!(of_fields(json!([{"key": "a"}, {"key": "b", "type": "phone"}])), NOTHING);
    assert_eq!(
        of_fields(json!([{"key": "a"}, {"key": "a"}])),
        [r#"trigger.input.fields.literal[1].key: the field "a" is there twice"#]
    );
    assert_eq!(
        of_fields(json!([{"key": "a", "type": "fone"}])),
        [r#"trigger.input.fields.literal[0].type: "fone" is not one of: string, phone"#]
    );
    let trigger =
        json!({"connector": "manual@1.0.0", "event": "start", "respond": {"mode": "now"}});
    assert_eq!(
        said(&with(flow(json!([])), "/trigger", trigger)),
        ["trigger.respond: this trigger has no sender to answer"]
    );
}
