//! One connection of a mail client.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::dialog::{self, Dialog, Step, Then, path, say, verb};
use super::receive::BARE_LF;
use super::script::{Act, Stage};
use super::{Shared, Tls};
use crate::receivers::wire::Wire;

/// A command line longer than this is a fault of the client.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// The connection and where its conversation stands.
pub(super) struct Session<'a> {
    pub(super) shared: &'a Shared,
    pub(super) number: u64,
    pub(super) wire: BufReader<Wire>,
    pub(super) dialog: Dialog,
}

/// Talks to the client until one of the two ends it.
pub(super) async fn serve(shared: &Shared, socket: TcpStream, number: u64) -> Result<()> {
    let tls = shared.options.tls == Tls::Implicit;
    let wire = if tls { encrypt(shared, socket).await? } else { Wire::Plain(socket) };
    let dialog = Dialog { tls, ..Dialog::default() };
    let mut session = Session { shared, number, wire: BufReader::new(wire), dialog };
    if let Some(reply) = session.interfere(Stage::Connect).await? {
        return session.reply(&reply).await;
    }
    session.reply("220 mail.test ESMTP").await?;
    while let Some(line) = session.line().await? {
        let step = session.command(&line).await?;
        let closes = step.then == Then::Close || step.reply.starts_with("421");
        if !step.reply.is_empty() {
            session.reply(&step.reply).await?;
        }
        if closes {
            break;
        }
        match step.then {
            Then::Encrypt => session = session.upgrade().await?,
            Then::Receive if !session.receive().await? => break,
            Then::AuthPlain | Then::AuthLogin => session.authenticate(&line, step.then).await?,
            Then::Receive | Then::Listen | Then::Close => {}
        }
    }
    session.wire.shutdown().await
}

async fn encrypt(shared: &Shared, socket: TcpStream) -> Result<Wire> {
    let acceptor = shared.acceptor.as_ref().ok_or(ErrorKind::Unsupported)?;
    Ok(Wire::Tls(Box::new(acceptor.accept(socket).await?)))
}

impl Session<'_> {
    async fn command(&mut self, line: &[u8]) -> Result<Step> {
        let Some(text) = line.strip_suffix(b"\r\n").map(String::from_utf8_lossy) else {
            return Ok(Step { reply: BARE_LF.to_owned(), then: Then::Close });
        };
        self.shared.commands.push(text.clone().into_owned());
        let (verb, rest) = verb(&text);
        if let Some(stage) = dialog::stage(&verb)
            && let Some(reply) = self.interfere(stage).await?
        {
            return Ok(say(&reply));
        }
        if verb == "RCPT"
            && let Some(reply) = self.put_off(rest)
        {
            return Ok(say(&reply));
        }
        Ok(self.dialog.answer(&verb, rest, &self.shared.options))
    }

    /// Carries out what the script has for this moment; a reply replaces the usual one.
    pub(super) async fn interfere(&mut self, stage: Stage) -> Result<Option<String>> {
        let act = self.shared.script().take(stage);
        match act {
            None => Ok(None),
            Some(Act::Say(reply)) => Ok(Some(reply)),
            Some(Act::Close) => Err(ErrorKind::ConnectionAborted.into()),
            Some(Act::Reset) => {
                self.wire.get_ref().socket().set_zero_linger()?;
                Err(ErrorKind::ConnectionReset.into())
            }
            Some(Act::Hold(gate)) => {
                gate.pass().await;
                Ok(None)
            }
        }
    }

    fn put_off(&self, rest: &str) -> Option<String> {
        let ((to, _), from) = (path(rest, "TO:")?, self.dialog.from.as_ref()?);
        let mut script = self.shared.script();
        if let Some(reply) = script.refusal(&to) {
            return Some(reply);
        }
        let put_off = self.shared.options.greylist && script.is_new(from, &to);
        put_off.then(|| format!("450 4.7.1 <{to}>: Recipient address rejected: Greylisted"))
    }

    async fn upgrade(self) -> Result<Self> {
        // Commands sent ahead of the handshake could be an attacker's (RFC 3207, section 6).
        if !self.wire.buffer().is_empty() {
            return Err(Error::new(ErrorKind::InvalidData, "text before the TLS handshake"));
        }
        let Wire::Plain(socket) = self.wire.into_inner() else {
            return Err(ErrorKind::InvalidInput.into());
        };
        let wire = BufReader::new(encrypt(self.shared, socket).await?);
        // The client must say hello again (RFC 3207, 4.2).
        Ok(Session { wire, dialog: Dialog { tls: true, ..Dialog::default() }, ..self })
    }

    pub(super) async fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        (&mut self.wire).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
        match line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(ErrorKind::UnexpectedEof.into()),
        }
    }

    pub(super) async fn reply(&mut self, reply: &str) -> Result<()> {
        self.wire.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.wire.flush().await
    }
}
