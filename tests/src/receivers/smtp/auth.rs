//! AUTH PLAIN and LOGIN (RFC 4954, RFC 4616).

use std::io::Result;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::dialog::Then;
use super::session::Session;

impl Session<'_> {
    pub(super) async fn authenticate(&mut self, line: &[u8], how: Then) -> Result<()> {
        let text = String::from_utf8_lossy(line).into_owned();
        let initial = text.split_whitespace().nth(2).map(str::to_owned);
        let (user, password) = if how == Then::AuthPlain {
            let all = self.response(initial, "").await?;
            let mut parts = all.split('\0').skip(1).map(str::to_owned);
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        } else {
            let user = self.response(initial, "Username:").await?;
            (user, self.response(None, "Password:").await?)
        };
        let known = self.shared.options.user.as_ref();
        if known.is_some_and(|(u, p)| *u == user && *p == password) {
            self.dialog.user = Some(user);
            return self.reply("235 2.7.0 Authentication successful").await;
        }
        self.reply("535 5.7.8 Authentication credentials invalid").await
    }

    /// The client's answer to a challenge, decoded; empty if it is not base64 or was cancelled.
    async fn response(&mut self, initial: Option<String>, challenge: &str) -> Result<String> {
        let packed = if let Some(packed) = initial {
            packed
        } else {
            self.reply(&format!("334 {}", STANDARD.encode(challenge))).await?;
            let line = self.line().await?.unwrap_or_default();
            String::from_utf8_lossy(&line).trim().to_owned()
        };
        let bytes = STANDARD.decode(packed).unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
