//! Addresses that are registered at services (semantics S19): what is wanted by which flows. What is
//! done about it is in `registering`. A row that a node holds stays its own when something else is
//! wanted meanwhile: `wish` is raised, and the node keeps what came of its call first.

use domain::Time;
use domain::ids::{ConnectionId, FlowId, WorkspaceId};
use domain::subscription::SubscriptionState;

use crate::Error;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::{Row, vals};

/// A registration. What is kept with it (`hook.secret`, `hook.id` and so on, and the values that the
/// service was told) are the secrets of its id.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: FlowId,
    pub workspace: WorkspaceId,
    /// Whose address it is: a flow, or one that flows share.
    pub scope: FlowId,
    /// What is to be registered, JSON; without the version of its connector.
    pub settings: String,
    pub version: String,
    /// What the service knows, if anything.
    pub registered: Option<String>,
    pub state: SubscriptionState,
    /// Why it failed.
    pub note: Option<String>,
    pub expires_at: Option<Time>,
    pub next_due: Option<Time>,
    pub failures: i64,
    /// Raised by whoever takes it or lets it go.
    pub guard: i64,
    /// Raised when something else is wanted.
    pub wish: i64,
}

/// What a flow wants to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionWish {
    pub flow: FlowId,
    pub workspace: WorkspaceId,
    /// Flows with the same key share the registration.
    pub key: String,
    pub scope: FlowId,
    pub settings: String,
    pub version: String,
    /// Whose fields the service is told.
    pub connection: Option<ConnectionId>,
    /// Only so long: an editor listens with a draft.
    pub until: Option<Time>,
}

macro_rules! subscription {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.workspace, s.scope, s.settings, s.version, s.registered, s.state, s.note,
               s.expires_at, s.next_due, s.failures, s.guard, s.wish
             FROM subscriptions s ",
            $rest
        )
    };
}
pub(crate) use subscription;

const OF_FLOW: &str = subscription!(
    "WHERE s.id = (SELECT w.subscription FROM subscription_wants w WHERE w.flow = $1)"
);
/// Whatever the row is about changes at once, also while a node holds it.
const WANT: &str = "
    INSERT INTO subscriptions (id, workspace, key, scope, settings, version, registered, state, note,
      expires_at, next_due, failures, guard, node, epoch, connection)
    VALUES ($1, $2, $3, $4, $5, $6, NULL, 'subscribing', NULL, NULL, $7, 0, 0, NULL, 0, $8)
    ON CONFLICT (key) DO UPDATE SET settings = excluded.settings, version = excluded.version,
      connection = excluded.connection,
      state = CASE WHEN subscriptions.settings <> excluded.settings
        OR subscriptions.state = 'leaving' THEN 'subscribing' ELSE subscriptions.state END,
      next_due = CASE WHEN subscriptions.settings <> excluded.settings
        OR subscriptions.state = 'leaving' THEN excluded.next_due ELSE subscriptions.next_due END,
      failures = CASE WHEN subscriptions.settings <> excluded.settings
        OR subscriptions.state = 'leaving' THEN 0 ELSE subscriptions.failures END,
      wish = CASE WHEN subscriptions.settings <> excluded.settings
        OR subscriptions.state = 'leaving' THEN subscriptions.wish + 1
        ELSE subscriptions.wish END";
/// A person asks: what failed does not wait for its next try.
const AT_ONCE: &str = "
    UPDATE subscriptions SET state = 'subscribing', next_due = $2, failures = 0, wish = wish + 1
    WHERE key = $1 AND state = 'failed'";
const WANTED_BY: &str = "
    INSERT INTO subscription_wants (flow, subscription, until)
    SELECT $1, id, $3 FROM subscriptions WHERE key = $2
    ON CONFLICT (flow) DO UPDATE SET subscription = excluded.subscription, until = excluded.until";
const LISTENING: &str = "SELECT until FROM subscription_wants WHERE flow = $1";
const HEARD: &str =
    "SELECT flow FROM subscription_wants WHERE until IS NOT NULL AND until <= $1 LIMIT 1";
const DEAF: &str = "DELETE FROM subscription_wants WHERE until <= $1";
const DELETED: &str = "
    DELETE FROM subscription_wants WHERE NOT EXISTS (
      SELECT 1 FROM flows f WHERE f.id = subscription_wants.flow)";
