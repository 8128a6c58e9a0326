//! Flows for the list: names to search in, and what the list shows of one page of them.

use domain::Time;
use domain::ids::{EventId, FlowId, WorkspaceId};

use crate::db::Db;
use crate::sql::{Filter, Row, vals};
use crate::{Error, FlowState};

/// What the list filters by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowName {
    pub id: FlowId,
    pub name: String,
    pub folder: String,
    pub state: FlowState,
}

/// What the list shows of a flow.
#[derive(Clone, Debug)]
pub struct FlowCard {
    pub id: FlowId,
    pub name: String,
    pub folder: String,
    pub state: FlowState,
    pub version: i64,
    /// The draft is not the published version.
    pub unpublished: bool,
    pub draft: String,
    pub updated_at: Time,
    /// Events waiting for a release; of more than 10,000 as many.
    pub held: i64,
    /// The last event that came.
    pub last_event: Option<EventId>,
}

/// A subscriber's flow is not shown among flows.
const NAMES: &str = "
    SELECT f.id, f.name, f.folder, f.state FROM flows f WHERE f.workspace = $1
      AND NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = f.id)
    ORDER BY f.id DESC";

const CARDS: &str = "
    SELECT f.id, f.name, f.folder, f.state, f.version, f.revision, f.published_revision, f.draft,
      f.updated_at,
      (SELECT count(*) FROM (SELECT 1 FROM events e
        WHERE e.flow = f.id AND e.state = 'held' LIMIT 10000) AS waiting),
      (SELECT e.id FROM events e WHERE e.flow = f.id ORDER BY e.id DESC LIMIT 1)
    FROM flows f";

impl Db {
    /// Every flow of a workspace, newest first.
    pub async fn flow_names(&self, ws: WorkspaceId) -> Result<Vec<FlowName>, Error> {
        let rows = self.rows(NAMES, vals![ws.uuid()]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                Ok(FlowName {
                    id: FlowId(c.id()?),
                    name: c.text()?,
                    folder: c.text()?,
                    state: c.word(FlowState::parse)?,
                })
            })
            .collect()
    }

    /// The drafts of all flows, each with its published document if it has one.
    pub async fn flow_documents(
        &self,
        ws: WorkspaceId,
    ) -> Result<Vec<(FlowId, Vec<String>)>, Error> {
        let sql = "SELECT f.id, f.draft, v.document FROM flows f
          LEFT JOIN flow_versions v ON v.flow = f.id AND v.version = f.version
          WHERE f.workspace = $1";
        let rows = self.rows(sql, vals![ws.uuid()]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                let (id, draft) = (FlowId(c.id()?), c.text()?);
                Ok((id, std::iter::once(draft).chain(c.opt_text()?).collect()))
            })
            .collect()
    }

    /// These flows as the list shows them, newest first; at most one page.
    pub async fn flow_cards(
        &self,
        ws: WorkspaceId,
        flows: &[FlowId],
    ) -> Result<Vec<FlowCard>, Error> {
        let mut q = Filter::new(CARDS, "f.workspace", ws.uuid());
        q.one_of("f.id IN", flows.iter().map(|f| f.uuid()));
        let (text, vals) = q.page("f.id DESC", domain::limits::PAGE_MAX);
        self.rows(text, vals).await?.iter().map(card).collect()
    }
}

fn card(row: &Row) -> Result<FlowCard, Error> {
    let mut c = row.cursor();
    let (id, name, folder) = (FlowId(c.id()?), c.text()?, c.text()?);
    let (state, version) = (c.word(FlowState::parse)?, c.int()?);
    let (revision, published) = (c.int()?, c.int()?);
    Ok(FlowCard {
        id,
        name,
        folder,
        state,
        version,
        unpublished: revision != published,
        draft: c.text()?,
        updated_at: c.time()?,
        held: c.int()?,
        last_event: c.opt_id()?.map(EventId),
    })
}
