//! The mail server of the server's own letters.

use domain::settings::Mail;
use domain::{Lang, Secret};
use serde::Serialize;

use super::super::{Error, Manage};
use crate::letters::{MailServer, Post};
use crate::options::{self, MAIL, MAIL_PASSWORD};

/// The mail server as it may be shown.
#[derive(Clone, Debug, Serialize)]
pub struct MailView {
    #[serde(flatten)]
    pub mail: Mail,
    pub password_set: bool,
}

impl Manage {
    /// The mail server, if one is set.
    pub async fn mail(&self) -> Result<Option<MailView>, Error> {
        let server = options::mail_server(&self.db).await?;
        Ok(server.map(|s| MailView { mail: s.mail, password_set: s.password.is_some() }))
    }

    /// Sets the mail server, or takes it away. Without a password the one that is set stays, as
    /// long as it goes to the same server and user.
    pub async fn set_mail(
        &self,
        mail: Option<Mail>,
        password: Option<Secret>,
    ) -> Result<(), Error> {
        let Some(mail) = mail else {
            let none = |name: &str| (name.to_owned(), None);
            return Ok(self.db.change_options(vec![none(MAIL), none(MAIL_PASSWORD)]).await?);
        };
        let faults = mail.faults();
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        let before = options::mail_server(&self.db).await?;
        let same =
            before.as_ref().is_some_and(|b| b.mail.host == mail.host && b.mail.user == mail.user);
        let mut changes = vec![options::written(MAIL, &mail)?];
        match password.filter(|p| !p.is_empty()) {
            Some(p) => {
                let sealed = self.db.seal_option(MAIL_PASSWORD, &p)?;
                changes.push((MAIL_PASSWORD.to_owned(), Some(sealed)));
            }
            // A password is never sent to a server that it was not given for.
            None if !same => changes.push((MAIL_PASSWORD.to_owned(), None)),
            None => {}
        }
        Ok(self.db.change_options(changes).await?)
    }

    /// Sends a letter to see whether letters arrive.
    pub async fn test_mail(&self, to: &str, lang: Lang) -> Result<(), Error> {
        let (subject, text) = match lang {
            Lang::En => ("A test of Zveno's mail", "Letters of this server arrive here."),
            Lang::Ru => ("Проверка почты Zveno", "Письма этого сервера приходят сюда."),
        };
        self.send_letter(to, subject, text).await
    }

    /// Sends a letter of the server itself.
    pub async fn send_letter(&self, to: &str, subject: &str, text: &str) -> Result<(), Error> {
        let server: MailServer = options::mail_server(&self.db)
            .await?
            .ok_or_else(|| Error::conflict("no mail server is set", "почтовый сервер не задан"))?;
        let key = domain::ids::random_text(26);
        let post = Post {
            outbound: &self.outbound,
            registry: &self.registry,
            workspace: self.workspace,
            now: self.db.now(),
            key: &key,
        };
        post.letter(&server, to, subject, text).await.map_err(|e| Error::Untested(Box::new(e)))
    }
}
