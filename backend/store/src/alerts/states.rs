//! What is wrong. Whichever node sees a change first writes it with what is to be said; the others
//! find that it is known.

use domain::alert::{AlertKind, Channel, Detail, NoticeState};
use domain::ids::{AlertId, WorkspaceId};
use domain::{Lang, Time};

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::sql::{Row, vals};

/// How a thing stands.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertState {
    pub kind: AlertKind,
    /// The id of a flow or connection, or a word.
    pub subject: String,
    pub since: Time,
    /// The newest moment of it that was looked at.
    pub seen: Time,
    pub over: bool,
    pub said_at: Time,
}

/// A change of how a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It was well, or unknown.
    Begins,
    /// It was wrong.
    Ends,
    /// It comes again and again; each moment is said once.
    Next,
}

/// One receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotice {
    pub channel: Channel,
    pub receiver: String,
    pub language: Lang,
}

/// A change and what is said about it.
#[derive(Clone, Debug)]
pub struct NewAlert {
    pub workspace: WorkspaceId,
    pub kind: AlertKind,
    /// What `kind` is about; of a recovery, what it is the recovery of.
    pub of: AlertKind,
    pub subject: String,
    pub stage: Stage,
    pub seen: Time,
    pub at: Time,
    /// `sent`, `quiet` or `muted`.
    pub how: &'static str,
    pub detail: Detail,
    /// Nothing is listed where the change itself is nothing to talk about.
    pub listed: bool,
    pub notices: Vec<NewNotice>,
}

/// An alert with what became of it.
#[derive(Clone, Debug)]
pub struct Notification {
    pub id: AlertId,
    pub kind: AlertKind,
    pub how: String,
    pub detail: Detail,
    /// Channel, receiver, state, tries, error.
    pub notices: Vec<(Channel, String, NoticeState, i64, Option<String>)>,
}

const BEGIN: &str = "
    INSERT INTO alert_states (workspace, kind, subject, since, seen, over, said_at)
    VALUES ($1, $2, $3, $4, $4, 0, $5)
    ON CONFLICT (workspace, kind, subject) DO UPDATE SET since = excluded.since,
      seen = excluded.seen, over = 0,
      said_at = CASE WHEN $6 = 1 THEN excluded.said_at ELSE alert_states.said_at END
    WHERE alert_states.over = 1";

const NEXT: &str = "
    INSERT INTO alert_states (workspace, kind, subject, since, seen, over, said_at)
    VALUES ($1, $2, $3, $4, $4, 0, 0)
    ON CONFLICT (workspace, kind, subject) DO UPDATE SET seen = excluded.seen
    WHERE alert_states.seen < excluded.seen";

const END: &str = "
    UPDATE alert_states SET over = 1, seen = $4
    WHERE workspace = $1 AND kind = $2 AND subject = $3 AND over = 0";

impl Db {
    /// Writes the change; false if another node was faster, and nothing is said then.
    pub async fn raise_alert(&self, a: NewAlert) -> Result<bool, Error> {
        let detail = json(&a.detail)?;
        self.write(move |tx| {
            let (a, detail) = (a.clone(), detail.clone());
            Box::pin(raise(tx, a, detail))
        })
        .await
    }

