//! `email.send`: a letter through the user's own mail server (SMTP, RFC 5321).
//! Absent: OAuth2 log-in, DKIM (the server signs), reading mail.

mod account;
mod letter;
mod link;
mod outcome;
pub mod pool;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};

use domain::Span;
use domain::connection::Connection;
use domain::journal::{Exchange, LoggedRequest, LoggedResponse};
use domain::outcome::{Outcome, StepError};
use futures::future::BoxFuture;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use serde_json::json;

use super::input;
use super::shot::timeout;
use super::{Native, NativeTest};
use crate::outbound::{Call, Executed, Outbound, Scrub, Tested, cut, exchange};
use crate::registry::Connector;
use account::Account;
use letter::Letter;
use link::Link;
use outcome::Fault;

/// Sends one letter.
pub struct Send;

impl Native for Send {
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let prepared = async {
                let connection = input::connection(call)?;
                let account = Account::of(connection)?;
                let letter = Letter::write(call, &account).await?;
                Ok::<_, StepError>((connection, account, letter))
            };
            match prepared.await {
                Ok((connection, account, letter)) => {
                    send(out, call, connection, &account, &letter).await
                }
                Err(error) => Executed::unsent(Outcome::Fail { error }),
            }
        })
    }
}

async fn send(
    out: &Outbound,
    call: &Call<'_>,
    connection: &Connection,
    account: &Account<'_>,
    letter: &Letter,
) -> Executed {
    let started = out.config.clock.mono();
    let data = AtomicBool::new(false);
    let work = deliver(out, connection, account, letter, &data);
    let result = match tokio::time::timeout(timeout(call).std(), work).await {
        Ok(result) => result,
        Err(_) => Err(Fault::late(data.load(Ordering::Acquire))),
    };
    let scrub = Scrub::new(connection.secrets.values().chain(call.secrets.values()));
    let response = match &result {
        Ok(reply) => Some(logged_reply(250, reply, &scrub)),
        Err(fault) => fault.status.map(|s| logged_reply(s, &fault.message.en, &scrub)),
    };
    let took = Span::from_micros(out.config.clock.mono().micros() - started.micros());
    let exchange = exchange(letter.logged(account, &scrub), response, took);
    let sent = data.load(Ordering::Acquire);
    let outcome = match result {
        Ok(reply) => Outcome::Done {
            output: json!({
                "message_id": letter.id,
                "reply": scrub.clean(reply),
                "recipients": letter.recipients(),
            }),
        },
        Err(fault) => fault.outcome(&scrub),
    };
    Executed { outcome, exchanges: vec![exchange], sent, done_calls: None }
}

fn logged_reply(status: u16, text: &str, scrub: &Scrub) -> LoggedResponse {
    let (body, cut_from) = cut(&scrub.clean(text.to_owned()));
    LoggedResponse { status, headers: Vec::new(), body, cut_from }
}

/// The conversation (RFC 5321 section 3.3). `data` becomes true before the first byte of the
/// letter: from then on the server may have taken it.
async fn deliver(
    out: &Outbound,
    connection: &Connection,
    account: &Account<'_>,
    letter: &Letter,
    data: &AtomicBool,
) -> Result<String, Fault> {
    let mut link = match out.mailer.take(connection, out.config.clock.mono()).await {
        Some(link) => link,
        None => Link::open(&out.sender, account).await?,
    };
    let reply = converse(&mut link, letter, data).await?;
    out.mailer.give(connection, link, out.config.clock.mono());
    Ok(reply)
}

async fn converse(link: &mut Link, letter: &Letter, data: &AtomicBool) -> Result<String, Fault> {
    let smtp = &mut link.smtp;
    let mut params = Vec::new();
    if letter.international() {
        if !smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Fault::international());
        }
        params.push(MailParameter::SmtpUtfEight);
    }
    let from = letter.envelope.from().cloned();
    smtp.command(Mail::new(from, params)).await.map_err(|e| Fault::before(&e))?;
    for to in letter.envelope.to() {
        let rcpt = Rcpt::new(to.clone(), Vec::new());
        smtp.command(rcpt).await.map_err(|e| Fault::recipient(to, &e))?;
    }
    smtp.command(Data).await.map_err(|e| Fault::before(&e))?;
    data.store(true, Ordering::Release);
    let reply = smtp.message(&letter.bytes).await.map_err(|e| Fault::after(&e))?;
    link.letters += 1;
    Ok(words(&reply))
}

fn words(reply: &Response) -> String {
    reply.message().collect::<Vec<_>>().join("\n")
}

/// Connects, logs in and leaves again.
pub struct Check;

impl NativeTest for Check {
    fn test<'a>(
        &'a self,
        out: &'a Outbound,
        _: &'a Connector,
        connection: &'a Connection,
    ) -> BoxFuture<'a, Result<Tested, (StepError, Vec<Exchange>)>> {
        Box::pin(async move {
            let account = Account::of(connection).map_err(|e| (e, Vec::new()))?;
            let scrub = Scrub::new(connection.secrets.values());
            let url = account.url();
            let request =
                LoggedRequest { method: "SMTP".to_owned(), url, ..LoggedRequest::default() };
            let limit = domain::limits::CALL_TIMEOUT.std();
            let result = match tokio::time::timeout(limit, greet(out, &account)).await {
                Ok(result) => result,
                Err(_) => Err(Fault::late(false)),
            };
            match result {
                Ok(reply) => {
                    let response = logged_reply(250, &reply, &scrub);
                    let exchanges = vec![exchange(request, Some(response), Span::ZERO)];
                    Ok(Tested { label: account.label(), exchanges })
                }
                Err(fault) => {
                    let response = fault.status.map(|s| logged_reply(s, &fault.message.en, &scrub));
                    let exchanges = vec![exchange(request, response, Span::ZERO)];
                    Err((fault.error(&scrub), exchanges))
                }
            }
        })
    }
}

async fn greet(out: &Outbound, account: &Account<'_>) -> Result<String, Fault> {
    let mut link = Link::open(&out.sender, account).await?;
    let noop = lettre::transport::smtp::commands::Noop;
    let reply = link.smtp.command(noop).await.map_err(|e| Fault::before(&e))?;
    // The answer to QUIT changes nothing any more.
    let _ = link.smtp.quit().await;
    Ok(words(&reply))
}
