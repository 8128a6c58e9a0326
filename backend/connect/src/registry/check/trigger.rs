//! Templates of a trigger: they are rendered where deliveries are taken, and checked here.

use domain::flow::place;
use domain::problem::Problem;
use serde_json::Value;

use super::super::compiled::scope::keys;
use super::super::compiled::{Compiler, Scope};
use super::super::specs::EVERY;
use crate::manifest::{
    Cond, Endpoint, Manifest, Output, Reply, Trigger, TriggerKind, Verify, Webhook,
};

/// What the templates of a delivery read.
const DELIVERY: [&str; 10] =
    ["input", "hook", "conn", "app", "header", "query", "body", "method", "event", "item"];
/// What the templates of a proof read: never the body as data.
const PROOF: [&str; 6] = ["input", "hook", "conn", "app", "header", "query"];
/// What the address of a key reads.
const KEY_URL: [&str; 3] = ["body", "header", "query"];

/// Checks the templates and names of a trigger.
pub fn trigger(m: &Manifest, key: &str, t: &Trigger, c: &mut Compiler, scope: &Scope<'_>) {
    let at = place::key("triggers", key);
    let (input, input_secrets) = keys(&t.input);
    let scope = Scope { roots: &DELIVERY, input: &input, input_secrets: &input_secrets, ..*scope };
    match (&t.webhook, &t.poll, t.kind) {
        (Some(w), None, TriggerKind::Webhook) => webhook(&place::key(&at, "webhook"), w, c, &scope),
        (None, Some(_), TriggerKind::Poll) => {
            if t.input.iter().any(|f| f.key == EVERY) {
                let at = place::key(&at, "input");
                c.fault(
                    "field_reserved",
                    &at,
                    format!("every trigger that polls has the field \"{EVERY}\" already"),
                    format!("поле «{EVERY}» уже есть у каждого триггера с опросом"),
                );
            }
        }
        (None, None, TriggerKind::Native)
            if m.code.is_some() && crate::native::trigger(&m.name, key).is_some() => {}
        _ => c.fault(
            "trigger_kind",
            &at,
            "kind: webhook needs webhook, kind: poll needs poll, kind: native needs native code"
                .into(),
            "для kind: webhook нужен webhook, для kind: poll — poll, для kind: native — \
             встроенный код"
                .into(),
        ),
    }
    if let Some(f) = &t.filter {
        cond(&place::key(&at, "filter"), f, c, &scope);
    }
}

fn webhook(at: &str, w: &Webhook, c: &mut Compiler, scope: &Scope<'_>) {
    let proof = Scope { roots: &PROOF, secrets_allowed: true, ..*scope };
    if w.verify.is_empty() {
        c.problems.push(Problem::warning(
            "verify_missing",
            place::key(at, "verify"),
            "nothing proves a delivery; write {scheme: none} if that is meant",
            "ничто не подтверждает отправителя; если так и задумано, укажите {scheme: none}",
        ));
    }
    for (i, v) in w.verify.iter().enumerate() {
        verify(&place::item(&place::key(at, "verify"), i), v, c, &proof);
    }
    for (i, h) in w.handshake.iter().enumerate() {
        let at = place::item(&place::key(at, "handshake"), i);
        // A challenge may be answered with a keyed hash, so secrets may stand here (rule R9).
        let scope = Scope { secrets_allowed: true, ..*scope };
        cond(&place::key(&at, "when"), &h.when, c, &scope);
        reply(&place::key(&at, "respond"), &h.respond, c, &scope);
        c.texts(&place::key(&at, "save"), &h.save, &scope, |_, _, k| Some(k.to_owned()));
        if let Some(k) = &h.check {
            cond(&place::key(&at, "check"), k, c, &scope);
        }
    }
    shared(at, w, c, scope);
    for (key, r) in [("respond", &w.respond), ("reject", &w.reject)] {
        if let Some(r) = r {
            reply(&place::key(at, key), r, c, scope);
        }
    }
    if let Some(split) = &w.split {
        c.path(&place::key(at, "split"), split);
    }
    if let Some(e) = &w.event {
        output(&place::key(at, "event"), e, c, scope);
    }
    if let Some(d) = &w.dedupe {
        c.text(&format!("{at}.dedupe.key"), &d.key, scope);
    }
    c.maybe(&place::key(at, "order_key"), w.order_key.as_deref(), scope);
}

