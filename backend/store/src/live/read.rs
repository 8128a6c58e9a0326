//! Reading the log from a place on, and asking for it to be written.

use domain::{Time, limits};
use tokio::sync::watch;
use uuid::Uuid;

use super::{ENTRY, News};
use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::sql::{Row, vals};

/// Whether the log is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watching {
    /// It is, and was before.
    Going,
    /// Other nodes may not know yet; [`Db::begin_news`] ends this after [`limits::LIVE_TRUST`].
    Beginning,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsRow {
    pub seq: i64,
    /// None: not known; look at everything anew.
    pub what: Option<Vec<News>>,
}

/// The next commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewsPage {
    /// In order. `more`: there are others, or will be in a moment.
    Rows { rows: Vec<NewsRow>, more: bool },
    /// Something between the place and now was not written down, or is gone.
    Lost,
}

const STATE: &str = "SELECT since, until FROM live WHERE id = 1";
const GO_ON: &str = "UPDATE live SET until = $1 WHERE id = 1 AND until < $1";
const ANEW: &str = "UPDATE live SET since = NULL, until = $1 WHERE id = 1";
const BEGIN_LITE: &str = "
    UPDATE live SET since = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'news'), 0)
    WHERE id = 1 AND since IS NULL";
/// Every transaction that began before has a smaller number, and may not be in the log.
const BEGIN_PG: &str = "
    UPDATE live SET since = pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    WHERE id = 1 AND since IS NULL";

const HEAD_LITE: &str = "
    SELECT since, until, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'news'), 0)
    FROM live WHERE id = 1";
const HEAD_PG: &str = "
    SELECT since, until, pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1
    FROM live WHERE id = 1";

const ROWS_LITE: &str = "SELECT seq, ids, 0 FROM news WHERE seq > $1 ORDER BY seq LIMIT $2";
/// One that is not complete yet says that there will be more.
const ROWS_PG: &str = "
    SELECT seq, ids,
      (seq >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint)::int::bigint
    FROM news WHERE seq > $1 ORDER BY seq LIMIT $2";

impl Db {
    /// Rung whenever there may be news; on PostgreSQL at least once in a second.
    pub fn news_hint(&self) -> watch::Receiver<u64> {
        self.0.shared.news.subscribe()
    }

    /// Has every node write down what it changes for the next while. To be asked again each
    /// [`limits::LIVE_RENEW`] while anybody watches.
    pub async fn watch(&self) -> Result<Watching, Error> {
        let now = self.now();
        let until = now.plus(limits::LIVE_KEPT);
        // This node first: what it commits from here on is in the log.
        self.0.shared.live.watched(until);
        self.write(move |tx| Box::pin(async move { start(tx, now, until).await })).await
    }

    /// Says from where on the log is complete, once every node writes it.
    pub async fn begin_news(&self) -> Result<(), Error> {
        self.write(|tx| {
            Box::pin(async move {
                let sql = if tx.conn.is_lite() { BEGIN_LITE } else { BEGIN_PG };
                tx.conn.exec(sql, Vec::new()).await?;
                Ok(())
            })
        })
        .await
    }

    /// The number of the last commit; what is read from the database from now on has it, and the
    /// log has all that comes later. None while the log begins.
    pub async fn news_head(&self) -> Result<Option<i64>, Error> {
        Ok(self.state_of_news().await?.map(|(_, head)| head))
    }

    /// Whether the log has all that was committed after the number.
    pub async fn has_news_since(&self, seq: i64) -> Result<bool, Error> {
        let state = self.state_of_news().await?;
        Ok(state.is_some_and(|(since, head)| (since..=head).contains(&seq)))
    }

    async fn state_of_news(&self) -> Result<Option<(i64, i64)>, Error> {
        let sql = if self.is_sqlite() { HEAD_LITE } else { HEAD_PG };
        let Some(row) = self.row(sql, Vec::new()).await? else { return Ok(None) };
        let mut c = row.cursor();
        let (since, until, head) = (c.opt_int()?, c.time()?, c.int()?);
        let since = since.filter(|s| head >= *s && goes_on(until, self.now()));
        Ok(since.map(|s| (s, head)))
    }

    /// Commits after the number, at most `most` of them.
    pub async fn news(&self, after: i64, most: i64) -> Result<NewsPage, Error> {
        let sql = if self.is_sqlite() { ROWS_LITE } else { ROWS_PG };
        let found = self.rows(sql, vals![after, most]).await?;
        // Afterwards: rows that are forgotten meanwhile are noticed.
        let state = self.row(STATE, Vec::new()).await?;
        let since = match state {
            Some(row) => row.cursor().opt_int()?,
            None => None,
        };
        if since.is_none_or(|s| s > after) {
            return Ok(NewsPage::Lost);
        }
        let mut more = i64::try_from(found.len()).is_ok_and(|n| n >= most);
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let Some(row) = read(row)? else {
                more = true;
                break;
            };
            rows.push(row);
        }
        Ok(NewsPage::Rows { rows, more })
    }
}

async fn start(tx: Tx<'_>, now: Time, until: Time) -> Result<Watching, Fail> {
    let rows = tx.conn.rows(STATE, Vec::new()).await?;
    let (since, kept) = match rows.first() {
        Some(row) => {
            let mut c = row.cursor();
            (c.opt_int()?, c.time()?)
        }
        None => (None, Time(0)),
    };
    if since.is_some() && goes_on(kept, now) {
        tx.conn.exec(GO_ON, vals![until]).await?;
        return Ok(Watching::Going);
    }
    tx.conn.exec(ANEW, vals![until]).await?;
    tx.effects.live = true;
    if tx.conn.is_lite() {
        tx.conn.exec(BEGIN_LITE, Vec::new()).await?;
        return Ok(Watching::Going);
    }
    Ok(Watching::Beginning)
}

/// Nearly over, another node, whose clock differs, may have stopped writing.
fn goes_on(until: Time, now: Time) -> bool {
    until > now.plus(limits::LIVE_MARGIN)
}

fn read(row: &Row) -> Result<Option<NewsRow>, Error> {
    let mut c = row.cursor();
    let (seq, ids, open) = (c.int()?, c.blob()?, c.flag()?);
    if open {
        return Ok(None);
    }
    let entry = |e: &[u8]| News::of(e[0], Uuid::from_slice(&e[1..]).ok()?);
    let what: Vec<News> = ids.chunks_exact(ENTRY).filter_map(entry).collect();
    Ok(Some(NewsRow { seq, what: (!ids.is_empty()).then_some(what) }))
}
