//! Who is told: the addresses of the settings, or the owners, in their languages.

use domain::Lang;
use domain::alert::Channel;
use domain::ids::{ConnectionId, WorkspaceId};
use domain::settings::Alerts;
use store::{Db, NewNotice};

use crate::options;

/// Everyone who is told of an alert of this workspace.
pub(crate) async fn of(
    db: &Db,
    ws: WorkspaceId,
    settings: &Alerts,
) -> Result<Vec<NewNotice>, store::Error> {
    let owners = db.owners(ws).await?;
    let language = owners.first().map_or(Lang::default(), |(_, lang)| *lang);
    let mut all = Vec::new();
    let mut add = |channel, receiver: &str, language| {
        all.push(NewNotice { channel, receiver: receiver.to_owned(), language });
    };
    if options::read::<domain::settings::Mail>(db, options::MAIL).await?.is_some() {
        if settings.emails.is_empty() {
            for (email, lang) in &owners {
                add(Channel::Email, email, *lang);
            }
        }
        for email in &settings.emails {
            let owner = owners.iter().find(|(e, _)| e == email);
            add(Channel::Email, email, owner.map_or(language, |(_, lang)| *lang));
        }
    }
    if let Some(t) = &settings.telegram
        && let Some(connection) = t.connection
    {
        add(Channel::Telegram, &chat_name(connection, &t.chat), language);
    }
    if let Some(url) = &settings.webhook {
        add(Channel::Webhook, url, language);
    }
    Ok(all)
}

/// A chat as the name of a receiver.
fn chat_name(connection: ConnectionId, chat: &str) -> String {
    format!("{connection}:{}", chat.trim())
}

/// The connection and the chat of such a name.
pub(super) fn chat_of(receiver: &str) -> Option<(ConnectionId, &str)> {
    let (connection, chat) = receiver.split_once(':')?;
    Some((connection.parse().ok()?, chat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_reads_back() {
        let id = ConnectionId::new(domain::Time(1));
        assert_eq!(chat_of(&chat_name(id, " -100:5 ")), Some((id, "-100:5")));
        assert_eq!(chat_of("x"), None);
    }
}
