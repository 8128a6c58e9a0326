//! People and programs that may use the API, and the log of what they did.

mod audit;
mod idempotency;
mod invitations;
mod keys;
mod members;
mod sessions;
mod setup;
mod users;

use domain::{Time, limits};

use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::sql::{Val, vals};

pub use audit::{AuditFilter, AuditLine, NewAudit};
pub use idempotency::Begun;
pub(crate) use idempotency::place_of as answer_place;
pub use invitations::{Invitation, NewInvitation};
pub use keys::{ApiKey, NewApiKey};
pub use members::{Left, Member, Membership};
pub use sessions::{NewSession, SessionRow};
pub(crate) use setup::at as setup_place;
pub use users::{NewUser, User, UserChange};

impl Db {
    /// Runs one statement that changes rows; how many.
    pub(crate) async fn exec(&self, sql: &'static str, vals: Vec<Val>) -> Result<u64, Error> {
        self.write(move |tx| {
            let vals = vals.clone();
            Box::pin(async move { Ok::<_, Fail>(tx.conn.exec(sql, vals).await?) })
        })
        .await
    }

    /// Removes sessions, invitations, stored answers and lines of the log that are past their time.
    pub(crate) async fn sweep_access(&self, now: Time) -> Result<u64, Error> {
        let idle = now.minus(limits::SESSION_IDLE);
        let sql = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";
        let mut n = self.exec(sql, vals![now, idle]).await?;
        n += self.exec("DELETE FROM invitations WHERE expires_at <= $1", vals![now]).await?;
        let answers = now.minus(limits::IDEMPOTENCY_KEPT);
        n += self.exec("DELETE FROM idempotency WHERE created_at <= $1", vals![answers]).await?;
        n += self.sweep_audit(now.minus(limits::AUDIT_KEPT)).await?;
        Ok(n)
    }
}
