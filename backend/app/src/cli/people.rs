//! `zveno user`, `zveno key` and `zveno secret`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::ids::{KeyId, random_text};
use domain::{Role, Span};

use super::input;
use crate::ops::people::{KeyOp, UserOp};
use crate::ops::{Failure, Op};

#[derive(Subcommand)]
pub enum User {
    /// Let somebody in. Without --password-file a password is made and printed once.
    Add {
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// viewer, editor or owner
        #[arg(long, default_value = "editor", value_parser = role)]
        role: Role,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// The people of the workspace.
    List,
    /// Change what somebody may do.
    Role {
        email: String,
        /// viewer, editor or owner
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Set the password of somebody who forgot it; ends every session of hers.
    Password {
        email: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Take somebody out of the workspace.
    Remove { email: String },
}

#[derive(Args)]
pub struct PasswordArgs {
    /// A file with the password; `-` reads standard input.
    #[arg(long)]
    password_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum Key {
    /// Make an API key; its text is printed once.
    Add {
        name: String,
        /// viewer, editor or owner
        #[arg(long, default_value = "editor", value_parser = role)]
        role: Role,
        /// How long it works, such as 90d; without it until it is removed.
        #[arg(long)]
        expires: Option<Span>,
    },
    List,
    /// Remove a key: it opens nothing from then on.
    Remove {
        id: KeyId,
    },
}

#[derive(Subcommand)]
pub enum SecretKey {
    /// Seal every secret with a new key. Interrupted, it goes on where it was when asked again.
    Rotate,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "expected viewer, editor or owner".into())
}

/// Characters of a password that is made here: 100 random bits.
const MADE: usize = 20;

/// The password of a file, or a new one, which is then to be shown.
fn password(a: &PasswordArgs) -> Result<(String, bool), Failure> {
    match &a.password_file {
        Some(file) => Ok((input::password(file)?, false)),
        None => Ok((random_text(MADE), true)),
    }
}

/// The command, its name and a password that was made for it.
pub type Asked = (&'static str, Op, Option<String>);

pub fn user(u: User) -> Result<Asked, Failure> {
    Ok(match u {
        User::Add { email, name, role, password: p } => {
            let (password, made) = password(&p)?;
            let shown = made.then(|| password.clone());
            let name = name.unwrap_or_else(|| email.clone());
            ("user add", Op::UserAdd(UserOp { email, name, password, role }), shown)
        }
        User::List => ("user list", Op::UserList, None),
        User::Role { email, role } => ("user role", Op::UserRole { email, role }, None),
        User::Password { email, password: p } => {
            let (password, made) = password(&p)?;
            let shown = made.then(|| password.clone());
            ("user password", Op::UserPassword { email, password }, shown)
        }
        User::Remove { email } => ("user remove", Op::UserRemove { email }, None),
    })
}

pub fn key(k: Key) -> (&'static str, Op) {
    match k {
        Key::Add { name, role, expires } => {
            let now = engine::clock::SystemClock::shared().now();
            let expires_at = expires.map(|e| now.plus(e));
            ("key add", Op::KeyAdd(KeyOp { name, role, expires_at }))
        }
        Key::List => ("key list", Op::KeyList),
        Key::Remove { id } => ("key remove", Op::KeyRemove { id }),
    }
}
