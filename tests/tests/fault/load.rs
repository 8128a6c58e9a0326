//! Senders that never rest, and the receiver at the other end.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tests::receivers::http::{Answer, HttpReceiver};
use tests::receivers::{Gate, Ledger};
use tests::world::product::Product;
use tests::world::{Kind, Request, json, within};
use tokio::task::JoinHandle;

/// Runs executed at once.
pub const WORKERS: usize = 16;
const SENDERS: usize = 6;
/// The flow's address.
pub const ADDRESS: &str = "fault-address-0123456789ab";
/// A dead node's runs are taken over within 25 s; the rest is for a slow machine.
const DRAINED: Duration = Duration::from_secs(75);
/// Between two looks at a queue that several nodes work on.
const LOOK: Duration = Duration::from_millis(200);

/// The receiver, and ids that are given out once.
pub struct Load {
    pub sink: HttpReceiver,
    next: Arc<AtomicU64>,
}

/// How senders send.
#[derive(Clone)]
pub struct Style {
    /// Servers, tried in turn.
    pub to: Vec<SocketAddr>,
    /// The pause after each request.
    pub pace: Duration,
    /// A refused id is sent again until it is taken, as senders of webhooks do; otherwise each is
    /// sent once, whatever comes of it.
    pub again: bool,
}

/// Senders at work.
pub struct Sending {
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    senders: Vec<JoinHandle<Vec<String>>>,
}

/// What the senders were answered.
#[derive(Default)]
struct Seen {
    /// By status; 0 is no answer.
    statuses: Mutex<BTreeMap<u16, u64>>,
    /// What was accepted, in order.
    taken: Mutex<Vec<String>>,
}

/// One step that sends the event's id to this path of the receiver.
pub fn step(sink: &HttpReceiver, id: &str, path: &str) -> String {
    format!(
        "
  - id: {id}
    action: http.request@1.0.0
    input:
      method: {{ literal: POST }}
      url: {{ template: '{}' }}
      json: {{ object: {{ id: {{ path: $.trigger.body.id }} }} }}
    retry: {{ delays: [100ms, 200ms, 500ms, 1s, 1s] }}
    timeout: 20s
",
        sink.url(path)
    )
}

/// Publishes a flow with these steps at this address.
pub async fn publish(zveno: &Product, address: &str, steps: &str) {
    let doc = format!(
        "
zveno: 1
name: {address}
trigger:
  connector: webhook@1.0.0
  event: request
  dedupe: {{ key: '{{{{trigger.body.id}}}}', window: 7d }}
steps:{steps}"
    );
    let doc = zveno.file("flow.yaml", &doc);
    zveno.json(&["flow", "import", &doc, "--publish", "--address", address]).await;
}

impl Load {
    /// An installation with one published flow, and its receiver.
    pub async fn prepare(kind: Kind) -> (Product, Load) {
        Load::on(Product::new(kind).await, |sink| step(sink, "out", "/")).await
    }

    /// The same with these steps.
    pub async fn on(
        mut zveno: Product,
        steps: impl FnOnce(&HttpReceiver) -> String,
    ) -> (Product, Load) {
        let sink = HttpReceiver::start().await.expect("a receiver");
        zveno.set("ZVENO_WORKERS", &WORKERS.to_string());
        zveno.set("ZVENO_LOG", "warn");
        publish(&zveno, ADDRESS, &steps(&sink)).await;
        (zveno, Load { sink, next: Arc::default() })
    }

    /// Answers nobody before the gate opens.
    pub fn hold(&self, gate: &Gate) {
        let gate = gate.clone();
        self.sink.respond(move |_| Answer::ok().after(&gate));
    }

    /// A delivery with an id of its own.
    pub fn request(&self) -> Request {
        post(&format!("id-{}", self.next.fetch_add(1, Ordering::Relaxed)))
    }

    /// Starts senders to one server, as fast as it answers. Each id is sent once.
    pub fn start(&self, to: SocketAddr) -> Sending {
        self.start_as(&Style { to: vec![to], pace: Duration::ZERO, again: false })
    }

