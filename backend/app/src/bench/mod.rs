//! `zveno bench`: a server of its own in a fresh folder, a receiver and a load generator in this
//! process; unique ids show loss and copies. One JSON line per figure with --json.

mod load;
mod process;
mod sink;

use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use domain::clock::SharedClock;
use domain::{Span, Time};
use engine::clock::SystemClock;
use serde_json::{Value, json};

use crate::say;

#[derive(Args)]
pub struct BenchArgs {
    /// Events to send.
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// Connections of the sender.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Every n-th call of the receiver is answered 503; 0 for none.
    #[arg(long, default_value_t = 0)]
    fail_every: usize,
}

/// How long nothing may arrive before what is missing counts as lost: longer than the longest
/// retry delay of the flow.
const QUIET: Span = Span::secs(8);

/// Runs the measurement and prints it.
///
/// # Errors
/// The server did not start, or events were lost.
pub async fn run(args: &BenchArgs, as_json: bool) -> anyhow::Result<()> {
    let clock = SystemClock::shared();
    let sink = sink::Sink::start(clock.clone(), args.events, args.fail_every).await?;
    let server = process::Server::start(&flow(&sink.url()), clock.clone()).await?;
    let idle_mb = server.memory_mb();
    let cpu = server.cpu_s();
    let sent = load::send(&server.hook(), args.events, args.connections, clock.clone()).await?;
    let ended = wait(&sink, sent.accepted, clock.as_ref()).await;
    let got = sink.report();
    let lost = sent.accepted.saturating_sub(got.unique);
    let figures = json!({
        "what": "delivered",
        "events": args.events,
        "connections": args.connections,
        "accepted": sent.accepted,
        "refused": sent.refused,
        "lost": lost,
        "duplicates": got.duplicates,
        "accepted_per_s": round(per(sent.accepted, sent.took)),
        "accept_p50_ms": ms(sent.latency.value_at_quantile(0.5)),
        "accept_p99_ms": ms(sent.latency.value_at_quantile(0.99)),
        "delivered_per_s": round(per(got.unique, ended.since(sent.began))),
        "e2e_p50_ms": ms(got.latency.value_at_quantile(0.5)),
        "e2e_p99_ms": ms(got.latency.value_at_quantile(0.99)),
        "cpu_s_per_1000": round((server.cpu_s() - cpu) / per(got.unique.max(1), Span::secs(1000))),
        "cold_start_s": round(server.cold_start.std().as_secs_f64()),
        "idle_mb": round(idle_mb),
        "memory_mb": round(server.memory_mb()),
    });
    print(&figures, as_json);
    if lost > 0 {
        bail!("{lost} accepted events did not arrive");
    }
    Ok(())
}

/// Waits for the last event; returns when it came.
async fn wait(sink: &Arc<sink::Sink>, accepted: usize, clock: &dyn domain::Clock) -> Time {
    loop {
        let seen = sink.report().unique;
        if seen >= accepted {
            return sink.last();
        }
        let before = sink.last();
        let look = clock.timer(clock.now().plus(Span::ms(50)));
        look.await;
        if clock.now().since(sink.last().max(before)) > QUIET {
            return sink.last();
        }
    }
}

fn flow(sink: &str) -> Value {
    json!({
        "zveno": 1,
        "name": "bench",
        "trigger": {
            "connector": "webhook@1.0.0",
            "event": "request",
            "dedupe": { "key": "{{trigger.body.id}}", "window": "7d" }
        },
        "steps": [{
            "id": "deliver",
            "action": "http.request@1.0.0",
            "input": {
                "method": { "literal": "POST" },
                "url": { "literal": sink },
                "json": { "object": {
                    "id": { "path": "$.trigger.body.id" },
                    "sent": { "path": "$.trigger.body.sent" },
                    "contact": { "template": "{{trigger.body.Name}} <{{trigger.body.Email}}>" },
                    "phone": { "path": "$.trigger.body.Phone", "transforms": [{ "fn": "phone_e164", "country": "RU" }] },
                    "source": { "path": "$.trigger.body.utm_source", "default": "site" }
                } }
            },
            "retry": { "delays": ["100ms", "200ms", "400ms", "800ms", "1500ms", "3s", "3s", "3s"] },
            "on_unknown": "retry"
        }]
    })
}

fn print(figures: &Value, as_json: bool) {
    if as_json {
        say::line(figures);
        return;
    }
    for (name, value) in figures.as_object().into_iter().flatten() {
        say::line(format_args!("{name:16} {value}"));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn per(n: usize, took: Span) -> f64 {
    n as f64 / took.std().as_secs_f64().max(1e-6)
}

#[expect(clippy::cast_precision_loss, reason = "a latency in microseconds is far below 2^52")]
fn ms(us: u64) -> f64 {
    round(us as f64 / 1000.0)
}

fn round(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

/// The moment now, in a form that crosses the wire.
fn stamp(clock: &SharedClock) -> String {
    clock.now().micros().to_string()
}

fn histogram() -> anyhow::Result<hdrhistogram::Histogram<u64>> {
    hdrhistogram::Histogram::new(3).context("histogram")
}
