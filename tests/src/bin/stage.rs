//! The product with the services around it, for tests in a browser: a server on a new data folder,
//! a Bitrix24 portal, a mail server, a receiver of signed webhooks and the Bot API of Telegram. It
//! says where they are in one line of JSON, then answers one JSON command a line, and ends with its
//! standard input. The public address of the server may be given as the only argument.
//!
//! Commands: `{"do": "effects"}` what has arrived; `{"do": "portal", "times": 2, "error": "access"}`
//! (`access`, `overload`, `internal`) fails that many calls; `{"do": "webhook", "times": 1,
//! "status": 500}` answers so, with `"reset": true` instead of a status it reads and hangs up;
//! `{"do": "field", "code": "UF_CRM_1", "type": "string", "label": "Source"}` gives the portal's
//! leads a field of their own; `{"do": "code", "valid": false}` whether the portal takes the code of its
//! webhook; `{"do": "bot"}` the address that the bot was told, `{"do": "bot", "refuse": "why"}` the
//! next call for it fails; `{"do": "restart"}` kills the server and starts it again.

use std::io::Write;

use anyhow::Context;
use serde_json::{Value, json};
use tests::receivers::Now;
use tests::receivers::bitrix24::{Failure, Portal};
use tests::receivers::http::Answer;
use tests::receivers::smtp::{self, SmtpReceiver};
use tests::receivers::standard_webhooks::{Secret, WebhookReceiver};
use tests::receivers::telegram::{self, Telegram};
use tests::world::product::{Product, Serving};
use tests::world::{BOT_TOKEN, Kind, MAIL_USER, PORTAL_CODE, SOON, WEBHOOK_SECRET, within};

/// How often a portal that does not take the code any more refuses it: until told otherwise.
const FOR_GOOD: usize = 100_000;

struct Stage {
    product: Product,
    serving: Serving,
    portal: Portal,
    mail: SmtpReceiver,
    partner: WebhookReceiver,
    bot: Telegram,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut stage = Stage::start().await?;
    say(&stage.info().await)?;
    while let Some(line) = next_line().await? {
        let command: Value =
            serde_json::from_str(&line).context("a command is one line of JSON")?;
        let (next, answer) = stage.act(&command).await?;
        stage = next;
        say(&answer)?;
    }
    stage.serving.kill().await;
    stage.product.remove().await;
    Ok(())
}

/// The next line of standard input; none at its end.
async fn next_line() -> anyhow::Result<Option<String>> {
    let read = || std::io::stdin().lines().next().transpose();
    Ok(tokio::task::spawn_blocking(read).await??)
}

fn say(v: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{v}")?;
    Ok(out.flush()?)
}

impl Stage {
    async fn start() -> anyhow::Result<Stage> {
        let (user, password) = MAIL_USER;
        let options = smtp::Options {
            tls: smtp::Tls::StartTls,
            user: Some((user.to_owned(), password.to_owned())),
            ..smtp::Options::default()
        };
        let portal = Portal::start(1, PORTAL_CODE).await?;
        let mail = SmtpReceiver::start_with(options).await?;
        let secret = Secret::parse(WEBHOOK_SECRET).context("a signing secret")?;
        let partner = WebhookReceiver::start(vec![secret], Now::wall()).await?;
        let bot = Telegram::start(BOT_TOKEN).await?;
        let mut product = Product::new(Kind::Sqlite).await;
        product.set("ZVENO_BASE_URL_BITRIX24", &portal.http().url(""));
        product.set("ZVENO_BASE_URL_TELEGRAM", &bot.base());
        let roots = product.file("roots.pem", mail.ca().pem());
        product.set("ZVENO_EXTRA_ROOTS", &roots);
        if let Some(url) = std::env::args().nth(1) {
            product.set("ZVENO_PUBLIC_URL", &url);
        }
        let serving = product.serve().await;
        Ok(Stage { product, serving, portal, mail, partner, bot })
    }

