//! A connection to a mail server: dialled through the guard, encrypted, logged in.

use std::io;
use std::net::IpAddr;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::account::{Account, Security};
use super::outcome::Fault;
use super::wire::{Encrypted, Wire};
use crate::http::Sender;

/// An open connection.
pub struct Link {
    pub smtp: AsyncSmtpConnection,
    /// Letters sent over it.
    pub letters: u32,
}

impl Link {
    /// Connects, encrypts as the account says, and logs in.
    pub async fn open(sender: &Sender, account: &Account<'_>) -> Result<Self, Fault> {
        let dialled = sender.dial(account.host, account.port).await.map_err(|e| Fault::dial(&e))?;
        if account.security == Security::None && account.login.is_some() && !dialled.opened {
            return Err(Fault::clear_password());
        }
        // A client without a name of its own says its address (RFC 5321 section 4.1.4).
        let hello = match dialled.stream.local_addr().map_err(|e| Fault::io(&e))?.ip() {
            IpAddr::V4(ip) => ClientId::Ipv4(ip),
            IpAddr::V6(ip) => ClientId::Ipv6(ip),
        };
        let wire = Wire::new(dialled.stream);
        let stream: Box<dyn AsyncTokioStream> = match account.security {
            Security::Tls => Box::new(encrypt(sender, &dialled.host, wire).await?),
            Security::None | Security::StartTls => Box::new(wire),
        };
        let mut smtp = AsyncSmtpConnection::connect_with_transport(stream, &hello)
            .await
            .map_err(|e| Fault::before(&e))?;
        if account.security == Security::StartTls {
            let tls = tls(sender, &dialled.host).map_err(|e| Fault::before(&e))?;
            smtp.starttls(tls, &hello).await.map_err(|e| Fault::before(&e))?;
        }
        if let Some((user, password)) = account.login {
            let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            smtp.auth(&known, &credentials).await.map_err(|e| Fault::login(&e))?;
        }
        Ok(Self { smtp, letters: 0 })
    }
}

async fn encrypt(sender: &Sender, host: &str, wire: Wire) -> Result<Encrypted, Fault> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|e| Fault::io(&io::Error::other(e)))?;
    let tls = TlsConnector::from(sender.tls.clone()).connect(name, wire).await;
    tls.map(Encrypted).map_err(|e| Fault::io(&e))
}

/// The same roots for STARTTLS.
fn tls(sender: &Sender, host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder =
        TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(pem) = &sender.roots_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
    }
    builder.build()
}
