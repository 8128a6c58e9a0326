//! People: the first one, more of them, their passwords and roles.

use domain::ids::{UserId, WorkspaceId};
use domain::{Code, Lang, Problem, Role, Secret, limits};
use store::{Invitation, Left, NewUser, User, UserChange};

use super::{Error, Manage, passwords};

/// What a person gives of herself.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub email: String,
    pub name: String,
    pub password: Secret,
    pub language: Lang,
}

/// An e-mail address as it is kept and compared.
pub fn plain_email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A name that may be kept: trimmed, neither empty nor too long.
///
/// # Errors
/// What is wrong with it.
pub fn checked_name(text: &str, place: &'static str) -> Result<String, Problem> {
    let name = text.trim();
    let most = limits::NAME_CHARS;
    if name.is_empty() || name.chars().count() > most || name.chars().any(char::is_control) {
        return Err(Problem::error(
            "field_invalid",
            place,
            format!("write a name of 1 to {most} characters"),
            format!("введите имя длиной от 1 до {most} символов"),
        ));
    }
    Ok(name.to_owned())
}

fn checked_email(text: &str) -> Result<String, Problem> {
    let email = plain_email(text);
    let good = email.split_once('@').is_some_and(|(who, at)| {
        !who.is_empty() && !at.is_empty() && !at.contains('@') && !at.starts_with('.')
    }) && email.chars().count() <= limits::EMAIL_CHARS
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if good {
        return Ok(email);
    }
    let (en, ru) = ("write an e-mail address", "введите адрес электронной почты");
    Err(Problem::error("field_invalid", "email", en, ru))
}

fn checked_password(p: &Secret, place: &str, email: &str) -> Result<(), Problem> {
    let (least, most) = limits::PASSWORD_CHARS;
    let n = p.expose().chars().count();
    let (en, ru) = if n < least || n > most {
        (
            format!("a password has {least} to {most} characters"),
            format!("в пароле от {least} до {most} символов"),
        )
    } else if plain_email(p.expose()) == email {
        ("the password is the e-mail".into(), "пароль совпадает с почтой".into())
    } else {
        return Ok(());
    };
    Err(Problem::error("field_invalid", place, en, ru))
}

impl SignUp {
    /// The person to add, if everything is as it should be.
    async fn checked(&self, now: domain::Time) -> Result<NewUser, Error> {
        let mut faults = Vec::new();
        let email = checked_email(&self.email).unwrap_or_else(|p| {
            faults.push(p);
            String::new()
        });
        let name = checked_name(&self.name, "name").unwrap_or_else(|p| {
            faults.push(p);
            String::new()
        });
        faults.extend(checked_password(&self.password, "password", &email).err());
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        Ok(NewUser {
            id: UserId::new(now),
            email,
            name,
            password: passwords::hash(&self.password).await?,
            language: language(self.language).to_owned(),
            created_at: now,
        })
    }
}

/// The word of a language.
pub fn language(l: Lang) -> &'static str {
    match l {
        Lang::En => "en",
        Lang::Ru => "ru",
    }
}

fn nobody(who: &str) -> Error {
    Error::missing("user", who)
}

fn left(l: Left) -> Result<(), Error> {
    match l {
        Left::Done => Ok(()),
        Left::LastOwner => Err(Error::Refused(Code::LastOwner)),
    }
}

impl Manage {
    /// The link of the setup page; absent when there is somebody.
    pub async fn setup_link(&self) -> Result<Option<String>, Error> {
        let token = self.db.setup_token().await?;
        Ok(token.map(|t| format!("{}/setup#token={}", self.public_url, t.expose())))
    }

    /// Adds the first person, who owns the first workspace.
    pub async fn set_up(
        &self,
        token: &Secret,
        who: &SignUp,
        workspace: &str,
    ) -> Result<User, Error> {
        let known = self.db.setup_token().await?.ok_or(Error::Refused(Code::SetupDone))?;
        if !same(known.expose(), token.expose()) {
            return Err(Error::Refused(Code::SetupRefused));
        }
        let workspace = match workspace.trim() {
            "" => "Zveno".to_owned(),
            given => checked_name(given, "workspace_name").map_err(|p| Error::Fields(vec![p]))?,
        };
        let new = who.checked(self.db.now()).await?;
        let id = new.id;
        self.db.first_user(new, workspace).await.map_err(|e| match e {
            store::Error::Changed => Error::Refused(Code::SetupDone),
            e => e.into(),
        })?;
        self.person(id).await
    }

    /// Adds a person to this workspace, and says whether she is new. Who has an account keeps it
    /// and its password.
    pub async fn add_user(&self, who: &SignUp, role: Role) -> Result<(User, bool), Error> {
        let email = checked_email(&who.email).map_err(|p| Error::Fields(vec![p]))?;
        if let Some((user, _)) = self.db.user_by_email(&email).await? {
            let here = self.db.memberships(user.id).await?;
            if here.iter().any(|m| m.workspace == self.workspace) {
                return Err(Error::conflict(
                    format!("{email} is in this workspace already"),
                    format!("{email} уже в этом пространстве"),
                ));
            }
            self.db.add_member(self.workspace, user.id, role).await?;
            return Ok((user, false));
        }
        let new = who.checked(self.db.now()).await?;
        let id = new.id;
        self.db.add_user(new, self.workspace, role).await?;
        Ok((self.person(id).await?, true))
    }

