//! The largest moment that accepted events of a key named (semantics S7).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::Time;
use domain::ids::FlowId;
use uuid::Uuid;

use crate::commit::Fail;
use crate::db::Db;
use crate::sql::Kind::{Id, Int};
use crate::sql::{Bulk, Conn, vals};
use crate::{Error, NewestKey};

/// Sorted, so that two commits never wait for each other in a circle.
static RAISE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO newest (flow, key, at, seen_at) SELECT v.flow, v.key, v.at, v.seen FROM ",
        &[("flow", Id), ("key", Id), ("at", Int), ("seen", Int)],
        " WHERE true ORDER BY v.flow, v.key
         ON CONFLICT (flow, key) DO UPDATE SET seen_at = excluded.seen_at,
           at = CASE WHEN excluded.at > newest.at THEN excluded.at ELSE newest.at END",
    )
});

/// Notes the moments of accepted events. No statement if there are none.
pub(crate) async fn note<'n>(
    conn: &mut Conn,
    events: impl Iterator<Item = (FlowId, &'n NewestKey)>,
    now: Time,
) -> Result<(), Fail> {
    let mut largest: BTreeMap<(FlowId, Uuid), Time> = BTreeMap::new();
    for (flow, n) in events {
        let at = largest.entry((flow, Uuid::from_bytes(n.hash))).or_insert(n.at);
        *at = n.at.max(*at);
    }
    if largest.is_empty() {
        return Ok(());
    }
    let mut b = RAISE.batch(conn.is_lite(), largest.len());
    for ((flow, key), at) in &largest {
        b.id(flow.uuid()).id(*key).int(at.0).int(now.0).end();
    }
    conn.bulk(&RAISE, b).await?;
    Ok(())
}

impl Db {
    /// The largest moment that accepted events of this key named, if any did.
    pub async fn newest(&self, flow: FlowId, hash: [u8; 16]) -> Result<Option<Time>, Error> {
        let sql = "SELECT at FROM newest WHERE flow = $1 AND key = $2";
        let row = self.row(sql, vals![flow.uuid(), Uuid::from_bytes(hash)]).await?;
        row.map(|r| r.cursor().time()).transpose()
    }
}
