//! Passwords: argon2id, on threads for such work and few at once, because each takes 19 MiB and
//! tens of milliseconds (the parameters are those of the OWASP Password Storage Cheat Sheet).

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use domain::{Code, Secret, limits};
use tokio::sync::Semaphore;

use super::Error;

static PLACES: Semaphore = Semaphore::const_new(limits::PASSWORD_HASHES);
static WAITING: Semaphore =
    Semaphore::const_new(limits::PASSWORD_HASHES + limits::PASSWORDS_WAITING);

/// A hash that no password has: who is not there takes as long as who is.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody").ok());

fn hash_now(password: &str) -> Result<String, String> {
    let all = Argon2::from(Params::DEFAULT);
    let hash = all.hash_password(password.as_bytes()).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _waiting = WAITING.try_acquire().map_err(|_| Error::Refused(Code::Busy))?;
    let _place = PLACES.acquire().await.map_err(|_| Error::Refused(Code::Busy))?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Refused(Code::Internal))
}

/// The hash of a password, with a salt of its own.
pub(super) async fn hash(password: &Secret) -> Result<String, Error> {
    let password = password.clone();
    let done = aside(move || hash_now(password.expose())).await?;
    done.map_err(|_| Error::Refused(Code::Internal))
}

/// Whether the password is the one of this hash. Without a hash it never is, after the same time.
pub(super) async fn fits(password: &Secret, hash: Option<String>) -> Result<bool, Error> {
    let password = password.clone();
    aside(move || {
        let known = hash.is_some();
        let Some(hash) = hash.or_else(|| NOBODY.clone()) else { return false };
        let fits = Argon2::default().verify_password(password.expose().as_bytes(), hash.as_str());
        fits.is_ok() && known
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let right = Secret::new("correct horse battery");
        let made = hash(&right).await.unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert_ne!(made, hash(&right).await.unwrap());
        assert!(fits(&right, Some(made.clone())).await.unwrap());
        assert!(!fits(&Secret::new("correct horse"), Some(made)).await.unwrap());
        assert!(!fits(&Secret::new("nobody"), None).await.unwrap());
        assert!(!fits(&right, Some("not a hash".into())).await.unwrap());
    }
}
