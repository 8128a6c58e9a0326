//! People. Their passwords come and go here as hashes only.

use domain::ids::{UserId, WorkspaceId};
use domain::{Role, Time};

use super::members::insert_member;
use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::flows::taken;
use crate::sql::{Conn, Row, vals};

/// A person to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    /// In lower case; nobody else has it.
    pub email: String,
    pub name: String,
    /// The argon2id hash.
    pub password: String,
    /// `ru` or `en`.
    pub language: String,
    pub created_at: Time,
}

/// A person.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    pub created_at: Time,
}

/// What to change about a person; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub language: Option<String>,
    pub theme: Option<String>,
    /// The argon2id hash.
    pub password: Option<String>,
}

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!("SELECT id, email, name, language, theme, created_at", $more, " FROM users ", $rest)
    };
}

/// Adds a person inside a transaction.
pub(super) async fn insert_user(conn: &mut Conn, u: &NewUser) -> Result<(), Fail> {
    let values = vals![
        u.id.uuid(),
        u.email.as_str(),
        u.name.as_str(),
        u.password.as_str(),
        u.language.as_str(),
        u.created_at
    ];
    conn.exec(
        "INSERT INTO users (id, email, name, password, language, theme, created_at)
         VALUES ($1, $2, $3, $4, $5, 'system', $6)",
        values,
    )
    .await
    .map_err(|e| taken(e, "e-mail"))?;
    // Whoever comes first by another way than the setup page ends the setup.
    conn.exec("DELETE FROM settings WHERE name = 'setup'", Vec::new()).await?;
    Ok(())
}

impl Db {
    /// Whether there is any person yet.
    pub async fn has_users(&self) -> Result<bool, Error> {
        let row =
            self.row("SELECT count(*) FROM (SELECT 1 FROM users LIMIT 1) AS u", vec![]).await?;
        row.map_or(Ok(false), |r| r.cursor().flag())
    }

    /// Adds a person with a role. [`Error::Taken`] if the e-mail is another's.
    pub async fn add_user(&self, u: NewUser, ws: WorkspaceId, role: Role) -> Result<(), Error> {
        self.write(move |tx| {
            let u = u.clone();
            Box::pin(async move {
                insert_user(tx.conn, &u).await?;
                insert_member(tx.conn, ws, u.id, role, u.created_at).await
            })
        })
        .await
    }

    /// A person.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Error> {
        let row = self.row(select!("", "WHERE id = $1"), vals![id.uuid()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The person with this e-mail (in lower case), and the hash of the password.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>, Error> {
        let row = self.row(select!(", password", "WHERE email = $1"), vals![email]).await?;
        row.as_ref().map(with_password).transpose()
    }

    /// The person with this id, and the hash of the password.
    pub async fn user_with_password(&self, id: UserId) -> Result<Option<(User, String)>, Error> {
        let row = self.row(select!(", password", "WHERE id = $1"), vals![id.uuid()]).await?;
        row.as_ref().map(with_password).transpose()
    }

    /// Everybody, oldest first.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        self.rows(select!("", "ORDER BY id"), vec![]).await?.iter().map(read).collect()
    }

    /// Changes a person.
    pub async fn change_user(&self, id: UserId, c: UserChange) -> Result<(), Error> {
        let n = self
            .exec(
                "UPDATE users SET name = coalesce($2, name), language = coalesce($3, language),
                   theme = coalesce($4, theme), password = coalesce($5, password) WHERE id = $1",
                vals![
                    id.uuid(),
                    c.name.as_deref(),
                    c.language.as_deref(),
                    c.theme.as_deref(),
                    c.password.as_deref()
                ],
            )
            .await?;
        if n == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

fn with_password(row: &Row) -> Result<(User, String), Error> {
    let mut c = row.cursor();
    let user = user(&mut c)?;
    Ok((user, c.text()?))
}

fn read(row: &Row) -> Result<User, Error> {
    user(&mut row.cursor())
}

fn user(c: &mut crate::sql::Cursor<'_>) -> Result<User, Error> {
    Ok(User {
        id: UserId(c.id()?),
        email: c.text()?,
        name: c.text()?,
        language: c.text()?,
        theme: c.text()?,
        created_at: c.time()?,
    })
}
