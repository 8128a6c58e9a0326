//! Arbitrary flows within the limits, for property tests.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{
    Action, Alerts, Arm, Condition, ConnectorRef, Dedupe, Delay, Fields, Flow, ForEach, Mapping,
    Newest, OnError, OnPark, OnUnknown, Op, OrderBy, Reply, ReplyBody, RespondMode, Settings,
    Source, Step, StepKind, Test, Transform, Trigger, TriggerRespond,
};
use crate::retry::{Policy, Preset};
use crate::{Span, limits};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Zа-я]{1,8}", "\\PC{1,12}".prop_filter("blank", |s| !s.trim().is_empty())]
}

/// Names of fields: also the words of the format, dots and quotes.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => text(),
        1 => prop::sample::select(vec!["literal", "path", "object", "default", "fn", "a.b", "[0]"])
            .prop_map(str::to_owned),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        Just(Span::ZERO),
        (1i64..300_000_000).prop_map(Span::from_micros),
        (1i64..300).prop_map(Span::secs),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        // Quarters are read back from text to the last bit.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        text().prop_map(Value::from),
        Just(Value::from("")),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(name(), inner, 0..3)
                .prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn transforms() -> impl Strategy<Value = Vec<Transform>> {
    let one = ("[a-z_]{1,8}", btree_map("[a-eg-z]{1,5}", value(), 0..3))
        .prop_map(|(f, a)| Transform { function: f, args: a.into_iter().collect() });
    vec(one, 0..3)
}

fn dressed(source: impl Strategy<Value = Source>) -> impl Strategy<Value = Mapping> {
    (source, transforms(), of(value())).prop_map(|(source, transforms, default)| Mapping {
        source,
        transforms,
        default,
    })
}

fn mapping() -> impl Strategy<Value = Mapping> {
    let leaf = prop_oneof![
        value().prop_map(Source::Literal),
        text().prop_map(Source::Path),
        "\\PC{0,12}".prop_map(Source::Template),
        "[a-zA-Z0-9_-]{1,8}".prop_map(Source::Secret),
    ];
    dressed(leaf).prop_recursive(2, 6, 3, |inner| {
        let source = prop_oneof![
            btree_map(name(), inner.clone(), 0..3)
                .prop_map(|m| Source::Object(m.into_iter().collect())),
            vec(inner, 0..3).prop_map(Source::List),
        ];
        dressed(source)
    })
}

fn fields() -> impl Strategy<Value = Fields> {
    btree_map(name(), mapping(), 0..3).prop_map(|m| m.into_iter().collect())
}

fn test() -> impl Strategy<Value = Test> {
    (mapping(), prop::sample::select(Op::ALL), text(), any::<bool>()).prop_map(
        |(left, op, right, exact)| Test {
            left,
            op,
            right: op.takes_right().then(|| Mapping::of(Source::Path(right))),
            exact,
        },
    )
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = test().prop_map(|t| Condition::Test(Box::new(t)));
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Condition::All),
            vec(inner.clone(), 1..3).prop_map(Condition::Any),
            inner.prop_map(|c| Condition::Not(Box::new(c))),
        ]
    })
}

fn reply() -> impl Strategy<Value = Reply> {
    let body = prop_oneof![
        Just(ReplyBody::Empty),
        mapping().prop_map(ReplyBody::Text),
        mapping().prop_map(ReplyBody::Xml),
        mapping().prop_map(ReplyBody::Json),
        fields().prop_map(|f| ReplyBody::Json(Mapping::of(Source::Object(f)))),
    ];
    (of(200u16..=599), fields(), body).prop_map(|(status, headers, body)| Reply {
        status,
        headers,
        body,
    })
}

fn respond() -> impl Strategy<Value = TriggerRespond> {
    let within = of((0i64..=25).prop_map(Span::secs));
    let mode = prop_oneof![
        Just(RespondMode::Now),
        (within, of(reply()))
            .prop_map(|(within, otherwise)| RespondMode::AfterRun { within, otherwise }),
    ];
    (mode, of(reply())).prop_map(|(mode, reply)| TriggerRespond { mode, reply })
}

fn connector() -> impl Strategy<Value = ConnectorRef> {
    ("[a-z][a-z0-9_-]{1,8}", "[0-9]{1,2}\\.[0-9]\\.[0-9](-rc\\.[0-9])?|")
        .prop_map(|(name, version)| ConnectorRef { name, version })
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let dedupe = ("\\PC{0,8}", span()).prop_map(|(key, window)| Dedupe { key, window });
    let none = Just(Dedupe { key: String::new(), window: limits::DEDUPE_WINDOW });
    let newest = (text(), mapping()).prop_map(|(key, at)| Newest { key, at });
    let on_park = prop::sample::select(vec![OnPark::Continue, OnPark::Wait]);
    let order_by = (text(), on_park).prop_map(|(key, on_park)| OrderBy { key, on_park });
    let head = (connector(), "[a-z_]{1,8}", of(text()), fields());
    let tail = (
        of(prop_oneof![dedupe, none]),
        of(newest),
        of(order_by),
        of(condition()),
        of(respond()),
        of(1..=limits::BODY_BYTES_MAX),
        vec(("\\$\\.[a-z]{1,8}", "[a-z]{1,8}"), 0..3),
    );
    (head, tail).prop_map(|(h, t)| Trigger {
        connector: h.0,
        event: h.1,
        connection: h.2,
        input: h.3,
        dedupe: t.0,
        newest: t.1,
        order_by: t.2,
        only_if: t.3,
        respond: t.4,
        max_body: t.5,
        labels: t.6.into_iter().collect(),
    })
}

