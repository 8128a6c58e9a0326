//! Sends prepared requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use domain::failpoint::{self, Point};
use domain::limits::{CONNECT_TIMEOUT, HEAD_BYTES, HEADERS, POOL_IDLE, POOL_PER_HOST, REDIRECTS};
use domain::{SharedClock, Text};
use http::HeaderValue;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderName, LOCATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use ipnet::IpNet;
use reqwest::Client;

use super::body::{self, Outgoing};
use super::failure::{self, Progress};
use super::guard::{Guard, Refusal, Route};
use super::lookup::{Lookup, Resolver, System};
use super::prepared::{HostRule, Prepared, RawResponse, SendError};
use super::redirect::Hop;
use super::{read, tls};

/// Headers that belong to the connection and are written by the client itself.
const OWN: [HeaderName; 10] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// What a request says that is only shown.
pub(super) fn muted() -> Text {
    Text::new("it was only shown, not sent", "запрос только показан, он не отправлялся")
}

/// What the operator decides.
#[derive(Clone)]
pub struct SenderConfig {
    /// Networks that may be reached besides the public one.
    pub allow_networks: Vec<IpNet>,
    /// More certificate authorities, PEM.
    pub extra_roots_pem: Option<String>,
    pub clock: SharedClock,
    /// Where names are looked up.
    pub names: Arc<dyn Lookup>,
}

impl SenderConfig {
    /// With the names of the operating system.
    pub fn new(
        allow_networks: Vec<IpNet>,
        extra_roots_pem: Option<String>,
        clock: SharedClock,
    ) -> Self {
        Self { allow_networks, extra_roots_pem, clock, names: Arc::new(System) }
    }
}

/// The sender cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    #[error(transparent)]
    Roots(#[from] tls::RootsError),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// Sends prepared requests. One per process: it keeps connections open.
pub struct Sender {
    anywhere: Client,
    opened: Client,
    pub(super) guard: Arc<Guard>,
    pub(super) names: Arc<dyn Lookup>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) roots_pem: Option<String>,
    clock: SharedClock,
    /// Nothing is sent: requests are made ready, checked and shown.
    pub(super) muted: bool,
    /// Answers in place of the network.
    pub(crate) script: Option<Arc<dyn Script>>,
}

/// Answers requests in place of the network, for fixtures.
pub trait Script: Send + Sync {
    /// The answer to a request.
    fn answer(&self, p: &Prepared) -> Result<RawResponse, SendError>;
    /// The address to dial in place of a mail server.
    fn dial(&self, host: &str, port: u16) -> Option<std::net::SocketAddr>;
}

/// How far one call has come, seen from outside when its time runs out.
#[derive(Default)]
struct Watch {
    taken: Arc<AtomicBool>,
    /// 0 while there is none.
    status: AtomicU16,
}

impl Watch {
    fn progress(&self) -> Progress {
        match (self.status.load(Ordering::Acquire), self.taken.load(Ordering::Acquire)) {
            (0, false) => Progress::Waiting,
            (0, true) => Progress::Taken,
            (status, _) => Progress::Answered(status),
        }
    }
}

impl Sender {
    /// Sets up the client.
    ///
    /// # Errors
    /// The extra certificate authorities cannot be read.
    pub fn new(cfg: SenderConfig) -> Result<Self, SenderError> {
        let guard = Arc::new(Guard::new(cfg.allow_networks));
        let pem = cfg.extra_roots_pem.as_deref();
        let web = tls::config(pem, &["h2", "http/1.1"])?;
        let resolver = |route| Resolver { guard: guard.clone(), names: cfg.names.clone(), route };
        Ok(Self {
            anywhere: client(web.clone(), resolver(Route::Anywhere))?,
            opened: client(web, resolver(Route::Opened))?,
            tls: Arc::new(tls::config(pem, &[])?),
            guard,
            names: cfg.names,
            roots_pem: cfg.extra_roots_pem,
            clock: cfg.clock,
            muted: false,
            script: None,
        })
    }

    /// The same sender, which sends nothing.
    pub(crate) fn muted(&self) -> Self {
        Self {
            anywhere: self.anywhere.clone(),
            opened: self.opened.clone(),
            guard: self.guard.clone(),
            names: self.names.clone(),
            tls: self.tls.clone(),
            roots_pem: self.roots_pem.clone(),
            clock: self.clock.clone(),
            muted: true,
            script: self.script.clone(),
        }
    }

