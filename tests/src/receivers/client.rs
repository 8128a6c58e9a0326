//! A real HTTP client for the tests of the receivers themselves.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::TestCa;

/// Long enough for any machine, short enough to notice a hang.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A client that trusts `ca`.
pub(crate) fn trusting(ca: &TestCa) -> Client {
    let tls = ca.client_config().unwrap();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// A client that trusts nobody.
pub(crate) fn client() -> Client {
    trusting(&TestCa::new().unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the receivers are proved with a plain client, not with the product's"
)]
pub(crate) async fn send(request: RequestBuilder) -> reqwest::Result<reqwest::Response> {
    request.send().await
}

#[expect(clippy::disallowed_methods, reason = "answers of the test's own receivers need no cap")]
pub(crate) async fn bytes(response: reqwest::Response) -> reqwest::Result<Vec<u8>> {
    response.bytes().await.map(|b| b.to_vec())
}

/// The status and the JSON body of the answer.
pub(crate) async fn ask(request: RequestBuilder) -> (StatusCode, Value) {
    let response = send(request).await.unwrap();
    let status = response.status();
    (status, serde_json::from_slice(&bytes(response).await.unwrap()).unwrap())
}
