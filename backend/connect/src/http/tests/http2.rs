//! HTTP/2.

use std::sync::Arc;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;

use super::server::{Server, post, with, word};

/// An acceptor for 127.0.0.1 that offers HTTP/2, and the authority to trust.
pub fn authority() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let cert =
        CertificateParams::new(vec!["127.0.0.1".into()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (TlsAcceptor::from(Arc::new(config)), ca.pem())
}

async fn serve(refuse: Option<h2::Reason>) -> (Server, String) {
    let (acceptor, pem) = authority();
    let server = Server::start("127.0.0.1", move |socket| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(tls) = acceptor.accept(socket).await else { return };
            let Ok(mut connection) = h2::server::handshake(tls).await else { return };
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                if let Some(reason) = refuse {
                    respond.send_reset(reason);
                } else {
                    let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                    body.send_data(Bytes::from_static(b"over h2"), true).unwrap();
                }
            }
        }
    })
    .await;
    (server, pem)
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered() {
    let (server, pem) = serve(None).await;
    let sender = with(&["127.0.0.0/8"], Some(&pem), None);
    let p = post(&format!("https://{}/", server.addr), "a");
    for _ in 0..3 {
        assert_eq!(sender.send(&p).await.unwrap().body, "over h2");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn s1_a_refused_stream_is_not_sent_and_any_other_reset_is_unknown() {
    for (reason, want) in [
        (h2::Reason::REFUSED_STREAM, "not sent"),
        (h2::Reason::INTERNAL_ERROR, "unknown"),
        (h2::Reason::CANCEL, "unknown"),
    ] {
        let (server, pem) = serve(Some(reason)).await;
        let sender = with(&["127.0.0.0/8"], Some(&pem), None);
        let got = sender.send(&post(&format!("https://{}/", server.addr), "a")).await;
        assert_eq!(word(&got), want, "{reason:?}");
    }
}
