//! The receiver: counts ids, measures the way from the sender to here.

use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Time;
use domain::clock::SharedClock;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

pub(super) struct Sink {
    port: u16,
    clock: SharedClock,
    fail_every: usize,
    calls: AtomicUsize,
    last: AtomicI64,
    seen: Mutex<Seen>,
}

struct Seen {
    times: Vec<u8>,
    latency: Histogram<u64>,
}

/// What has arrived.
pub(super) struct Report {
    pub unique: usize,
    pub duplicates: usize,
    pub latency: Histogram<u64>,
}

impl Sink {
    pub(super) async fn start(
        clock: SharedClock,
        events: usize,
        fail_every: usize,
    ) -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let seen = Seen { times: vec![0; events], latency: super::histogram()? };
        let sink = Arc::new(Self {
            port: listener.local_addr()?.port(),
            last: AtomicI64::new(clock.now().micros()),
            clock,
            fail_every,
            calls: AtomicUsize::new(0),
            seen: Mutex::new(seen),
        });
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let sink = server.clone();
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |r| {
                        let sink = sink.clone();
                        async move { Ok::<_, Infallible>(sink.receive(r).await) }
                    });
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(sink)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    async fn receive(&self, r: Request<Incoming>) -> Response<Full<Bytes>> {
        let body = r
            .into_body()
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let mut answer = Response::new(Full::new(Bytes::from_static(b"{}")));
        if self.fail_every > 0 && call.is_multiple_of(self.fail_every) {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return answer;
        }
        let v: Value = serde_json::from_slice(&body).unwrap_or_default();
        let number = |key: &str| v[key].as_str().and_then(|s| s.parse::<i64>().ok());
        if let (Some(id), Some(sent)) = (number("id"), number("sent")) {
            self.note(usize::try_from(id).unwrap_or(usize::MAX), Time(sent));
        }
        answer
    }

    fn note(&self, id: usize, sent: Time) {
        let now = self.clock.now();
        self.last.store(now.micros(), Ordering::Relaxed);
        let mut s = self.lock();
        let Some(times) = s.times.get_mut(id) else {
            return;
        };
        *times = times.saturating_add(1);
        if *times == 1 {
            let us = u64::try_from(now.since(sent).micros()).unwrap_or(0);
            // The histogram grows by itself; what it cannot hold is longer than any run.
            let _ = s.latency.record(us);
        }
    }

    pub(super) fn last(&self) -> Time {
        Time(self.last.load(Ordering::Relaxed))
    }

    pub(super) fn report(&self) -> Report {
        let s = self.lock();
        Report {
            unique: s.times.iter().filter(|t| **t > 0).count(),
            duplicates: s.times.iter().map(|t| usize::from(t.saturating_sub(1))).sum(),
            latency: s.latency.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
