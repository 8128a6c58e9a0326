//! Browsers that signed in before. Such a one has tries of its own, so that nobody who guesses
//! passwords for an account can keep its owner out. The cookie is sealed and opens nothing.

use axum::http::{HeaderMap, HeaderValue};
use domain::ids::{UserId, random_text};
use domain::limits;
use store::Db;

use super::cookie;

fn name(https: bool) -> &'static str {
    if https { "__Host-zveno-device" } else { "zveno-device" }
}

/// The browser's own name, if it signed in as this person before.
pub fn known(db: &Db, headers: &HeaderMap, user: UserId, https: bool) -> Option<String> {
    let given = cookie(headers, name(https))?;
    db.open_device(user, given)
}

/// The cookie that makes the browser known.
pub fn mark(db: &Db, user: UserId, https: bool) -> Option<HeaderValue> {
    let sealed = db.seal_device(user, &random_text(26)).ok()?;
    let (name, secure) = (name(https), if https { "; Secure" } else { "" });
    let age = limits::DEVICE.as_secs();
    let text = format!("{name}={sealed}; Max-Age={age}; Path=/; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).ok()
}
