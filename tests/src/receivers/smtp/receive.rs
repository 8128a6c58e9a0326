//! What comes between 354 and the reply to the final dot.

use std::io::{ErrorKind, Result};

use super::dialog::Dialog;
use super::script::Stage;
use super::session::Session;
use super::{Mail, Verdict};

/// Refused by servers that do not take part in smuggling: a line break is CR LF and nothing else.
pub(super) const BARE_LF: &str = "521 5.5.2 Bare <LF> received";

/// What came between 354 and the final dot.
struct Content {
    raw: Vec<u8>,
    bare_lf: bool,
}

impl Session<'_> {
    /// Takes a message and says whether the conversation goes on.
    pub(super) async fn receive(&mut self) -> Result<bool> {
        let content = self.content().await?;
        let refusal = if content.bare_lf {
            Some(BARE_LF)
        } else if content.raw.len() as u64 > self.shared.options.size_max {
            Some("552 5.3.4 Message size exceeds fixed limit")
        } else {
            None
        };
        let mut mail = self.mail(content.raw);
        let scripted = self.interfere(Stage::End).await;
        let usual = refusal.unwrap_or("250 2.0.0 Queued");
        let reply = scripted.as_ref().ok().map(|s| s.as_deref().unwrap_or(usual));
        mail.verdict = match reply {
            None => Verdict::Unanswered,
            Some(reply) if reply.starts_with('2') => Verdict::Accepted,
            Some(reply) => Verdict::Refused(reply.to_owned()),
        };
        self.shared.log.push(mail);
        let reply = scripted?.unwrap_or_else(|| usual.to_owned());
        self.reply(&reply).await?;
        Ok(reply != BARE_LF && !reply.starts_with("421"))
    }

    /// The message of the transaction, which this ends.
    fn mail(&mut self, raw: Vec<u8>) -> Mail {
        let Dialog { tls, hello, user, from, params, to } = self.dialog.clone();
        self.dialog.reset();
        let (hello, from) = (hello.unwrap_or_default(), from.unwrap_or_default());
        let (at, connection) = (self.shared.now.get(), self.number);
        let verdict = Verdict::Accepted;
        Mail { at, connection, hello, tls, user, from, params, to, raw, verdict }
    }

    /// Reads up to the final dot and takes the dot off lines that begin with one (RFC 5321, 4.5.2).
    async fn content(&mut self) -> Result<Content> {
        let mut content = Content { raw: Vec::new(), bare_lf: false };
        let mut after_crlf = true;
        loop {
            let line = self.line().await?.ok_or(ErrorKind::UnexpectedEof)?;
            if after_crlf && line == b".\r\n" {
                return Ok(content);
            }
            let stuffed = after_crlf && line.first() == Some(&b'.');
            content.raw.extend_from_slice(if stuffed { &line[1..] } else { &line });
            after_crlf = line.ends_with(b"\r\n");
            content.bare_lf |= !after_crlf;
        }
    }
}
