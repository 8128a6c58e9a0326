//! The public address: where senders and browsers find this server, and whether they do.

use connect::http::{Body, HostRule, Prepared, SendError};
use domain::journal::LoggedRequest;
use domain::{Problem, Span, Text, ids};
use http::{HeaderMap, Method};
use url::Url;

use super::super::{Error, Manage};

/// Where a server says that it is itself, below the public address; a text follows.
pub const CHECK_PATH: &str = "/api/v1/address-check/";
/// How long the answer may take.
const PATIENCE: Span = Span::secs(10);
const ANSWER: usize = 4 << 10;

/// What a look from outside found.
#[derive(Clone, Debug)]
pub struct AddressCheck {
    pub ok: bool,
    pub reason: Option<Text>,
}

impl Manage {
    /// What this server answers to whoever asks whether it is itself.
    pub async fn vouch(&self, nonce: &str) -> Result<String, Error> {
        Ok(self.db.vouch(nonce).await?)
    }

    /// Asks the address whether this server is there.
    pub async fn check_address(&self, url: &str) -> Result<AddressCheck, Error> {
        let url = checked(url)?;
        let nonce = ids::random_text(26);
        let target = format!("{url}{CHECK_PATH}{nonce}");
        let target: Url = target.parse().map_err(|_| bad())?;
        let prepared = Prepared {
            method: Method::GET,
            url: target,
            headers: HeaderMap::new(),
            body: Body::Empty,
            timeout: PATIENCE,
            max_response: ANSWER,
            follow: false,
            host_rule: HostRule::AnyPlain,
            masked: LoggedRequest::default(),
        };
        let reason = match self.outbound.sender.send(&prepared).await {
            Ok(answer) => {
                let said = String::from_utf8_lossy(&answer.body).trim().to_owned();
                if answer.status == 200 && said == self.vouch(&nonce).await? {
                    return Ok(AddressCheck { ok: true, reason: None });
                }
                let status = answer.status;
                Text::new(
                    format!("another server answers there (status {status})"),
                    format!("там отвечает другой сервер (код {status})"),
                )
            }
            Err(SendError::Blocked { message }) => Text::new(
                format!(
                    "the address leads into a network that the server may not call: {}",
                    message.en
                ),
                format!("адрес ведёт в сеть, куда серверу обращаться нельзя: {}", message.ru),
            ),
            Err(e) => {
                let why = e.text();
                Text::new(
                    format!("it cannot be reached: {}", why.en),
                    format!("недоступен: {}", why.ru),
                )
            }
        };
        Ok(AddressCheck { ok: false, reason: Some(reason) })
    }
}

/// An address without a slash at its end.
fn checked(text: &str) -> Result<String, Error> {
    let url: Url = text.trim().parse().map_err(|_| bad())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
        return Err(bad());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn bad() -> Error {
    Error::Fields(vec![Problem::error(
        "field_invalid",
        "public_url",
        "an address such as https://hooks.example.org is expected",
        "нужен адрес вида https://hooks.example.org",
    )])
}