    /// Sends one request, follows its redirects if it asks for that, and reads the answer. Any
    /// complete answer is `Ok`, whatever its status.
    ///
    /// # Errors
    /// There is no readable answer; the kind says whether the request may have worked.
    pub async fn send(&self, p: &Prepared) -> Result<RawResponse, SendError> {
        if let Some(script) = &self.script {
            return script.answer(p);
        }
        let started = self.clock.mono();
        let watch = Watch::default();
        let result = tokio::time::timeout(p.timeout.std(), self.follow(p, &watch)).await;
        let mut response = result.map_err(|_| failure::late(watch.progress()))??;
        let took = self.clock.mono().micros() - started.micros();
        response.took = domain::Span::from_micros(took);
        failpoint::reach(Point::Answered, p.url.path());
        Ok(response)
    }

    async fn follow(&self, p: &Prepared, watch: &Watch) -> Result<RawResponse, SendError> {
        let mut hop = Hop::first(p);
        for left in (0..=REDIRECTS).rev() {
            let response = self.one(&hop, p, watch).await?;
            let status = response.status().as_u16();
            watch.status.store(status, Ordering::Release);
            let location = response.headers().get(LOCATION);
            let next = (p.follow && left > 0).then(|| hop.next(status, location, &p.host_rule));
            let Some(next) = next.flatten() else { return finish(response, p).await };
            hop = next;
            if !hop.settled {
                // The same request again, elsewhere: the answer before did not process it.
                watch.taken.store(false, Ordering::Release);
                watch.status.store(0, Ordering::Release);
            }
        }
        // The last round has nowhere to go on to, so it has returned.
        Err(failure::late(watch.progress()))
    }

    async fn one(
        &self,
        hop: &Hop,
        p: &Prepared,
        watch: &Watch,
    ) -> Result<reqwest::Response, SendError> {
        let refused = |r: Refusal| match watch.progress() {
            Progress::Answered(status) => SendError::Broken { status, message: r.text() },
            _ => SendError::Blocked { message: r.text() },
        };
        let plain = p.host_rule == HostRule::AnyPlain;
        let route = self.guard.check(&hop.url, plain).map_err(refused)?;
        let host = hop.url.host_str().unwrap_or_default();
        if !p.host_rule.allows(host) {
            return Err(refused(Refusal::Host(host.to_owned())));
        }
        if self.muted {
            return Err(SendError::NotSent { message: muted() });
        }
        let client = match route {
            Route::Anywhere => &self.anywhere,
            Route::Opened => &self.opened,
        };
        let (chunks, media) = body::chunks(&hop.body);
        let mut request = reqwest::Request::new(hop.method.clone(), hop.url.clone());
        *request.headers_mut() = hop.headers.clone();
        for header in OWN {
            request.headers_mut().remove(header);
        }
        if let Some(media) = media.and_then(|m| HeaderValue::from_str(&m).ok()) {
            request.headers_mut().insert(CONTENT_TYPE, media);
        }
        let outgoing = Outgoing::new(chunks, watch.taken.clone());
        *request.body_mut() = Some(reqwest::Body::wrap(outgoing));
        failpoint::reach(Point::Sending, hop.url.path());
        execute(client, request).await.map_err(|e| failure::of(&e, watch.progress()))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that sends")]
async fn execute(
    client: &Client,
    request: reqwest::Request,
) -> Result<reqwest::Response, reqwest::Error> {
    client.execute(request).await
}

async fn finish(mut response: reqwest::Response, p: &Prepared) -> Result<RawResponse, SendError> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = read::body(response, p.max_response).await?;
    Ok(RawResponse { status, headers, body, took: domain::Span::ZERO })
}

fn client(tls: rustls::ClientConfig, names: Resolver) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(names)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT.std())
        .pool_idle_timeout(POOL_IDLE.std())
        .pool_max_idle_per_host(POOL_PER_HOST)
        .http1_max_headers(HEADERS)
        .http2_max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
        .user_agent(concat!("Zveno/", env!("CARGO_PKG_VERSION")))
        .build()
}
