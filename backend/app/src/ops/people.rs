//! Commands about people, keys and the key that seals secrets.

use domain::ids::KeyId;
use domain::{Actor, Code, Lang, Role, Secret, Text, Time};
use engine::manage::people::SignUp;
use engine::manage::{self, Manage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Op};

#[derive(Serialize, Deserialize)]
pub struct UserOp {
    pub email: String,
    pub name: String,
    pub password: String,
    pub role: Role,
}

#[derive(Serialize, Deserialize)]
pub struct KeyOp {
    pub name: String,
    pub role: Role,
    pub expires_at: Option<Time>,
}

/// The commands of this file.
pub async fn run(m: &Manage, by: Actor, op: Op) -> Result<Value, Failure> {
    match op {
        Op::UserAdd(o) => {
            let who = SignUp {
                email: o.email,
                name: o.name,
                password: Secret::new(o.password),
                language: Lang::default(),
            };
            let (user, new) = m.add_user(&who, o.role).await?;
            Ok(json!({ "id": user.id, "email": user.email, "role": o.role, "new": new }))
        }
        Op::UserList => {
            let all = m.db.members(m.workspace).await.map_err(manage::Error::Store)?;
            let row = |u: &store::Member| {
                let seen = u.seen_at.map(mapping::moment::rfc3339);
                json!({ "id": u.user, "email": u.email, "name": u.name, "role": u.role, "seen_at": seen })
            };
            Ok(all.iter().map(row).collect())
        }
        Op::UserRole { email, role } => {
            let user = m.by_email(&email).await?;
            m.set_role(user.id, role).await?;
            Ok(json!({ "id": user.id, "email": user.email, "role": role }))
        }
        Op::UserPassword { email, password } => {
            m.set_password(&email, &Secret::new(password)).await?;
            Ok(json!({ "email": email, "ok": true }))
        }
        Op::UserRemove { email } => {
            let user = m.by_email(&email).await?;
            super::done(user.id, m.remove_user(user.id).await)
        }
        Op::KeyAdd(o) => {
            let (key, text) = m.add_key(&o.name, o.role, o.expires_at, by).await?;
            Ok(json!({ "id": key.id, "role": key.role, "key": text.expose() }))
        }
        Op::KeyList => Ok(m.keys().await?.iter().map(key).collect()),
        Op::KeyRemove { id } => super::done(id, m.remove_key(id).await),
        Op::SecretRotate => {
            let done = m.db.rotate_key().await.map_err(|e| match e {
                // What to do is in the words.
                store::Error::Seal(why) => {
                    let ru = format!("ключ не сменить: {why}");
                    manage::Error::Said(Code::BadRequest, Text::new(why, ru))
                }
                e => e.into(),
            })?;
            Ok(json!({ "resealed": done.resealed }))
        }
        _ => Err(Failure::bad("not a command of this kind")),
    }
}

fn key(k: &store::ApiKey) -> Value {
    let id: KeyId = k.id;
    let text = |t: Option<Time>| t.map(mapping::moment::rfc3339);
    json!({
        "id": id,
        "name": k.name,
        "role": k.role,
        "created_by": k.created_by.to_string(),
        "used_at": text(k.used_at),
        "expires_at": text(k.expires_at),
    })
}