    async fn info(&self) -> Value {
        // Said right after the server is ready.
        let setup = within(SOON, "the link of the setup page", async || {
            let log = self.serving.log();
            log.split_whitespace().find(|w| w.contains("/setup#")).map(str::to_owned)
        })
        .await;
        let (user, password) = MAIL_USER;
        json!({
            "base": format!("http://{}", self.product.addr()),
            "setup": setup,
            "folder": self.product.folder(),
            "portal": { "host": "firma.bitrix24.ru", "user": 1, "code": PORTAL_CODE },
            "mail": {
                "host": "127.0.0.1", "port": self.mail.addr().port(), "security": "starttls",
                "user": user, "password": password, "from": "shop@firma.test",
            },
            "bot": { "token": BOT_TOKEN },
            "webhook": { "url": self.partner.http().url("/events"), "secret": WEBHOOK_SECRET },
        })
    }

    async fn act(self, command: &Value) -> anyhow::Result<(Stage, Value)> {
        let times = command["times"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let done = json!({ "ok": true });
        let answer = match command["do"].as_str() {
            Some("effects") => self.effects(),
            Some("portal") => {
                let failure = match command["error"].as_str() {
                    Some("overload") => Failure::Overload,
                    Some("internal") => Failure::Internal,
                    _ => Failure::AccessDenied,
                };
                self.portal.fail(None, times, &failure);
                done
            }
            Some("code") => {
                let valid = command["valid"].as_bool().unwrap_or(true);
                if valid {
                    self.portal.recover();
                } else {
                    self.portal.fail(None, FOR_GOOD, &Failure::NoAuth);
                }
                done
            }
            Some("webhook") if command["reset"] == true => {
                self.partner.http().next(times, &Answer::reset());
                done
            }
            Some("webhook") => {
                let status = command["status"].as_u64().and_then(|s| u16::try_from(s).ok());
                self.partner.fail(times, status.unwrap_or(500));
                done
            }
            Some("field") => self.field(command)?,
            Some("bot") => {
                if let Some(why) = command["refuse"].as_str() {
                    let description = format!("Bad Request: {why}");
                    self.bot.fail(1, &telegram::Failure::Error { status: 400, description });
                }
                json!({ "webhook": self.bot.webhook() })
            }
            Some("restart") => return self.restart().await,
            other => json!({ "ok": false, "error": format!("unknown command {other:?}") }),
        };
        Ok((self, answer))
    }

    fn field(&self, command: &Value) -> anyhow::Result<Value> {
        let code = command["code"].as_str().context("a field has a code")?;
        let kind = command["type"].as_str().unwrap_or("string");
        let label = command["label"].as_str().unwrap_or(code);
        self.portal.add_labelled_field(code, kind, label, false);
        Ok(json!({ "ok": true }))
    }

    async fn restart(self) -> anyhow::Result<(Stage, Value)> {
        self.serving.kill().await;
        let serving = self.product.serve().await;
        Ok((Stage { serving, ..self }, json!({ "ok": true })))
    }

    /// What the services got.
    fn effects(&self) -> Value {
        let leads: Vec<Value> = self
            .portal
            .created()
            .all()
            .iter()
            .map(|e| {
                let multi: Vec<&str> = e.multi.iter().map(|m| m.value.as_str()).collect();
                json!({ "id": e.id, "fields": e.fields, "contacts": multi })
            })
            .collect();
        let letters: Vec<Value> = self.mail.log().all().iter().map(|m| letter(m)).collect();
        let webhooks: Vec<Value> = self
            .partner
            .log()
            .all()
            .iter()
            .map(|j| {
                let body = j.request.json().unwrap_or_default();
                json!({ "signed": j.verdict.is_ok(), "taken": j.taken, "body": body })
            })
            .collect();
        json!({ "leads": leads, "letters": letters, "webhooks": webhooks })
    }
}

fn letter(m: &smtp::Mail) -> Value {
    let message = m.message().ok();
    let subject = message.as_ref().and_then(|m| m.header("subject").map(str::to_owned));
    let text = message.as_ref().and_then(|m| m.text.clone());
    json!({ "to": m.to, "from": m.from, "tls": m.tls, "subject": subject, "text": text })
}
