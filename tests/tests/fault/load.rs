//! Senders that never rest, and the receiver at the other end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tests::receivers::http::{Answer, HttpReceiver};
use tests::receivers::{Gate, Ledger};
use tests::world::product::Product;
use tests::world::{Kind, Request, forward, json, within};
use tokio::task::JoinHandle;

/// Runs executed at once.
pub const WORKERS: usize = 16;
const SENDERS: usize = 6;
const ADDRESS: &str = "fault-address-0123456789ab";
/// A dead node's runs are taken over within 25 s; the rest is for a slow machine.
const DRAINED: Duration = Duration::from_secs(75);

/// The receiver, and ids that are given out once.
pub struct Load {
    pub sink: HttpReceiver,
    next: Arc<AtomicU64>,
}

/// Senders at work.
pub struct Sending {
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    /// An installation with one published flow, and its receiver.
    pub async fn prepare(kind: Kind) -> (Product, Load) {
        let sink = HttpReceiver::start().await.expect("a receiver");
        let mut zveno = Product::new(kind).await;
        zveno.set("ZVENO_WORKERS", &WORKERS.to_string());
        zveno.set("ZVENO_LOG", "warn");
        let retry = "    retry: { delays: [100ms, 200ms, 500ms, 1s, 1s] }\n";
        let doc = forward(&sink.url("/"), retry);
        let doc = zveno.file("flow.yaml", &doc);
        zveno.json(&["flow", "import", &doc, "--publish", "--address", ADDRESS]).await;
        (zveno, Load { sink, next: Arc::default() })
    }

    /// Answers nobody before the gate opens.
    pub fn hold(&self, gate: &Gate) {
        let gate = gate.clone();
        self.sink.respond(move |_| Answer::ok().after(&gate));
    }

    /// A delivery with an id of its own.
    pub fn request(&self) -> Request {
        let id = format!("id-{}", self.next.fetch_add(1, Ordering::Relaxed));
        Request::post(&format!("/in/{ADDRESS}"), json(&serde_json::json!({ "id": id })))
    }

    /// Starts the senders. Each id is sent once, whatever comes of it.
    pub fn start(&self, to: SocketAddr) -> Sending {
        let stop = Arc::new(AtomicBool::new(false));
        let sender = |_| {
            let (stop, next) = (stop.clone(), self.next.clone());
            tokio::spawn(async move {
                let mut acked = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let id = format!("id-{}", next.fetch_add(1, Ordering::Relaxed));
                    let body = json(&serde_json::json!({ "id": id }));
                    let request = Request::post(&format!("/in/{ADDRESS}"), body);
                    match request.send(to).await {
                        Ok(r) if (200..300).contains(&r.status) => acked.push(id),
                        // Refused or cut off: nothing was promised. Another id, after a breath.
                        _ => tokio::time::sleep(Duration::from_millis(2)).await,
                    }
                }
                acked
            })
        };
        Sending { senders: (0..SENDERS).map(sender).collect(), stop }
    }

    /// What arrived.
    pub fn delivered(&self) -> Ledger {
        self.sink.ledger(|r| r.json().ok()?["id"].as_str().map(str::to_owned))
    }

    /// Waits until the server has nothing left to do.
    pub async fn drain(&self, zveno: &Product, acked: &[String]) {
        within(DRAINED, "the queue is empty", async || {
            let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.ok()?;
            let jobs = metrics.body.lines().find_map(|l| l.strip_prefix("zveno_jobs "))?;
            (jobs.parse::<f64>().ok()? == 0.0).then_some(())
        })
        .await;
        assert!(!acked.is_empty(), "the load reached the server");
    }
}

impl Sending {
    /// Stops the senders; the ids that were accepted.
    pub async fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        let mut acked = Vec::new();
        for sender in self.senders {
            acked.extend(sender.await.expect("a sender ends"));
        }
        acked
    }
}

/// Moments that differ from kill to kill and are the same in every run of the test.
pub struct Moments(u64);

impl Moments {
    pub fn new(seed: u64) -> Moments {
        Moments(seed)
    }

    fn roll(&mut self) -> u64 {
        // xorshift64*, Vigna 2016.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }

    /// A number of `least..most`.
    pub fn number(&mut self, least: u32, most: u32) -> u32 {
        least + u32::try_from(self.roll() % u64::from(most - least)).unwrap_or(0)
    }

    /// Lets a random time pass.
    pub async fn pause(&mut self, least: Duration, most: Duration) {
        let roll = self.roll();
        let span = u64::try_from((most.saturating_sub(least)).as_micros()).unwrap_or(0).max(1);
        tokio::time::sleep(least + Duration::from_micros(roll % span)).await;
    }
}
