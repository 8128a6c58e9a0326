//! What is still to be sent. A node takes a row by moving its next try ahead: if it dies, another
//! one tries then.

use domain::alert::{AlertKind, Channel, Detail, NoticeState};
use domain::ids::{AlertId, WorkspaceId};
use domain::{Lang, Time};

use crate::Error;
use crate::db::Db;
use crate::sql::{Row, vals};

/// An alert to be sent to one receiver.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: AlertId,
    pub workspace: WorkspaceId,
    pub kind: AlertKind,
    pub detail: Detail,
    pub channel: Channel,
    pub receiver: String,
    pub language: Lang,
    /// Tries before this one.
    pub tries: i64,
    next_at: Time,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub enum NoticeEnd {
    Sent,
    /// Tried again at this moment.
    Again {
        at: Time,
        error: String,
    },
    Failed {
        error: String,
    },
}

const DUE: &str = "
    SELECT n.notification, a.workspace, a.kind, a.detail, n.channel, n.receiver, n.language,
      n.tries, n.next_at
    FROM notices n JOIN notifications a ON a.id = n.notification
    WHERE n.next_at <= $1 ORDER BY n.next_at LIMIT $2";

impl Db {
    /// What is due.
    pub async fn due_notices(&self, now: Time, limit: i64) -> Result<Vec<Notice>, Error> {
        self.rows(DUE, vals![now, limit]).await?.iter().map(notice).collect()
    }

    /// Takes one for this node until then; false if another one has it.
    pub async fn take_notice(&self, n: &Notice, until: Time) -> Result<bool, Error> {
        let n = n.clone();
        self.write(move |tx| {
            let n = n.clone();
            Box::pin(async move {
                let sql = "UPDATE notices SET next_at = $4, tries = tries + 1
                  WHERE notification = $1 AND channel = $2 AND receiver = $3 AND next_at = $5";
                let args = vals![n.id.uuid(), n.channel.as_str(), n.receiver, until, n.next_at];
                Ok(tx.conn.exec(sql, args).await? > 0)
            })
        })
        .await
    }

    /// Writes down what came of it.
    pub async fn end_notice(&self, n: &Notice, end: NoticeEnd) -> Result<(), Error> {
        let (n, now) = (n.clone(), self.now());
        self.write(move |tx| {
            let (n, end) = (n.clone(), end.clone());
            Box::pin(async move {
                let (state, next, error, ended) = match end {
                    NoticeEnd::Sent => (NoticeState::Sent, None, None, Some(now)),
                    NoticeEnd::Again { at, error } => {
                        (NoticeState::Waiting, Some(at), Some(error), None)
                    }
                    NoticeEnd::Failed { error } => {
                        (NoticeState::Failed, None, Some(error), Some(now))
                    }
                };
                let sql = "UPDATE notices SET state = $4, next_at = $5, error = $6, ended_at = $7
                  WHERE notification = $1 AND channel = $2 AND receiver = $3";
                let args = vals![
                    n.id.uuid(),
                    n.channel.as_str(),
                    n.receiver,
                    state.as_str(),
                    next,
                    error.as_deref(),
                    ended
                ];
                tx.conn.exec(sql, args).await?;
                Ok(())
            })
        })
        .await
    }
}

fn notice(row: &Row) -> Result<Notice, Error> {
    let mut c = row.cursor();
    Ok(Notice {
        id: AlertId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        kind: c.word(AlertKind::parse)?,
        detail: c.json()?,
        channel: c.word(Channel::parse)?,
        receiver: c.text()?,
        language: if c.text()? == "ru" { Lang::Ru } else { Lang::En },
        tries: c.int()?,
        next_at: c.time()?,
    })
}
