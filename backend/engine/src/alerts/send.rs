//! Sends what is to be sent, each to one receiver, and tries again what did not arrive.

use connect::outbound::Outbound;
use connect::registry::Registry;
use domain::alert::{AlertKind, Channel, Detail};
use domain::ids::WorkspaceId;
use domain::outcome::StepError;
use domain::{Code, Lang, Time, limits};
use serde_json::json;
use store::{Db, NewNotice, Notice, NoticeEnd};

use super::receivers::chat_of;
use crate::engine::Shared;
use crate::letters::Post;
use crate::options;

/// Characters of a message in a chat; Telegram takes 4,096.
const CHAT_CHARS: usize = 3_500;

/// What is needed to send.
pub(crate) struct Means<'a> {
    pub db: &'a Db,
    pub outbound: &'a Outbound,
    pub registry: &'a Registry,
    pub public_url: &'a str,
}

/// An alert on its way to one receiver.
pub(crate) struct Message<'a> {
    pub workspace: WorkspaceId,
    pub kind: AlertKind,
    pub detail: &'a Detail,
    /// The same for every try.
    pub key: &'a str,
    pub at: Time,
}

/// Sends what is due.
pub(super) async fn due(s: &Shared) -> Result<(), store::Error> {
    let registry = s.shelf.registry();
    let means = Means {
        db: &s.db,
        outbound: &s.outbound,
        registry: &registry,
        public_url: &s.config.public_url,
    };
    for n in s.db.due_notices(s.now(), limits::ALERTS_AT_ONCE).await? {
        if s.retired.is_cancelled() {
            return Ok(());
        }
        let until = s.now().plus(limits::ALERT_SENDING);
        if s.db.take_notice(&n, until).await? {
            let end = sent(&means, &n).await;
            s.db.end_notice(&n, end).await?;
        }
    }
    Ok(())
}

async fn sent(means: &Means<'_>, n: &Notice) -> NoticeEnd {
    let key = format!("{}{}", n.id, n.channel.as_str());
    let message = Message {
        workspace: n.workspace,
        kind: n.kind,
        detail: &n.detail,
        key: &key,
        at: means.db.now(),
    };
    let to = NewNotice { channel: n.channel, receiver: n.receiver.clone(), language: n.language };
    let Err(error) = means.send(&message, &to).await else { return NoticeEnd::Sent };
    tracing::warn!(alert.id = %n.id, channel = n.channel.as_str(), error = %error.message, "an alert was not sent");
    let tries = usize::try_from(n.tries).unwrap_or(usize::MAX);
    match limits::ALERT_DELAYS.get(tries) {
        Some(delay) => {
            NoticeEnd::Again { at: means.db.now().plus(*delay), error: error.text().kept() }
        }
        None => NoticeEnd::Failed { error: error.text().kept() },
    }
}

impl Means<'_> {
    /// Sends one message to one receiver.
    pub(crate) async fn send(&self, m: &Message<'_>, to: &NewNotice) -> Result<(), StepError> {
        let post = Post {
            outbound: self.outbound,
            registry: self.registry,
            workspace: m.workspace,
            now: m.at,
            key: m.key,
        };
        let stored = |e: store::Error| {
            tracing::warn!(error = %e, "the store did not answer");
            let text = ("the database did not answer", "база данных не ответила");
            StepError::new(Code::StorageUnavailable, text)
        };
        let missing = |en: &str, ru: &str| StepError::new(Code::ConnectionMissing, (en, ru));
        let title = m.detail.title(m.kind, to.language);
        match to.channel {
            Channel::Email => {
                let server = options::mail_server(self.db).await.map_err(stored)?;
                let server = server
                    .ok_or_else(|| missing("no mail server is set", "почтовый сервер не задан"))?;
                post.letter(&server, &to.receiver, &title, &self.text(m, to.language)).await
            }
            Channel::Telegram => {
                let (id, chat) = chat_of(&to.receiver)
                    .ok_or_else(|| missing("no chat is set", "чат не задан"))?;
                let bot = self.db.connection(m.workspace, id).await.map_err(stored)?;
                let bot = bot.filter(|b| b.connector == "telegram");
                let bot = bot.ok_or_else(|| {
                    missing("the connection of the bot is gone", "подключения бота больше нет")
                })?;
                let text = format!("{title}\n\n{}", self.text(m, to.language));
                let text: String = text.chars().take(CHAT_CHARS).collect();
                post.chat(&bot, chat, &text).await
            }
            Channel::Webhook => {
                let name = options::webhook_secret_of(m.workspace);
                let secret = options::secret(self.db, &name).await.map_err(stored)?;
                let secret = secret.ok_or_else(|| {
                    missing("the signing secret is gone", "секрета подписи больше нет")
                })?;
                let payload = self.payload(m, to.language);
                let kind = format!("alert.{}", m.kind.as_str());
                post.event(&to.receiver, &secret, &kind, &payload).await
            }
        }
    }

    fn link(&self, m: &Message<'_>) -> String {
        format!("{}{}", self.public_url, m.detail.path(m.kind))
    }

    fn text(&self, m: &Message<'_>, lang: Lang) -> String {
        format!("{}\n\n{}\n", m.detail.body(m.kind, lang), self.link(m))
    }

    fn payload(&self, m: &Message<'_>, lang: Lang) -> serde_json::Value {
        json!({
            "kind": m.kind,
            "title": m.detail.title(m.kind, lang),
            "text": m.detail.body(m.kind, lang),
            "link": self.link(m),
            "detail": m.detail,
        })
    }
}
