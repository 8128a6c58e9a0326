//! Which certificates are trusted: the roots of Mozilla, and the operator's own.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The operator's certificate authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the extra certificate authorities cannot be used: {0}")]
pub struct RootsError(String);

/// A client configuration with these protocols offered (ALPN).
pub fn config(extra_pem: Option<&str>, protocols: &[&str]) -> Result<ClientConfig, RootsError> {
    let fault = |e: &dyn std::fmt::Display| RootsError(e.to_string());
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = extra_pem {
        let before = roots.len();
        for cert in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(cert.map_err(|e| fault(&e))?).map_err(|e| fault(&e))?;
        }
        if roots.len() == before {
            return Err(RootsError("there is no certificate in them".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| fault(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
    Ok(config)
}
