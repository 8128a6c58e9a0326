//! What validation knows of triggers and actions (semantics S1 and S25 have the defaults).

use domain::Text;
use domain::field::FieldSpec;
use domain::flow::catalogue::{ActionSpec, Source, TriggerSpec};
use domain::flow::{Dedupe, OnUnknown};
use domain::limits::{DEDUPE_WINDOW, POLL_EVERY};
use domain::retry::Policy;

use crate::manifest::field::specs;
use crate::manifest::{self, ActionKind, Manifest, Retry, TriggerKind};

/// What validation knows of a trigger.
pub fn trigger(m: &Manifest, key: &str, t: &manifest::Trigger) -> TriggerSpec {
    let dedupe = t
        .webhook
        .as_ref()
        .and_then(|w| w.dedupe.as_ref())
        .map(|d| Dedupe { key: flow_key(&d.key), window: d.window.unwrap_or(DEDUPE_WINDOW) });
    let mut input = specs(&t.input, &m.types);
    input.extend(t.poll.as_ref().map(every));
    TriggerSpec {
        source: match t.kind {
            TriggerKind::Webhook => Source::Webhook,
            TriggerKind::Poll => Source::Poll,
            TriggerKind::Native => crate::native::trigger(&m.name, key).unwrap_or(Source::Webhook),
        },
        input,
        needs_connection: needs_connection(m) && uses_connection(t),
        dedupe,
        inbound: t.webhook.is_some(),
    }
}

/// The period, which the user of a trigger that polls may make longer.
fn every(p: &manifest::Poll) -> FieldSpec {
    FieldSpec {
        key: EVERY.into(),
        label: Text::new("How often", "Как часто"),
        default: Some(p.every.unwrap_or(POLL_EVERY).to_string().into()),
        ..FieldSpec::default()
    }
}

/// The setting of every trigger that polls.
pub const EVERY: &str = "every";

/// A key template of a manifest as a flow writes it: the roots of deliveries are below `trigger`.
pub fn flow_key(template: &str) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let (text, tag) = rest.split_at(start);
        let end = tag.find("}}").map_or(tag.len(), |e| e + 2);
        out.push_str(text);
        out.push_str(&in_tag(&tag[..end]));
        rest = &tag[end..];
    }
    out.push_str(rest);
    out
}

/// Names inside one tag: only where a name can begin a path.
fn in_tag(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len() + 8);
    let mut start = true;
    let mut rest = tag;
    while let Some(c) = rest.chars().next() {
        if start && let Some((name, flow)) = root(rest) {
            out.push_str(flow);
            rest = &rest[name.len()..];
            start = false;
            continue;
        }
        start = matches!(c, '{' | '(' | ' ' | '=' | '\t' | '\n');
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn root(rest: &str) -> Option<(&'static str, &'static str)> {
    let roots = [
        ("event", "trigger.data"),
        ("body", "trigger.body"),
        ("header", "trigger.headers"),
        ("query", "trigger.query"),
    ];
    roots.into_iter().find(|(name, _)| {
        rest.strip_prefix(name)
            .is_some_and(|after| after.starts_with(['.', '}', ')', ' ', '[']) || after.is_empty())
    })
}

/// What validation knows of an action.
pub fn action(m: &Manifest, a: &manifest::Action) -> ActionSpec {
    ActionSpec {
        input: specs(&a.input, &m.types),
        needs_connection: needs_connection(m) && !a.unconnected,
        takes_connection: m.connection.is_some() && !a.unconnected,
        on_unknown: Some(on_unknown(a)),
        has_check: a.check.is_some(),
        retry: policy(a.retry.as_ref().or(m.http.retry.as_ref())),
    }
}

/// Whether a trigger calls the service, or reads a connection. Others are set up at the service by
/// hand, and work without one.
fn uses_connection(t: &manifest::Trigger) -> bool {
    let calls = t.poll.is_some() || t.enrich.is_some();
    calls
        || t.webhook.as_ref().is_some_and(|w| {
            let registers = w.subscribe.is_some() || w.endpoint != manifest::Endpoint::Flow;
            registers || serde_json::to_string(w).is_ok_and(|w| w.contains("conn."))
        })
}

fn needs_connection(m: &Manifest) -> bool {
    m.connection.as_ref().is_some_and(|c| !c.optional && !c.methods.is_empty())
}

fn policy(retry: Option<&Retry>) -> Option<Policy> {
    let retry = retry?;
    match &retry.delays {
        Some(delays) => Some(Policy::Delays(delays.clone())),
        None => retry.preset.map(Policy::Preset),
    }
}

/// The rule for an unknown outcome (semantics S1).
fn on_unknown(a: &manifest::Action) -> OnUnknown {
    match a.on_unknown {
        Some(manifest::OnUnknown::Retry) => return OnUnknown::Retry,
        Some(manifest::OnUnknown::Check) => return OnUnknown::Check,
        Some(manifest::OnUnknown::Park) => return OnUnknown::Park,
        None => {}
    }
    if a.check.is_some() {
        return OnUnknown::Check;
    }
    let repeatable = a.idempotent.unwrap_or_else(|| safe_methods(a)) || a.idempotency_key.is_some();
    let harmless = matches!(
        a.kind,
        ActionKind::Find
            | ActionKind::Get
            | ActionKind::List
            | ActionKind::Update
            | ActionKind::Upsert
    );
    let keyed = a.idempotency_key.is_some() || a.idempotent == Some(true);
    let parks = a.dangerous && !keyed;
    if parks || (a.kind == ActionKind::Create && !(repeatable || harmless)) {
        OnUnknown::Park
    } else {
        OnUnknown::Retry
    }
}

/// Whether every call is a GET, PUT or DELETE.
fn safe_methods(a: &manifest::Action) -> bool {
    let calls = a.call.iter().chain(a.steps.iter().map(|s| &s.call));
    let mut none = true;
    for c in calls {
        none = false;
        let body = c.json.is_some()
            || c.form.is_some()
            || c.multipart.is_some()
            || c.xml.is_some()
            || c.graphql.is_some()
            || c.text.is_some()
            || c.file.is_some();
        let method = c.method.as_deref().unwrap_or(if body { "POST" } else { "GET" });
        if !matches!(method, "GET" | "HEAD" | "PUT" | "DELETE") {
            return false;
        }
    }
    !none
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_the_key_of_a_connector_is_copied_in_the_words_of_a_flow() {
        for (manifest, flow) in [
            ("{{event.tranid}}", "{{trigger.data.tranid}}"),
            (
                "{{event.portal}}:{{event.id}}:add",
                "{{trigger.data.portal}}:{{trigger.data.id}}:add",
            ),
            ("{{header.x-github-delivery}}", "{{trigger.headers.x-github-delivery}}"),
            ("{{lower (trim body.event)}}", "{{lower (trim trigger.body.event)}}"),
            ("{{events.body}} body", "{{events.body}} body"),
        ] {
            assert_eq!(flow_key(manifest), flow);
        }
    }
}