    /// Uses an invitation for somebody new. Who has an account must prove it first.
    pub async fn accept_as_new(&self, i: &Invitation, who: &SignUp) -> Result<User, Error> {
        let new = who.checked(self.db.now()).await?;
        let id = new.id;
        self.db.accept_new(i, new).await.map_err(used)?;
        self.person(id).await
    }

    /// Uses an invitation for somebody who has an account.
    pub async fn accept_as(&self, i: &Invitation, user: UserId) -> Result<User, Error> {
        self.db.accept_known(i, user, self.db.now()).await.map_err(used)?;
        self.person(user).await
    }

    /// The person with this e-mail and password.
    pub async fn signed_in(&self, email: &str, password: &Secret) -> Result<Option<User>, Error> {
        let found = match email.len() {
            0..=limits::EMAIL_CHARS => self.db.user_by_email(&plain_email(email)).await?,
            _ => None,
        };
        let (user, hash) = found.unzip();
        if password.expose().chars().count() > limits::PASSWORD_CHARS.1 {
            return Ok(None);
        }
        let fits = passwords::fits(password, hash).await?;
        Ok(user.filter(|_| fits))
    }

    /// Changes a password after the present one was given.
    pub async fn change_password(
        &self,
        id: UserId,
        current: &Secret,
        new: &Secret,
    ) -> Result<(), Error> {
        let found = self.db.user_with_password(id).await?;
        let (user, hash) = found.ok_or_else(|| nobody("me"))?;
        if !passwords::fits(current, Some(hash)).await? {
            let (en, ru) = ("this is not your password", "это не ваш пароль");
            let p = Problem::error("field_invalid", "password.current", en, ru);
            return Err(Error::Fields(vec![p]));
        }
        self.put_password(&user, new, "password.new").await
    }

    /// Sets the password of somebody who forgot it, and ends every session of hers.
    pub async fn set_password(&self, email: &str, new: &Secret) -> Result<(), Error> {
        let user = self.by_email(email).await?;
        self.put_password(&user, new, "password").await?;
        self.db.end_sessions(user.id, None).await?;
        Ok(())
    }

    async fn put_password(&self, user: &User, new: &Secret, place: &str) -> Result<(), Error> {
        checked_password(new, place, &user.email).map_err(|p| Error::Fields(vec![p]))?;
        let password = Some(passwords::hash(new).await?);
        Ok(self.db.change_user(user.id, UserChange { password, ..UserChange::default() }).await?)
    }

    /// Changes the role of somebody in this workspace.
    pub async fn set_role(&self, user: UserId, role: Role) -> Result<(), Error> {
        self.here(user).await?;
        left(self.db.set_role(self.workspace, user, role).await?)
    }

    /// Takes somebody out of this workspace; who is in no other is gone.
    pub async fn remove_user(&self, user: UserId) -> Result<(), Error> {
        self.here(user).await?;
        left(self.db.remove_member(self.workspace, user).await?)
    }

    /// The person with this e-mail.
    pub async fn by_email(&self, email: &str) -> Result<User, Error> {
        let found = self.db.user_by_email(&plain_email(email)).await?;
        found.map(|(u, _)| u).ok_or_else(|| nobody(email))
    }

    /// Makes a workspace with its first owner.
    pub async fn add_workspace(&self, name: &str, owner: UserId) -> Result<WorkspaceId, Error> {
        let name = checked_name(name, "name").map_err(|p| Error::Fields(vec![p]))?;
        if self.db.memberships(owner).await?.len() >= limits::WORKSPACES {
            return Err(Error::Refused(Code::LimitExceeded));
        }
        let (id, now) = (WorkspaceId::new(self.db.now()), self.db.now());
        self.db.add_workspace(id, name, Some(owner), now).await?;
        Ok(id)
    }

    async fn here(&self, user: UserId) -> Result<(), Error> {
        let all = self.db.memberships(user).await?;
        let here = all.iter().any(|m| m.workspace == self.workspace);
        if here { Ok(()) } else { Err(nobody(&user.to_string())) }
    }

    async fn person(&self, id: UserId) -> Result<User, Error> {
        self.db.user(id).await?.ok_or_else(|| nobody(&id.to_string()))
    }
}

/// An invitation that is not there any more was used.
fn used(e: store::Error) -> Error {
    match e {
        store::Error::NotFound => Error::Refused(Code::InvitationGone),
        e => e.into(),
    }
}

/// Compares in a time that tells nothing but the length: both are hashed first.
fn same(a: &str, b: &str) -> bool {
    super::keys::hash(a) == super::keys::hash(b)
}
