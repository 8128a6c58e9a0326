//! What a node does about addresses that are to be registered at services (semantics S19): it takes
//! the row, writes down what it is about to register before it says so to the service, and keeps
//! what came of it. Every change names the `guard` that its maker has seen, so that of several nodes
//! one wins.

use std::collections::BTreeMap;

use domain::ids::{ConnectionId, FlowId};
use domain::{Secret, Time};

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::generation::raise;
use crate::secrets::{Sealed, put_all};
use crate::sql::{Conn, vals};
use crate::subscriptions::{read, subscription};
use crate::{Error, NodeLease, Subscription};

/// What is kept with a registration.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// With the registration itself.
    pub own: BTreeMap<String, Secret>,
    /// With the address, where its deliveries are proved.
    pub address: BTreeMap<String, Secret>,
}

/// What a node got.
pub type Taken = Option<Subscription>;

const ONE: &str = subscription!("WHERE s.id = $1");
const ALL: &str = subscription!("ORDER BY s.id");
/// A row that a living node has is not due.
const DUE: &str = subscription!(
    "WHERE s.next_due <= $1 AND NOT EXISTS (
       SELECT 1 FROM nodes n WHERE n.id = s.node AND n.epoch = s.epoch)
     ORDER BY s.next_due, s.id LIMIT $2"
);
/// Only a node that lives: the hold of another one would not count.
const TAKE: &str = "
    UPDATE subscriptions SET node = $3, epoch = $4, guard = guard + 1
    WHERE id = $1 AND guard = $2
      AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = $3 AND n.epoch = $4)";
const MARK: &str = "UPDATE subscriptions SET registered = $3 WHERE id = $1 AND guard = $2";
/// If something else is wanted by now, that is next.
const PUT: &str = "
    UPDATE subscriptions SET registered = $3, expires_at = $6,
      state = CASE WHEN wish = $9 THEN $4 ELSE state END,
      note = CASE WHEN wish = $9 THEN $5 ELSE note END,
      next_due = CASE WHEN wish = $9 THEN $7 ELSE next_due END,
      failures = CASE WHEN wish = $9 THEN $8 ELSE failures END,
      guard = guard + 1, node = NULL, epoch = 0
    WHERE id = $1 AND guard = $2";
const DROP: &str = "DELETE FROM subscriptions WHERE id = $1 AND guard = $2 AND state = 'leaving'";
const GONE: &str = "
    UPDATE subscriptions SET registered = NULL, expires_at = NULL, guard = guard + 1, node = NULL,
      epoch = 0
    WHERE id = $1 AND guard = $2";
const LEAVE: &str = "
    INSERT INTO subscriptions (id, workspace, key, scope, settings, version, registered, state, note,
      expires_at, next_due, failures, guard, node, epoch)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'leaving', NULL, NULL, $8, 0, 0, NULL, 0)";
const AGAIN: &str = "
    UPDATE subscriptions SET state = 'subscribing', next_due = $2, failures = 0, wish = wish + 1
    WHERE connection = $1 AND state <> 'leaving'";

