//! Addresses without a flow: whoever sends to one gets what a person chose, and the person sees
//! what came.

use domain::ids::{TemporaryId, random_text};
use domain::{Span, limits};
use store::TemporaryAddress;

use super::{Error, Manage};

/// How such an address answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temporary {
    pub name: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub delay: Span,
}

impl Default for Temporary {
    fn default() -> Self {
        let (name, body) = (String::new(), "ok".to_owned());
        Self { name, status: 200, headers: Vec::new(), body, delay: Span::ZERO }
    }
}

/// Headers that the server writes by itself.
const OWN: [&str; 5] =
    ["content-length", "transfer-encoding", "connection", "keep-alive", "upgrade"];

impl Temporary {
    /// What cannot be answered so.
    fn check(&self) -> Result<(), Error> {
        let bad = |en: String, ru: String| Err(Error::bad(en, ru));
        if self.name.chars().count() > limits::NAME_CHARS {
            let most = limits::NAME_CHARS;
            return bad(
                format!("a name has at most {most} characters"),
                format!("в названии не больше {most} знаков"),
            );
        }
        if !(200..=599).contains(&self.status) {
            return bad("the status is 200 to 599".into(), "код ответа — от 200 до 599".into());
        }
        if self.body.len() > limits::TEMPORARY_BODY {
            let most = limits::TEMPORARY_BODY;
            return bad(
                format!("the body has at most {most} bytes"),
                format!("в теле не больше {most} байт"),
            );
        }
        if self.headers.len() > limits::TEMPORARY_HEADERS {
            let most = limits::TEMPORARY_HEADERS;
            return bad(
                format!("there are at most {most} headers"),
                format!("заголовков не больше {most}"),
            );
        }
        if self.delay > limits::TEMPORARY_DELAY || self.delay < Span::ZERO {
            let most = limits::TEMPORARY_DELAY.as_secs();
            return bad(
                format!("the delay is at most {most} seconds"),
                format!("задержка — не больше {most} секунд"),
            );
        }
        for (name, value) in &self.headers {
            let valid = http::HeaderName::try_from(name).is_ok()
                && http::HeaderValue::try_from(value).is_ok();
            if !valid || OWN.contains(&name.to_lowercase().as_str()) {
                return bad(
                    format!("the header \"{name}\" cannot be sent"),
                    format!("заголовок «{name}» отправить нельзя"),
                );
            }
        }
        Ok(())
    }
}

impl Manage {
    /// All addresses without a flow, newest first.
    pub async fn temporaries(&self) -> Result<Vec<TemporaryAddress>, Error> {
        Ok(self.db.temporaries(self.workspace).await?)
    }

    pub async fn temporary(&self, id: TemporaryId) -> Result<TemporaryAddress, Error> {
        let found = self.db.temporary(self.workspace, id).await?;
        found.ok_or_else(|| Error::missing("temporary address", id))
    }

    /// Where senders reach it.
    pub fn temporary_url(&self, a: &TemporaryAddress) -> String {
        format!("{}/in/{}", self.public_url, a.token)
    }

    pub async fn add_temporary(&self, t: Temporary) -> Result<TemporaryAddress, Error> {
        t.check()?;
        let now = self.db.now();
        let new = TemporaryAddress {
            id: TemporaryId::new(now),
            workspace: self.workspace,
            name: t.name,
            token: random_text(limits::TOKEN_CHARS.0 + 2),
            status: t.status,
            headers: t.headers,
            body: t.body,
            delay: t.delay,
            created_at: now,
        };
        match self.db.add_temporary(new.clone()).await {
            Err(store::Error::Busy) => {
                let n = limits::TEMPORARY_ADDRESSES;
                Err(Error::conflict(
                    format!("there are {n} temporary addresses; remove one"),
                    format!("временных адресов уже {n}; удалите какой-нибудь"),
                ))
            }
            other => Ok(other.map(|()| new)?),
        }
    }

    pub async fn change_temporary(
        &self,
        id: TemporaryId,
        t: Temporary,
    ) -> Result<TemporaryAddress, Error> {
        let old = self.temporary(id).await?;
        t.check()?;
        let new = TemporaryAddress {
            name: t.name,
            status: t.status,
            headers: t.headers,
            body: t.body,
            delay: t.delay,
            ..old
        };
        self.db.change_temporary(new.clone()).await?;
        Ok(new)
    }

    /// Removes an address; what came to it stays until its time.
    pub async fn remove_temporary(&self, id: TemporaryId) -> Result<(), Error> {
        Ok(self.db.remove_temporary(self.workspace, id).await?)
    }
}
