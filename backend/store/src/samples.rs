//! What people build flows with: deliveries that they gave by hand, and what tests of steps gave.

use std::collections::BTreeMap;

use domain::Time;
use domain::ids::{FlowId, SampleId, WorkspaceId};
use domain::limits::SAMPLES;
use serde_json::Value;

use crate::Error;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::flows::there;
use crate::sql::{Row, vals};

/// A sample to keep.
#[derive(Clone, Debug)]
pub struct NewSample {
    pub id: SampleId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub title: String,
    pub method: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A kept sample.
#[derive(Clone, Debug)]
pub struct SampleRow {
    pub id: SampleId,
    pub flow: FlowId,
    pub created_at: Time,
    pub title: String,
    pub method: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

const COLUMNS: &str = "SELECT id, flow, created_at, title, method, query, headers, body
    FROM samples";

impl Db {
    /// Keeps a sample; of a flow's the newest [`SAMPLES`] stay. [`Error::NotFound`] without the flow.
    pub async fn put_sample(&self, s: NewSample) -> Result<(), Error> {
        let (headers, now) = (json(&s.headers)?, self.now());
        self.write(move |tx| {
            let (s, headers) = (s.clone(), headers.clone());
            Box::pin(async move {
                let flow = s.flow.uuid();
                let values = vals![
                    s.id.uuid(),
                    s.workspace.uuid(),
                    flow,
                    now,
                    s.title,
                    s.method,
                    s.query,
                    headers,
                    s.body
                ];
                let sql = "INSERT INTO samples
                    (id, workspace, flow, created_at, title, method, query, headers, body)
                  SELECT $1, f.workspace, f.id, $4, $5, $6, $7, $8, $9 FROM flows f
                  WHERE f.id = $3 AND f.workspace = $2";
                there(tx.conn.exec(sql, values).await?)?;
                let sql = "DELETE FROM samples WHERE flow = $1 AND id NOT IN (
                    SELECT id FROM samples WHERE flow = $1 ORDER BY id DESC LIMIT $2)";
                tx.conn.exec(sql, vals![flow, i64::from(SAMPLES)]).await?;
                Ok(())
            })
        })
        .await
    }

    /// The kept samples of a flow, newest first.
    pub async fn samples(&self, ws: WorkspaceId, flow: FlowId) -> Result<Vec<SampleRow>, Error> {
        let sql = format!("{COLUMNS} WHERE flow = $1 AND workspace = $2 ORDER BY id DESC");
        self.rows(sql, vals![flow.uuid(), ws.uuid()]).await?.iter().map(sample).collect()
    }

    /// One kept sample.
    pub async fn sample(&self, ws: WorkspaceId, id: SampleId) -> Result<Option<SampleRow>, Error> {
        let sql = format!("{COLUMNS} WHERE id = $1 AND workspace = $2");
        self.row(sql, vals![id.uuid(), ws.uuid()]).await?.as_ref().map(sample).transpose()
    }

    /// Forgets a sample.
    pub async fn delete_sample(
        &self,
        ws: WorkspaceId,
        flow: FlowId,
        id: SampleId,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "DELETE FROM samples WHERE id = $1 AND flow = $2 AND workspace = $3";
                there(tx.conn.exec(sql, vals![id.uuid(), flow.uuid(), ws.uuid()]).await?)
            })
        })
        .await
    }

    /// Keeps what a test of a step gave.
    pub async fn put_step_output(
        &self,
        flow: FlowId,
        step: &str,
        output: &Value,
    ) -> Result<(), Error> {
        let (step, output, now) = (step.to_owned(), json(output)?, self.now());
        self.write(move |tx| {
            let (step, output) = (step.clone(), output.clone());
            Box::pin(async move {
                let sql = "INSERT INTO step_outputs (flow, step, at, output)
                  VALUES ($1, $2, $3, $4)
                  ON CONFLICT (flow, step) DO UPDATE SET at = excluded.at,
                    output = excluded.output";
                tx.conn.exec(sql, vals![flow.uuid(), step, now, output]).await?;
                Ok(())
            })
        })
        .await
    }

    /// What the last tests of a flow's steps gave.
    pub async fn step_outputs(&self, flow: FlowId) -> Result<BTreeMap<String, Value>, Error> {
        let sql = "SELECT step, output FROM step_outputs WHERE flow = $1";
        let rows = self.rows(sql, vals![flow.uuid()]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                Ok((c.text()?, c.json()?))
            })
            .collect()
    }
}

fn sample(row: &Row) -> Result<SampleRow, Error> {
    let mut c = row.cursor();
    Ok(SampleRow {
        id: SampleId(c.id()?),
        flow: FlowId(c.id()?),
        created_at: c.time()?,
        title: c.text()?,
        method: c.text()?,
        query: c.text()?,
        headers: c.json()?,
        body: c.text()?,
    })
}
