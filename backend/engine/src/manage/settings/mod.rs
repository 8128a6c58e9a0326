//! Settings that people change while the server runs.

mod address;
mod alerts;
mod mail;

pub use address::{AddressCheck, CHECK_PATH};
pub use alerts::{AlertsView, Told};
pub use mail::MailView;

use domain::settings::Retention;
use store::DiskUse;

use super::{Error, Manage};
use crate::options;

impl Manage {
    /// How long things are kept, and what they take.
    pub async fn retention(&self) -> Result<(Retention, DiskUse), Error> {
        Ok((self.db.retention().await?, self.db.disk_use().await?))
    }

    /// Changes how long things are kept, from the next look on.
    pub async fn set_retention(&self, r: Retention) -> Result<(), Error> {
        let faults = r.faults();
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        self.db.put_retention(r).await?;
        self.db.look_at_budget().await?;
        Ok(())
    }

    /// Whether the server can send letters of its own.
    pub async fn has_mail(&self) -> Result<bool, Error> {
        Ok(options::read::<domain::settings::Mail>(&self.db, options::MAIL).await?.is_some())
    }
}