/// An address of the connector needs to know whose a delivery is.
fn shared(at: &str, w: &Webhook, c: &mut Compiler, scope: &Scope<'_>) {
    let at = place::key(at, "route");
    match &w.route {
        Some(r) => {
            c.text(&place::key(&at, "by"), &r.by, scope);
            if !scope.conn.contains(&r.conn) {
                c.fault(
                    "route_conn",
                    &place::key(&at, "conn"),
                    format!("connections have no open field {}", r.conn),
                    format!("у подключений нет открытого поля {}", r.conn),
                );
            }
        }
        None if w.endpoint == Endpoint::Connector => c.fault(
            "route_missing",
            &at,
            "endpoint: connector needs route".into(),
            "для endpoint: connector нужен route".into(),
        ),
        None => {}
    }
}

fn output(at: &str, o: &Output, c: &mut Compiler, scope: &Scope<'_>) {
    c.output(at, o, scope, &|_| false);
}

fn reply(at: &str, r: &Reply, c: &mut Compiler, scope: &Scope<'_>) {
    c.texts(&place::key(at, "headers"), &r.headers, scope, Compiler::header);
    c.maybe(&place::key(at, "text"), r.text.as_deref(), scope);
    if let Some(x) = &r.xml {
        c.xml(&place::key(at, "xml"), x, scope);
    }
    if let Some(j) = &r.json {
        c.tree(&place::key(at, "json"), j, scope);
    }
}

fn verify(at: &str, v: &Verify, c: &mut Compiler, scope: &Scope<'_>) {
    let mut texts = |key: &str, list: &[String]| {
        for t in list {
            c.text(&place::key(at, key), t, scope);
        }
    };
    match v {
        Verify::Signature(s) => {
            texts("key", &s.key.0);
            texts("algo", std::slice::from_ref(&s.algo));
            texts("from", std::slice::from_ref(&s.from));
            texts("prefix", s.prefix.as_slice());
            texts("encoding", s.encoding.as_slice());
            let named = Scope { roots: &KEY_URL, secrets_allowed: false, ..*scope };
            c.maybe(&place::key(at, "key_url"), s.key_url.as_deref(), &named);
            if s.key.0.is_empty() && s.key_url.is_none() {
                c.fault(
                    "verify_key",
                    at,
                    "a signature needs key or key_url".into(),
                    "подписи нужен key или key_url".into(),
                );
            }
        }
        Verify::Token(t) => {
            texts("equals", &t.equals.0);
            texts("from", std::slice::from_ref(&t.from));
        }
        Verify::Basic(b) => {
            texts("user", std::slice::from_ref(&b.user));
            texts("password", std::slice::from_ref(&b.password));
        }
        Verify::Ip(i) => texts("allow", &i.allow),
        Verify::Jwt(j) => {
            texts("from", std::slice::from_ref(&j.from));
            texts("key", j.key.as_ref().map_or(&[], |k| &k.0));
            texts("jwks_url", j.jwks_url.as_slice());
            c.texts(&place::key(at, "claims"), &j.claims, scope, |_, _, k| Some(k.to_owned()));
        }
        Verify::All(several) | Verify::Any(several) => {
            for (i, v) in several.of.iter().enumerate() {
                verify(&place::item(&place::key(at, "of"), i), v, c, scope);
            }
        }
        // Its call is compiled with the other calls of the trigger.
        Verify::Callback(_) | Verify::None(_) => {}
    }
}

/// Templates and paths of a condition on a delivery.
fn cond(at: &str, k: &Cond, c: &mut Compiler, scope: &Scope<'_>) {
    if let Some(p) = &k.path {
        c.path(&place::key(at, "path"), p);
    }
    c.maybe(&place::key(at, "value"), k.value.as_deref(), scope);
    for v in k.equals.iter().chain(k.one_of.iter().flatten()) {
        if let Value::String(t) = v {
            c.text(&place::key(at, "equals"), t, scope);
        }
    }
    let nested = k.all.iter().flatten().chain(k.any.iter().flatten()).chain(k.not.as_deref());
    for inner in nested {
        cond(at, inner, c, scope);
    }
}