impl Db {
    /// One registration.
    pub async fn subscription(&self, id: FlowId) -> Result<Taken, Error> {
        let row = self.row(ONE, vals![id.uuid()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// All registrations, oldest first.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        self.rows(ALL, Vec::new()).await?.iter().map(read).collect()
    }

    /// Registrations that something is to be done about, and that no living node has.
    pub async fn due_subscriptions(&self, now: Time, max: i64) -> Result<Vec<Subscription>, Error> {
        let rows = self.rows(DUE, vals![now, max]).await?;
        rows.iter().map(read).collect()
    }

    /// Takes a due registration for this node, as it is by now. None: another node was first.
    pub async fn take_subscription(
        &self,
        id: FlowId,
        guard: i64,
        n: NodeLease,
    ) -> Result<Taken, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let values = vals![id.uuid(), guard, n.node.uuid(), n.epoch];
                if tx.conn.exec(TAKE, values).await? == 0 {
                    return Ok(None);
                }
                let rows = tx.conn.rows(ONE, vals![id.uuid()]).await?;
                Ok(rows.first().map(read).transpose()?)
            })
        })
        .await
    }

    /// Right before a call: what the service is about to know, so that a node that dies meanwhile
    /// leaves a trace of it. What was kept with the registration before goes. False: it is another
    /// node's.
    pub async fn begin_registration(&self, s: &Subscription, kept: &Kept) -> Result<bool, Error> {
        let own = self.seal_secrets(s.id, &kept.own)?;
        let address = self.seal_secrets(s.scope, &kept.address)?;
        let s = s.clone();
        self.write(move |mut tx| {
            let (s, own, address) = (s.clone(), own.clone(), address.clone());
            Box::pin(async move {
                let values = vals![s.id.uuid(), s.guard, s.registered.as_deref()];
                if tx.conn.exec(MARK, values).await? == 0 {
                    return Ok(false);
                }
                forget(tx.conn, s.id).await?;
                put_all(tx.conn, s.id, own).await?;
                prove(&mut tx, s.scope, address).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Keeps what came of it and lets it go. If something else is wanted by now, that is due. False:
    /// it is another node's.
    pub async fn put_subscription(&self, s: &Subscription, kept: &Kept) -> Result<bool, Error> {
        let own = self.seal_secrets(s.id, &kept.own)?;
        let address = self.seal_secrets(s.scope, &kept.address)?;
        let s = s.clone();
        self.write(move |mut tx| {
            let (s, own, address) = (s.clone(), own.clone(), address.clone());
            Box::pin(async move {
                let values = vals![
                    s.id.uuid(),
                    s.guard,
                    s.registered.as_deref(),
                    s.state.as_str(),
                    s.note.as_deref(),
                    s.expires_at,
                    s.next_due,
                    s.failures,
                    s.wish
                ];
                if tx.conn.exec(PUT, values).await? == 0 {
                    return Ok(false);
                }
                put_all(tx.conn, s.id, own).await?;
                prove(&mut tx, s.scope, address).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Lets a registration go that was taken back: it is removed, unless it is wanted again.
    pub async fn drop_subscription(&self, id: FlowId, guard: i64) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let (mut ended, key) = (0, || vals![id.uuid(), guard]);
                for sql in [DROP, GONE] {
                    if ended == 0 {
                        ended = tx.conn.exec(sql, key()).await?;
                    }
                }
                if ended > 0 {
                    forget(tx.conn, id).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// What the service knows, and this registration does not stand for, becomes one of its own that
    /// is only to be taken back.
    pub async fn leave_behind(&self, s: &Subscription, kept: &Kept) -> Result<(), Error> {
        let (id, now) = (FlowId::new(self.now()), self.now());
        let (s, own) = (s.clone(), self.seal_secrets(id, &kept.own)?);
        self.write(move |tx| {
            let (s, own) = (s.clone(), own.clone());
            Box::pin(async move {
                let (ws, scope, key) = (s.workspace.uuid(), s.scope.uuid(), format!("left:{id}"));
                let known = s.registered.as_deref();
                let values = vals![id.uuid(), ws, key, scope, s.settings, s.version, known, now];
                tx.conn.exec(LEAVE, values).await?;
                put_all(tx.conn, id, own).await
            })
        })
        .await
    }
}

/// What was registered with a connection is looked at again.
pub(crate) async fn look_again(tx: &mut Tx<'_>, id: ConnectionId, now: Time) -> Result<(), Fail> {
    tx.conn.exec(AGAIN, vals![id.uuid(), now]).await?;
    Ok(())
}

async fn forget(conn: &mut Conn, id: FlowId) -> Result<(), Fail> {
    conn.exec("DELETE FROM flow_secrets WHERE flow = $1", vals![id.uuid()]).await?;
    Ok(())
}

/// Keeps what deliveries are proved with; nothing for an address that is gone.
async fn prove(tx: &mut Tx<'_>, scope: FlowId, sealed: Sealed) -> Result<(), Fail> {
    if sealed.is_empty() {
        return Ok(());
    }
    let generation = raise(tx).await?;
    let sql = "UPDATE flows SET generation = $2 WHERE id = $1";
    let mut there = tx.conn.exec(sql, vals![scope.uuid(), generation]).await?;
    if there == 0 {
        let sql = "UPDATE shared_addresses SET token = token WHERE id = $1";
        there = tx.conn.exec(sql, vals![scope.uuid()]).await?;
    }
    if there > 0 { put_all(tx.conn, scope, sealed).await } else { Ok(()) }
}
