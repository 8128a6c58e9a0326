//! Deliveries for people: lists without bodies, one with its body opened, and what is only
//! counted.

use std::sync::LazyLock;

use domain::delivery::{Answer, Verdict};
use domain::ids::{DeliveryId, EventId, FlowId, WorkspaceId};
use domain::run::RunState;

use crate::db::Db;
use crate::load::{delivery, delivery_columns};
use crate::sql::{Bulk, Cursor, Filter, Kind, vals};
use crate::{Copies, DeliveryView, Error, StoredDelivery};

const LIST: &str = "SELECT id, flow, received_at, method, path, remote_ip, verdict, reason,
    body_bytes, answer, copy_of FROM deliveries";

const ONE: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries d WHERE d.id = $1 AND d.workspace = $2"
);

static SOME: LazyLock<Bulk> = LazyLock::new(|| {
    let head = concat!("SELECT ", delivery_columns!(), " FROM ");
    let tail = " CROSS JOIN deliveries d WHERE d.id = v.id AND d.workspace = v.workspace";
    Bulk::new(head, &[("id", Kind::Id), ("workspace", Kind::Id)], tail)
});

const ANSWER: &str = "SELECT d.answer, r.state FROM events e
    JOIN deliveries d ON d.id = e.delivery LEFT JOIN runs r ON r.id = e.run WHERE e.id = $1";

impl Db {
    /// Deliveries, newest first.
    pub async fn deliveries(
        &self,
        ws: WorkspaceId,
        flow: Option<FlowId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryView>, Error> {
        let mut q = Filter::new(LIST, "workspace", ws.uuid());
        q.and("flow =", flow.map(FlowId::uuid)).and("id <", before.map(DeliveryId::uuid));
        let (text, vals) = q.page("id DESC", limit);
        self.rows(text, vals).await?.iter().map(|row| view(&mut row.cursor())).collect()
    }

    /// One delivery with its body as received.
    pub async fn delivery(
        &self,
        ws: WorkspaceId,
        id: DeliveryId,
    ) -> Result<Option<StoredDelivery>, Error> {
        let row = self.row(ONE, vals![id.uuid(), ws.uuid()]).await?;
        row.map(|r| delivery(&mut r.cursor(), &self.0.sealer)).transpose()
    }

    /// Those of these deliveries that are there, with their bodies, in no order.
    pub async fn deliveries_of(
        &self,
        ids: &[(WorkspaceId, DeliveryId)],
    ) -> Result<Vec<StoredDelivery>, Error> {
        let mut keys = SOME.batch(self.is_sqlite(), ids.len());
        for (ws, id) in ids {
            keys.id(id.uuid()).id(ws.uuid()).end();
        }
        let rows = self.bulk_rows(&SOME, keys).await?;
        rows.iter().map(|r| delivery(&mut r.cursor(), &self.0.sealer)).collect()
    }

    /// The answer of an event's delivery, and where its run is if it has one.
    pub async fn answer_of(
        &self,
        event: EventId,
    ) -> Result<Option<(Answer, Option<RunState>)>, Error> {
        let Some(row) = self.row(ANSWER, vals![event.uuid()]).await? else { return Ok(None) };
        let mut c = row.cursor();
        let answer = c.json()?;
        let state = c.opt_text()?.as_deref().and_then(RunState::parse);
        Ok(Some((answer, state)))
    }

    /// What is only counted of a flow's deliveries.
    pub async fn copies(&self, flow: FlowId) -> Result<Copies, Error> {
        let sql = "SELECT name, value FROM counters WHERE scope = $1";
        let mut out = Copies::default();
        for row in self.rows(sql, vals![flow.uuid()]).await? {
            let mut c = row.cursor();
            match (c.text()?.as_str(), c.int()?) {
                ("keyless", n) => out.keyless = n,
                ("duplicates", n) => out.duplicates = n,
                ("rejected", n) => out.rejected = n,
                _ => {}
            }
        }
        Ok(out)
    }
}

/// A delivery of a list, from the columns in the order of [`LIST`].
pub(crate) fn view(c: &mut Cursor<'_>) -> Result<DeliveryView, Error> {
    Ok(DeliveryView {
        id: DeliveryId(c.id()?),
        flow: FlowId(c.id()?),
        received_at: c.time()?,
        method: c.text()?,
        path: c.text()?,
        remote_ip: c.text()?,
        verdict: c.word(Verdict::parse)?,
        reason: c.opt_text()?,
        body_bytes: c.int()?,
        answer: c.json()?,
        copy_of: c.opt_id()?.map(EventId),
    })
}