fn retry() -> impl Strategy<Value = Policy> {
    prop_oneof![
        prop::sample::select(vec![Preset::Api, Preset::Webhook, Preset::None])
            .prop_map(Policy::Preset),
        vec(span(), 1..4).prop_map(Policy::Delays),
    ]
}

fn action(on_error: impl Strategy<Value = OnError>) -> impl Strategy<Value = StepKind> {
    let unknown = prop::sample::select(vec![OnUnknown::Retry, OnUnknown::Check, OnUnknown::Park]);
    let head = (connector(), "[a-z_]{1,8}", of(text()), fields());
    (head, of(retry()), of(unknown), on_error).prop_map(|(h, retry, on_unknown, on_error)| {
        StepKind::Action(Box::new(Action {
            connector: h.0,
            action: h.1,
            connection: h.2,
            input: h.3,
            retry,
            on_unknown,
            on_error,
        }))
    })
}

/// Names of variables and loop items.
fn word() -> impl Strategy<Value = String> {
    "[a-zа-я_]{1,3}_[0-9a-z]{0,4}"
}

fn step_of(kind: impl Strategy<Value = StepKind>) -> impl Strategy<Value = Step> {
    (kind, of(text()), of(text()), any::<bool>(), of(span())).prop_map(
        |(kind, name, note, disabled, timeout)| {
            let timeout = timeout.filter(|_| matches!(kind, StepKind::Action(_)));
            Step { id: String::new(), kind, name, note, disabled, timeout }
        },
    )
}

fn branch(inner: BoxedStrategy<Step>) -> impl Strategy<Value = StepKind> {
    let inner = vec(inner, 0..3);
    let arm = (of(text()), condition(), inner.clone()).prop_map(|(name, when, steps)| Arm {
        name: name.unwrap_or_default(),
        when: Some(when),
        steps,
    });
    let last = (text(), inner).prop_map(|(name, steps)| Arm { name, when: None, steps });
    (vec(arm, 1..3), of(last), any::<bool>()).prop_map(|(mut arms, last, all)| {
        arms.extend(last);
        StepKind::Branch { arms, all }
    })
}

fn for_each(inner: BoxedStrategy<Step>) -> impl Strategy<Value = StepKind> {
    let item = prop_oneof![Just("item".to_owned()), word()];
    (mapping(), item, 1..=limits::LOOP_CONCURRENCY, vec(inner, 0..3)).prop_map(
        |(list, item, concurrency, steps)| {
            StepKind::ForEach(Box::new(ForEach { list, item, concurrency, steps }))
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let variables = btree_map(word(), mapping(), 1..3);
    let leaf = prop_oneof![
        action(prop_oneof![Just(OnError::Stop), Just(OnError::Continue)]),
        span().prop_map(|s| StepKind::Delay(Delay::For(s))),
        mapping().prop_map(|m| StepKind::Delay(Delay::Until(m))),
        variables.prop_map(|m| StepKind::Set(m.into_iter().collect())),
        condition().prop_map(StepKind::Filter),
        reply().prop_map(|r| StepKind::Respond(Box::new(r))),
    ];
    step_of(leaf).prop_recursive(2, 8, 3, |inner| {
        let instead = vec(inner.clone(), 0..3).prop_map(OnError::Steps);
        step_of(prop_oneof![branch(inner.clone()), for_each(inner.clone()), action(instead)])
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let zone = prop::sample::select(vec!["UTC", "Europe/Moscow"]);
    (zone, 1u32..=100, 1u32..=90, any::<bool>()).prop_map(|(zone, concurrency, days, off)| {
        Settings {
            timezone: zone.to_owned(),
            concurrency,
            retention_days: days,
            alerts: if off { Alerts::Off } else { Alerts::Inherit },
        }
    })
}

/// Gives every step an id of its own.
fn number(steps: &mut [Step], next: &mut usize) {
    for s in steps {
        s.id = format!("s{next}");
        *next += 1;
        match &mut s.kind {
            StepKind::Branch { arms, .. } => {
                for a in arms {
                    number(&mut a.steps, next);
                }
            }
            StepKind::ForEach(f) => number(&mut f.steps, next),
            StepKind::Action(a) => {
                if let OnError::Steps(s) = &mut a.on_error {
                    number(s, next);
                }
            }
            _ => {}
        }
    }
}

/// A flow that the reader takes.
pub(super) fn flow() -> impl Strategy<Value = Flow> {
    (text(), trigger(), vec(step(), 0..4), settings()).prop_map(
        |(name, trigger, mut steps, settings)| {
            number(&mut steps, &mut 0);
            Flow { name, trigger, steps, settings }
        },
    )
}