    /// The newest moment of a thing that is wrong was looked at.
    pub async fn seen_alert(
        &self,
        ws: WorkspaceId,
        kind: AlertKind,
        subject: String,
        seen: Time,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            let subject = subject.clone();
            Box::pin(async move {
                let sql = "UPDATE alert_states SET seen = $4
                  WHERE workspace = $1 AND kind = $2 AND subject = $3 AND seen < $4";
                tx.conn.exec(sql, vals![ws.uuid(), kind.as_str(), subject, seen]).await?;
                Ok(())
            })
        })
        .await
    }

    /// How everything of a workspace stands that was ever wrong.
    pub async fn alert_states(&self, ws: WorkspaceId) -> Result<Vec<AlertState>, Error> {
        let sql = "SELECT kind, subject, since, seen, over, said_at FROM alert_states
            WHERE workspace = $1";
        let rows = self.rows(sql, vals![ws.uuid()]).await?;
        rows.iter().map(state).collect()
    }

    /// Alerts of a workspace, newest first, older than `before`.
    pub async fn notifications(
        &self,
        ws: WorkspaceId,
        before: Option<AlertId>,
        limit: u32,
    ) -> Result<Vec<Notification>, Error> {
        let before = before.map_or(uuid::Uuid::max(), AlertId::uuid);
        let sql = "SELECT id, kind, how, detail FROM notifications
            WHERE workspace = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
        let mut out = Vec::new();
        for row in self.rows(sql, vals![ws.uuid(), before, i64::from(limit)]).await? {
            let mut c = row.cursor();
            let id = AlertId(c.id()?);
            let (kind, how, detail) = (c.word(AlertKind::parse)?, c.text()?, c.json()?);
            let sql = "SELECT channel, receiver, state, tries, error FROM notices
                WHERE notification = $1 ORDER BY channel, receiver";
            let mut notices = Vec::new();
            for row in self.rows(sql, vals![id.uuid()]).await? {
                let mut c = row.cursor();
                notices.push((
                    c.word(Channel::parse)?,
                    c.text()?,
                    c.word(NoticeState::parse)?,
                    c.int()?,
                    c.opt_text()?,
                ));
            }
            out.push(Notification { id, kind, how, detail, notices });
        }
        Ok(out)
    }

    /// Forgets alerts before `before`, and how things stood that are over since then.
    pub(crate) async fn sweep_alerts(&self, before: Time) -> Result<u64, Error> {
        let id = crate::sweep::first_id(before);
        self.write(move |tx| {
            Box::pin(async move {
                let conn = tx.conn;
                let sql = "DELETE FROM notices WHERE notification < $1";
                let mut n = conn.exec(sql, vals![id]).await?;
                n += conn.exec("DELETE FROM notifications WHERE id < $1", vals![id]).await?;
                let sql = "DELETE FROM alert_states WHERE over = 1 AND seen < $1 AND said_at < $1";
                n += conn.exec(sql, vals![before]).await?;
                Ok(n)
            })
        })
        .await
    }
}

async fn raise(tx: Tx<'_>, a: NewAlert, detail: String) -> Result<bool, Fail> {
    let (ws, kind, of) = (a.workspace.uuid(), a.kind.as_str(), a.of.as_str());
    let said = i64::from(a.how == "sent");
    let n = match a.stage {
        Stage::Begins => {
            let said_at = if said == 1 { a.at } else { Time(0) };
            tx.conn.exec(BEGIN, vals![ws, of, a.subject, a.seen, said_at, said]).await?
        }
        Stage::Ends => tx.conn.exec(END, vals![ws, of, a.subject, a.seen]).await?,
        Stage::Next => tx.conn.exec(NEXT, vals![ws, of, a.subject, a.seen]).await?,
    };
    if n == 0 || !a.listed {
        return Ok(n > 0);
    }
    let id = AlertId::new(a.at).uuid();
    let sql = "INSERT INTO notifications (id, workspace, kind, how, detail)
        VALUES ($1, $2, $3, $4, $5)";
    tx.conn.exec(sql, vals![id, ws, kind, a.how, detail]).await?;
    for notice in a.notices {
        let sql = "INSERT INTO notices (notification, channel, receiver, language, state, tries,
              next_at) VALUES ($1, $2, $3, $4, 'waiting', 0, $5) ON CONFLICT DO NOTHING";
        let language = match notice.language {
            Lang::Ru => "ru",
            Lang::En => "en",
        };
        let channel = notice.channel.as_str();
        tx.conn.exec(sql, vals![id, channel, notice.receiver, language, a.at]).await?;
    }
    Ok(true)
}

fn state(row: &Row) -> Result<AlertState, Error> {
    let mut c = row.cursor();
    Ok(AlertState {
        kind: c.word(AlertKind::parse)?,
        subject: c.text()?,
        since: c.time()?,
        seen: c.time()?,
        over: c.flag()?,
        said_at: c.time()?,
    })
}
