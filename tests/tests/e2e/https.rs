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

both_products! {
    a_server_gets_its_certificate_by_itself_and_keeps_it,
    a_session_is_begun_and_known_by_https,
}

const NAME: &str = "hooks.zveno.test";

/// How long a certificate may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// What is answered to a client that trusts the authority.
async fn asked(
    authority: &Authority,
    addr: std::net::SocketAddr,
    method: &str,
    target: &str,
    (headers, body): (&str, &str),
) -> Option<String> {
    let connector = TlsConnector::from(Arc::new(authority.ca().client_config().ok()?));
    let stream = TcpStream::connect(addr).await.ok()?;
    let mut tls = connector.connect(ServerName::try_from(NAME).ok()?, stream).await.ok()?;
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\n\
         content-length: {length}\r\n{headers}\r\n{body}"
    );
    tls.write_all(request.as_bytes()).await.ok()?;
    let mut said = String::new();
    tls.read_to_string(&mut said).await.ok()?;
    Some(said)
}

/// An installation that gets its certificate from an authority of the test.
async fn certified(kind: Kind) -> (Product, Authority, std::net::SocketAddr) {
    let mut p = Product::new(kind).await;
    let https = p.another_addr().await;
    let authority = Authority::start(NAME, https).await.unwrap();
    let roots = p.file("roots.pem", authority.ca().pem());
    p.set("ZVENO_ACME", NAME);
    p.set("ZVENO_ACME_EMAIL", "anna@example.org");
    p.set("ZVENO_ACME_DIRECTORY", &authority.directory());
    p.set("ZVENO_ACME_LISTEN", &https.to_string());
    p.set("ZVENO_EXTRA_ROOTS", &roots);
    (p, authority, https)
}

async fn a_session_is_begun_and_known_by_https(kind: Kind) {
    let (p, authority, https) = certified(kind).await;
    let serving = p.serve().await;
    let ask = async |method: &str, target: &str, with: (&str, &str)| {
        within(PATIENCE, target, async || asked(&authority, https, method, target, with).await)
            .await
    };
    let link = serving.setup_link().await;
    let token = link.strip_prefix(&format!("https://{NAME}/setup#token=")).unwrap();
    let anna = serde_json::json!({
        "token": token, "name": "Anna", "email": "anna@example.org",
        "password": "correct horse battery",
    });
    let typed = "content-type: application/json\r\n";
    let said = ask("POST", "/api/v1/setup", (typed, &anna.to_string())).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    let cookie = said.lines().find_map(|l| l.strip_prefix("set-cookie: __Host-zveno=")).unwrap();
    assert!(
        cookie.contains("; Secure") && cookie.contains("; Path=/") && cookie.contains("HttpOnly")
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let shown = format!("cookie: __Host-zveno={session}\r\n");
    let said = ask("GET", "/api/v1/me", (&shown, "")).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("anna@example.org"), "{said}");
    // The way back from a service knows the person too: only the sign-in is unknown to it.
    let known = ask("GET", "/oauth/callback?state=x&code=y", (&shown, "")).await;
    assert!(known.contains("This sign-in is unknown"), "{known}");
    let stranger = ask("GET", "/oauth/callback?state=x&code=y", ("", "")).await;
    assert!(stranger.contains("Sign in, or send"), "{stranger}");
    assert_eq!(serving.stop().await, 0);
    p.remove().await;
}

async fn a_server_gets_its_certificate_by_itself_and_keeps_it(kind: Kind) {
    let (p, authority, https) = certified(kind).await;
    for start in 1..=2 {
        let serving = p.serve().await;
        let said = within(PATIENCE, "HTTPS answers", async || {
            asked(&authority, https, "GET", "/livez", ("", "")).await
        })
        .await;
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("ok"), "{said}");
        assert_eq!(authority.orders(), 1, "start {start}: the certificate is kept");
        assert_eq!(serving.stop().await, 0);
    }
    p.remove().await;
}
