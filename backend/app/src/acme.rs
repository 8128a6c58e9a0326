//! HTTPS by itself: certificates come by ACME (RFC 8555), proved over the very port that they are
//! for (TLS-ALPN-01, RFC 8737), and are renewed in time. They are kept sealed in the database, so
//! that they survive restarts and are in backups.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use axum::Router;
use clap::Args;
use domain::{Secret, limits};
use futures::StreamExt;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use rustls_acme::{AccountCache, AcmeConfig, AcmeState, CertCache, is_tls_alpn_challenge};
use sha2::{Digest, Sha256};
use store::Db;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// Where certificates come from.
#[derive(Args, Clone, Debug)]
pub struct AcmeArgs {
    /// Serve HTTPS for this name, with certificates that come and are renewed by themselves. The
    /// name must lead to this server, port 443. Several with commas between them.
    #[arg(long = "acme", env = "ZVENO_ACME", value_delimiter = ',')]
    pub acme: Vec<String>,
    /// Whom the authority writes to when something is wrong with a certificate.
    #[arg(long, env = "ZVENO_ACME_EMAIL")]
    pub acme_email: Option<String>,
    /// The directory of the authority.
    #[arg(
        long,
        env = "ZVENO_ACME_DIRECTORY",
        default_value = "https://acme-v02.api.letsencrypt.org/directory"
    )]
    pub acme_directory: String,
    /// Address and port of HTTPS.
    #[arg(long, env = "ZVENO_ACME_LISTEN", default_value = "0.0.0.0:443")]
    pub acme_listen: SocketAddr,
}

impl AcmeArgs {
    /// The address of the server, where nobody has said another one.
    pub fn public_url(&self) -> Option<String> {
        self.acme.first().map(|host| format!("https://{host}"))
    }
}

/// Serves HTTPS until `stop`.
///
/// # Errors
/// It cannot listen, or a setting cannot be used.
pub async fn serve(
    args: &AcmeArgs,
    roots: Option<&str>,
    db: Db,
    router: Router,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<std::io::Result<()>>> {
    let client = connect::http::tls::config(roots, &["http/1.1"])?;
    let contact = args.acme_email.iter().map(|e| format!("mailto:{e}"));
    let config = AcmeConfig::new_with_client_config(&args.acme, Arc::new(client))
        .contact(contact)
        .directory(&args.acme_directory)
        .cache(Kept(db));
    let state = AcmeState::new(config);
    let challenge = state.challenge_rustls_config();
    let mut usual = ServerConfig::clone(&state.default_rustls_config());
    usual.alpn_protocols = vec![b"http/1.1".to_vec()];
    let usual = Arc::new(usual);
    let listener = TcpListener::bind(args.acme_listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.acme_listen))?;
    tokio::spawn(renew(state, stop.clone()));
    let greet = move |stream| greet(stream, challenge.clone(), usual.clone());
    Ok(tokio::spawn(api::server::serve_with(listener, router, stop, greet)))
}

/// Gets certificates and renews them.
async fn renew(mut state: AcmeState<store::Error>, stop: CancellationToken) {
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            event = state.next() => event,
        };
        match event {
            None => return,
            Some(Ok(ok)) => tracing::info!(event = ?ok, "certificate"),
            Some(Err(e)) => tracing::error!(
                error = %e,
                "the certificate did not come; it is asked for again later. The name must lead to this server, port 443"
            ),
        }
    }
}

/// The TLS handshake of one connection. The authority's look for a proof ends with it.
async fn greet(
    stream: TcpStream,
    challenge: Arc<ServerConfig>,
    usual: Arc<ServerConfig>,
) -> Option<TlsStream<TcpStream>> {
    let handshake = async {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await.ok()?;
        if is_tls_alpn_challenge(&start.client_hello()) {
            let mut proved = start.into_stream(challenge).await.ok()?;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut proved).await;
            return None;
        }
        start.into_stream(usual).await.ok()
    };
    timeout(limits::HEAD_TIMEOUT.std(), handshake).await.ok().flatten()
}

/// Certificates and accounts in the database.
struct Kept(Db);

/// The name of a setting: one for each account or set of names at each authority.
fn name(what: &str, of: &[String], directory: &str) -> String {
    let mut hash = Sha256::new();
    for part in of.iter().map(String::as_str).chain([directory]) {
        hash.update(part);
        hash.update([0]);
    }
    let hash = hash.finalize();
    let short = hash.iter().take(8).map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    format!("acme.{what}:{short}")
}

impl Kept {
    async fn load(&self, name: &str) -> Result<Option<Vec<u8>>, store::Error> {
        let Some(sealed) = self.0.options(&[name]).await?.remove(name) else { return Ok(None) };
        let text = self.0.open_option(name, &sealed)?;
        let bytes =
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text.expose());
        bytes.map(Some).map_err(|e| store::Error::Damaged(e.to_string()))
    }

    async fn keep(&self, name: String, bytes: &[u8]) -> Result<(), store::Error> {
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        let sealed = self.0.seal_option(&name, &Secret::new(text))?;
        self.0.change_options(vec![(name, Some(sealed))]).await
    }
}

#[async_trait]
impl CertCache for Kept {
    type EC = store::Error;
    async fn load_cert(
        &self,
        domains: &[String],
        directory: &str,
    ) -> Result<Option<Vec<u8>>, store::Error> {
        self.load(&name("certificate", domains, directory)).await
    }
    async fn store_cert(
        &self,
        domains: &[String],
        directory: &str,
        cert: &[u8],
    ) -> Result<(), store::Error> {
        self.keep(name("certificate", domains, directory), cert).await
    }
}

#[async_trait]
impl AccountCache for Kept {
    type EA = store::Error;
    async fn load_account(
        &self,
        contact: &[String],
        directory: &str,
    ) -> Result<Option<Vec<u8>>, store::Error> {
        self.load(&name("account", contact, directory)).await
    }
    async fn store_account(
        &self,
        contact: &[String],
        directory: &str,
        account: &[u8],
    ) -> Result<(), store::Error> {
        self.keep(name("account", contact, directory), account).await
    }
}
