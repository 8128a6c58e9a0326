//! The kinds of events that a workspace publishes.

use domain::ids::WorkspaceId;
use domain::subscriber::EventType;

use crate::Error;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::flows::{taken, there};
use crate::generation::raise;
use crate::sql::{Filter, Row, vals};

const SELECT: &str = "
    SELECT workspace, name, title, description, payload, sample, created_at, updated_at
    FROM event_types";
const CREATE: &str = "
    INSERT INTO event_types (workspace, name, title, description, payload, sample, created_at,
      updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
const UPDATE: &str = "
    UPDATE event_types SET title = $3, description = $4, payload = $5, sample = $6, updated_at = $7
    WHERE workspace = $1 AND name = $2";

impl Db {
    /// Declares a type; [`Error::Taken`] if it is declared already.
    pub async fn create_event_type(&self, t: EventType) -> Result<(), Error> {
        self.put_event_type(t, CREATE).await
    }

    /// Changes the texts, schema and sample of a type.
    pub async fn update_event_type(&self, t: EventType) -> Result<(), Error> {
        self.put_event_type(t, UPDATE).await
    }

    async fn put_event_type(&self, t: EventType, sql: &'static str) -> Result<(), Error> {
        let payload = t.schema.as_ref().map(json).transpose()?;
        let sample = t.sample.as_ref().map(json).transpose()?;
        let now = self.now();
        self.write(move |mut tx| {
            let (t, payload, sample) = (t.clone(), payload.clone(), sample.clone());
            Box::pin(async move {
                raise(&mut tx).await?;
                let (payload, sample) = (payload.as_deref(), sample.as_deref());
                let values =
                    vals![t.workspace.uuid(), t.name, t.title, t.description, payload, sample, now];
                there(tx.conn.exec(sql, values).await.map_err(|e| taken(e, "name"))?)
            })
        })
        .await
    }

    /// One type.
    pub async fn event_type(
        &self,
        ws: WorkspaceId,
        name: &str,
    ) -> Result<Option<EventType>, Error> {
        let mut q = Filter::new(SELECT, "workspace", ws.uuid());
        q.and("name =", Some(name));
        let (text, vals) = q.slice("name", 1);
        self.row(text, vals).await?.as_ref().map(read).transpose()
    }

    /// The types of a workspace after the given one, by name.
    pub async fn event_types(
        &self,
        ws: WorkspaceId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EventType>, Error> {
        let mut q = Filter::new(SELECT, "workspace", ws.uuid());
        q.and("name >", after);
        let (text, vals) = q.page("name", limit);
        self.rows(text, vals).await?.iter().map(read).collect()
    }

    /// Forgets a type: it cannot be published any more.
    pub async fn delete_event_type(&self, ws: WorkspaceId, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |mut tx| {
            let name = name.clone();
            Box::pin(async move {
                raise(&mut tx).await?;
                let sql = "DELETE FROM event_types WHERE workspace = $1 AND name = $2";
                there(tx.conn.exec(sql, vals![ws.uuid(), name]).await?)
            })
        })
        .await
    }
}

fn read(row: &Row) -> Result<EventType, Error> {
    let mut c = row.cursor();
    Ok(EventType {
        workspace: WorkspaceId(c.id()?),
        name: c.text()?,
        title: c.text()?,
        description: c.text()?,
        schema: c.opt_json()?,
        sample: c.opt_json()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}
