//! The hold of a restored database (semantics S26), and its end.

use domain::Time;
use serde::Serialize;
use store::Unfinished;

use super::{Error, Manage};

/// What there is to decide.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OnHold {
    pub since: Time,
    /// When the backup was made.
    pub made_at: Time,
    /// Runs that were unfinished in it.
    pub unfinished: i64,
}

impl Manage {
    /// The hold, if the database is on one.
    pub async fn hold(&self) -> Result<Option<OnHold>, Error> {
        let Some(hold) = self.db.hold().await? else { return Ok(None) };
        let unfinished = self.db.unfinished(hold).await?;
        Ok(Some(OnHold { since: hold.since, made_at: hold.made_at, unfinished }))
    }

    /// Ends the hold. Where there is unfinished work, somebody has to say what becomes of it. How
    /// many runs were parked or cancelled.
    pub async fn end_hold(&self, what: Option<Unfinished>) -> Result<u64, Error> {
        let Some(hold) = self.hold().await? else {
            return Err(Error::conflict("the server is not on hold", "сервер не на паузе"));
        };
        let what = match what {
            Some(what) => what,
            None if hold.unfinished == 0 => Unfinished::Run,
            None => {
                let n = hold.unfinished;
                return Err(Error::bad(
                    format!(
                        "{n} run(s) were unfinished when the backup was made: say run, park or drop (--unfinished); what they did after that moment is not in the backup, so those that go on may do it again"
                    ),
                    format!(
                        "незаконченных запусков в копии: {n}; укажите run, park или drop (--unfinished). Сделанного ими после копии в ней нет, поэтому продолженные могут сделать это ещё раз"
                    ),
                ));
            }
        };
        Ok(self.db.end_hold(what).await?)
    }
}