const ORPHANS: &str = "
    UPDATE subscriptions SET state = 'leaving', next_due = $1, failures = 0, wish = wish + 1
    WHERE state <> 'leaving' AND NOT EXISTS (
      SELECT 1 FROM subscription_wants w WHERE w.subscription = subscriptions.id)";
const AGAIN: &str = "
    UPDATE subscriptions SET state = 'subscribing', next_due = $2, failures = 0, wish = wish + 1
    WHERE id = $1 AND state <> 'leaving'";

impl Db {
    /// What a flow has registered, with how it does.
    pub async fn subscription_of(&self, flow: FlowId) -> Result<Option<Subscription>, Error> {
        let row = self.row(OF_FLOW, vals![flow.uuid()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// From now on the flow wants this and nothing else.
    pub async fn want_subscription(&self, w: SubscriptionWish) -> Result<(), Error> {
        let (id, now) = (FlowId::new(self.now()).uuid(), self.now());
        self.write(move |mut tx| {
            let w = w.clone();
            Box::pin(async move {
                let (ws, scope) = (w.workspace.uuid(), w.scope.uuid());
                let (key, settings, version) = (w.key.as_str(), w.settings, w.version);
                let of = w.connection.map(ConnectionId::uuid);
                tx.conn.exec(WANT, vals![id, ws, key, scope, settings, version, now, of]).await?;
                tx.conn.exec(WANTED_BY, vals![w.flow.uuid(), key, w.until]).await?;
                orphans(&mut tx, now).await?;
                if w.until.is_some() {
                    tx.conn.exec(AT_ONCE, vals![w.key.as_str(), now]).await?;
                    // Nobody has published anything: this is what wakes the nodes.
                    raise(&mut tx).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Until when the flow wants its address only because an editor listens.
    pub async fn listens_until(&self, flow: FlowId) -> Result<Option<Time>, Error> {
        let row = self.row(LISTENING, vals![flow.uuid()]).await?;
        row.map_or(Ok(None), |row| row.cursor().opt_time())
    }

    /// Ends what editors listened to until now.
    pub async fn end_listening(&self, now: Time) -> Result<(), Error> {
        if self.row(HEARD, vals![now]).await?.is_none() {
            return Ok(());
        }
        self.write(move |mut tx| {
            Box::pin(async move {
                if tx.conn.exec(DEAF, vals![now]).await? > 0 {
                    orphans(&mut tx, now).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// From now on the flow wants nothing to be registered.
    pub async fn unwant_subscription(&self, flow: FlowId) -> Result<(), Error> {
        let now = self.now();
        self.write(move |mut tx| {
            Box::pin(async move {
                let sql = "DELETE FROM subscription_wants WHERE flow = $1";
                tx.conn.exec(sql, vals![flow.uuid()]).await?;
                orphans(&mut tx, now).await?;
                Ok(())
            })
        })
        .await
    }

    /// Deleted flows want nothing any more.
    pub async fn tidy_subscriptions(&self) -> Result<(), Error> {
        let now = self.now();
        self.write(move |mut tx| {
            Box::pin(async move {
                if tx.conn.exec(DELETED, Vec::new()).await? > 0 {
                    orphans(&mut tx, now).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// What the service was told is looked at again: it may be something else by now.
    pub async fn look_again_at_subscription(&self, id: FlowId) -> Result<(), Error> {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                tx.conn.exec(AGAIN, vals![id.uuid(), now]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Whether an address is wanted by other registrations than this one.
    pub async fn is_shared(&self, s: &Subscription) -> Result<bool, Error> {
        let sql = "SELECT id FROM subscriptions
          WHERE scope = $1 AND id <> $2 AND state <> 'leaving' LIMIT 1";
        Ok(self.row(sql, vals![s.scope.uuid(), s.id.uuid()]).await?.is_some())
    }
}

pub(crate) fn read(row: &Row) -> Result<Subscription, Error> {
    let mut c = row.cursor();
    Ok(Subscription {
        id: FlowId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        scope: FlowId(c.id()?),
        settings: c.text()?,
        version: c.text()?,
        registered: c.opt_text()?,
        state: c.word(SubscriptionState::parse)?,
        note: c.opt_text()?,
        expires_at: c.opt_time()?,
        next_due: c.opt_time()?,
        failures: c.int()?,
        guard: c.int()?,
        wish: c.int()?,
    })
}

async fn orphans(tx: &mut Tx<'_>, now: Time) -> Result<(), sqlx::Error> {
    tx.conn.exec(ORPHANS, vals![now]).await.map(|_| ())
}