    /// Starts senders of another kind.
    pub fn start_as(&self, style: &Style) -> Sending {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::<Seen>::default();
        let sender = |n| {
            let (style, stop, seen) = (style.clone(), stop.clone(), seen.clone());
            tokio::spawn(send(n, style, stop, seen, self.next.clone()))
        };
        Sending { senders: (0..SENDERS).map(sender).collect(), stop, seen }
    }

    /// What arrived.
    pub fn delivered(&self) -> Ledger {
        self.arrived("/")
    }

    /// What arrived at a path.
    pub fn arrived(&self, path: &str) -> Ledger {
        self.sink.ledger(|r| {
            let here = r.path == path;
            here.then(|| r.json().ok()?["id"].as_str().map(str::to_owned)).flatten()
        })
    }

    /// Waits until the only server has nothing left to do.
    pub async fn drain(&self, zveno: &Product, acked: &[String]) {
        within(DRAINED, "the queue is empty", async || {
            let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.ok()?;
            let jobs = metrics.body.lines().find_map(|l| l.strip_prefix("zveno_jobs "))?;
            (jobs.parse::<f64>().ok()? == 0.0).then_some(())
        })
        .await;
        assert!(!acked.is_empty(), "the load reached the server");
    }

    /// Waits until no run is left to do in a database that several nodes or a fault work on.
    pub async fn finish(&self, zveno: &Product, acked: &[String]) {
        within(DRAINED, "all runs end", async || {
            tokio::time::sleep(LOOK).await;
            zveno.rows(LEFT).await.is_empty().then_some(())
        })
        .await;
        assert!(!acked.is_empty(), "the load reached the server");
    }
}

/// A run that is still to be done, if there is one.
const LEFT: &str = "SELECT r.state, d.body FROM jobs j JOIN runs r ON r.id = j.run
    JOIN events e ON e.id = r.event JOIN deliveries d ON d.id = e.delivery LIMIT 1";

/// The body of an event with this id.
pub fn post(id: &str) -> Request {
    Request::post(&format!("/in/{ADDRESS}"), json(&serde_json::json!({ "id": id })))
}

async fn send(
    number: usize,
    style: Style,
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    next: Arc<AtomicU64>,
) -> Vec<String> {
    let mut acked = Vec::new();
    let mut turn = number;
    let fresh = || format!("id-{}", next.fetch_add(1, Ordering::Relaxed));
    let mut id = fresh();
    while !stop.load(Ordering::Relaxed) {
        let answer = post(&id).send(style.to[turn % style.to.len()]).await;
        turn += 1;
        let status = answer.map_or(0, |r| r.status);
        let taken = (200..300).contains(&status);
        seen.note(status, taken.then_some(&id));
        if !taken {
            // Refused or cut off: nothing was promised. A breath.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if taken || !style.again {
            let sent = std::mem::replace(&mut id, fresh());
            acked.extend(taken.then_some(sent));
        }
        tokio::time::sleep(style.pace).await;
    }
    acked
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    fn note(&self, status: u16, taken: Option<&String>) {
        *held(&self.statuses).entry(status).or_default() += 1;
        held(&self.taken).extend(taken.cloned());
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

    /// How many answers there were so far with a status of this range.
    pub fn answers(&self, statuses: std::ops::Range<u16>) -> u64 {
        held(&self.seen.statuses).range(statuses).map(|(_, n)| n).sum()
    }

    /// The ids that have been accepted so far.
    pub fn taken(&self) -> Vec<String> {
        held(&self.seen.taken).clone()
    }
}

/// Moments that differ from kill to kill and are the same in every run of the test.
pub struct Moments(u64);

impl Moments {
    pub fn new(seed: u64) -> Moments {
        Moments(seed)
    }

    /// A number below `n`.
    pub fn roll(&mut self, n: u64) -> u64 {
        // xorshift64*, Vigna 2016.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % n.max(1)
    }

    /// A number of `least..most`.
    pub fn number(&mut self, least: u32, most: u32) -> u32 {
        least + u32::try_from(self.roll(u64::from(most - least))).unwrap_or(0)
    }

    /// Lets a random time pass.
    pub async fn pause(&mut self, least: Duration, most: Duration) {
        let span = u64::try_from((most.saturating_sub(least)).as_micros()).unwrap_or(0);
        tokio::time::sleep(least + Duration::from_micros(self.roll(span))).await;
    }
}
