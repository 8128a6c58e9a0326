//! An authority that gives certificates by ACME (RFC 8555) to whoever proves a name over TLS
//! (TLS-ALPN-01, RFC 8737). It believes what requests are signed with; the proof it looks at.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::http::{Answer, HttpReceiver, Options, Received};
use super::tls::TestCa;

/// The OID of the extension with the proof, in DER (RFC 8737 section 6.1).
const PROOF: [u8; 10] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f];

/// A running authority.
pub struct Authority {
    http: HttpReceiver,
    state: Arc<Shared>,
}

struct Shared {
    ca: TestCa,
    /// The name, and where its server is.
    name: String,
    server: SocketAddr,
    at: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    base: String,
    orders: usize,
    proved: bool,
    certificate: Option<String>,
}

impl Shared {
    fn at(&self) -> MutexGuard<'_, Progress> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authority {
    /// An authority for the server of this name, which it looks for at this address.
    pub async fn start(name: &str, server: SocketAddr) -> anyhow::Result<Authority> {
        let ca = TestCa::new()?;
        let tls = Some(ca.acceptor(&["127.0.0.1"])?);
        let http = HttpReceiver::start_with(Options { tls, ..Options::default() }).await?;
        let at = Mutex::new(Progress { base: http.url(""), ..Progress::default() });
        let state = Arc::new(Shared { ca, name: name.to_owned(), server, at });
        let own = state.clone();
        http.respond(move |request| answer(&own, request));
        Ok(Authority { http, state })
    }

    /// The address of its directory.
    pub fn directory(&self) -> String {
        self.http.url("/directory")
    }

    /// What clients have to trust.
    pub fn ca(&self) -> &TestCa {
        &self.state.ca
    }

    /// How many certificates were asked for.
    pub fn orders(&self) -> usize {
        self.state.at().orders
    }
}

fn answer(state: &Arc<Shared>, request: &Received) -> Answer {
    let base = state.at().base.trim_end_matches('/').to_owned();
    let url = |path: &str| format!("{base}{path}");
    let answer = match request.path.as_str() {
        "/directory" => Answer::json(
            200,
            &json!({
                "newNonce": url("/nonce"), "newAccount": url("/account"), "newOrder": url("/orders"),
            }),
        ),
        "/account" => {
            Answer::json(201, &json!({ "status": "valid" })).with("location", url("/account/1"))
        }
        "/orders" => {
            state.at().orders += 1;
            Answer::json(201, &order(state, &base)).with("location", url("/order"))
        }
        "/order" => Answer::json(200, &order(state, &base)),
        "/authorization" => Answer::json(200, &authorization(state, &base)),
        "/challenge" => {
            let state = state.clone();
            tokio::spawn(async move { prove(&state).await });
            Answer::json(
                200,
                &json!({ "type": "tls-alpn-01", "url": url("/challenge"), "status": "processing", "token": "token" }),
            )
        }
        "/finalize" => {
            let certificate = sign(state, request);
            state.at().certificate = certificate;
            Answer::json(200, &order(state, &base))
        }
        "/certificate" => {
            Answer::status(200).body(state.at().certificate.clone().unwrap_or_default())
        }
        _ => Answer::status(200),
    };
    answer.with("replay-nonce", "bm9uY2U")
}

fn order(state: &Shared, base: &str) -> Value {
    let at = state.at();
    let status = match (at.proved, &at.certificate) {
        (_, Some(_)) => "valid",
        (true, None) => "ready",
        (false, None) => "pending",
    };
    let mut order = json!({
        "status": status,
        "identifiers": [{ "type": "dns", "value": state.name }],
        "authorizations": [format!("{base}/authorization")],
        "finalize": format!("{base}/finalize"),
    });
    if status == "valid" {
        order["certificate"] = json!(format!("{base}/certificate"));
    }
    order
}

fn authorization(state: &Shared, base: &str) -> Value {
    let status = if state.at().proved { "valid" } else { "pending" };
    json!({
        "status": status,
        "identifier": { "type": "dns", "value": state.name },
        "challenges": [{
            "type": "tls-alpn-01", "url": format!("{base}/challenge"), "status": status,
            "token": "token",
        }],
    })
}

/// Looks at the server as an authority does.
async fn prove(state: &Shared) {
    let looked = async {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"acme-tls/1".to_vec()];
        let stream = TcpStream::connect(state.server).await?;
        let name = ServerName::try_from(state.name.clone())?;
        let tls = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        let (_, session) = tls.get_ref();
        let shown = session.peer_certificates().and_then(|c| c.first()).map(|c| c.to_vec());
        let shown = shown.unwrap_or_default();
        anyhow::Ok(shown.windows(PROOF.len()).any(|w| w == PROOF))
    };
    if looked.await.unwrap_or(false) {
        state.at().proved = true;
    }
}

/// The certificate for the key of a request (PKCS #10 inside a JWS), with that of the authority.
fn sign(state: &Shared, request: &Received) -> Option<String> {
    let part = |text: &Value| URL_SAFE_NO_PAD.decode(text.as_str()?).ok();
    let payload: Value = serde_json::from_slice(&part(&request.json().ok()?["payload"])?).ok()?;
    let csr = part(&payload["csr"])?;
    // A key of P-256 is a bit string with an uncompressed point.
    let at = csr.windows(4).position(|w| w == [0x03, 0x42, 0x00, 0x04])?;
    let leaf = state.ca.for_point(&state.name, csr.get(at + 3..at + 68)?).ok()?;
    Some(format!("{leaf}{}", state.ca.pem()))
}

/// The proof is in the certificate, not in who signed it.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::RSA_PSS_SHA256]
    }
}
