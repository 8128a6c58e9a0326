//! HTTPS by itself, from a start with one flag.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tests::both_products;
use tests::receivers::acme::Authority;
use tests::world::Kind;
use tests::world::product::Product;
use tests::world::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

both_products! { a_server_gets_its_certificate_by_itself_and_keeps_it }

const NAME: &str = "hooks.zveno.test";

/// What `/livez` says to a client that trusts the authority.
async fn asked(authority: &Authority, addr: std::net::SocketAddr) -> Option<String> {
    let connector = TlsConnector::from(Arc::new(authority.ca().client_config().ok()?));
    let stream = TcpStream::connect(addr).await.ok()?;
    let mut tls = connector.connect(ServerName::try_from(NAME).ok()?, stream).await.ok()?;
    let request = format!("GET /livez HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\n\r\n");
    tls.write_all(request.as_bytes()).await.ok()?;
    let mut said = String::new();
    tls.read_to_string(&mut said).await.ok()?;
    Some(said)
}

async fn a_server_gets_its_certificate_by_itself_and_keeps_it(kind: Kind) {
    let mut p = Product::new(kind).await;
    let https = p.another_addr().await;
    let authority = Authority::start(NAME, https).await.unwrap();
    let roots = p.file("roots.pem", authority.ca().pem());
    p.set("ZVENO_ACME", NAME);
    p.set("ZVENO_ACME_EMAIL", "anna@example.org");
    p.set("ZVENO_ACME_DIRECTORY", &authority.directory());
    p.set("ZVENO_ACME_LISTEN", &https.to_string());
    p.set("ZVENO_EXTRA_ROOTS", &roots);
    let patience = std::time::Duration::from_mins(1);
    for start in 1..=2 {
        let serving = p.serve().await;
        let said = within(patience, "HTTPS answers", async || asked(&authority, https).await).await;
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("ok"), "{said}");
        assert_eq!(authority.orders(), 1, "start {start}: the certificate is kept");
        assert_eq!(serving.stop().await, 0);
    }
    p.remove().await;
}
