//! Subscribers and event types. A subscriber is a flow that is not shown among flows: its runs are
//! the deliveries, its state says whether they go out, its secrets sign them.

mod deliveries;
mod event_types;
mod health;
mod remove;

use std::collections::BTreeMap;

use domain::ids::{RunId, SubscriberId, WorkspaceId};
use domain::subscriber::{Health, LastFailure, Subscriber, SubscriberState};
use domain::{Secret, Time};

use crate::commit::prepare::json;
use crate::db::Db;
use crate::flows::there;
use crate::generation::raise;
use crate::secrets::put_all;
use crate::sql::{Filter, Row, Val, vals};
use crate::{Error, FlowState};

pub use deliveries::{DeliveryFilter, DeliveryOf};
pub use health::Noted;

/// A subscriber to make, with the flow that carries its deliveries.
#[derive(Clone, Debug)]
pub struct NewSubscriber {
    pub row: Subscriber,
    /// The document of the flow.
    pub document: String,
    pub secrets: BTreeMap<String, Secret>,
}

const SELECT: &str = "
    SELECT s.id, s.workspace, f.name, s.url, s.types, s.filter, s.properties, s.rate, f.state,
      f.version, s.previous_until, s.disabled_at, s.disabled_because, s.failing_since,
      s.last_success_at, s.last_failure_at, s.last_failure_run, s.last_failure, s.created_at,
      s.updated_at
    FROM subscribers s JOIN flows f ON f.id = s.id";

const CREATE_FLOW: &str = "
    INSERT INTO flows (id, workspace, name, state, draft, version, created_at, updated_at,
      generation)
    VALUES ($1, $2, $3, 'live', $4, 1, $5, $5, $6)";
const CREATE_VERSION: &str = "
    INSERT INTO flow_versions (flow, version, document, created_at) VALUES ($1, 1, $2, $3)";
const CREATE: &str = "
    INSERT INTO subscribers (id, workspace, url, types, filter, properties, rate, created_at,
      updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";

const RENAME: &str = "
    UPDATE flows SET name = $3, updated_at = $4, generation = $5 WHERE id = $1 AND workspace = $2";
const UPDATE: &str = "
    UPDATE subscribers SET url = $3, types = $4, filter = $5, properties = $6, rate = $7,
      updated_at = $8
    WHERE id = $1 AND workspace = $2 AND deleted_at IS NULL";

const STATE: &str = "
    UPDATE flows SET state = $3, updated_at = $4, generation = $5 WHERE id = $1 AND workspace = $2";
const ENABLE: &str = "
    UPDATE subscribers SET disabled_at = NULL, disabled_because = NULL, failing_since = NULL,
      updated_at = $3
    WHERE id = $1 AND workspace = $2 AND deleted_at IS NULL";
const EXISTS: &str = "
    UPDATE subscribers SET updated_at = $3
    WHERE id = $1 AND workspace = $2 AND deleted_at IS NULL";

/// Only if nobody has rotated it since the secrets were read.
const ROTATE: &str = "
    UPDATE subscribers SET previous_until = $4, updated_at = $5
    WHERE id = $1 AND workspace = $2 AND coalesce(previous_until, 0) = $3 AND deleted_at IS NULL";

/// The documents of a subscriber, printed.
#[derive(Clone)]
struct Printed {
    types: String,
    filter: Option<String>,
    properties: String,
}

impl Printed {
    fn of(s: &Subscriber) -> Result<Self, Error> {
        Ok(Self {
            types: json(&s.types)?,
            filter: s.filter.as_ref().map(json).transpose()?,
            properties: json(&s.properties)?,
        })
    }
}

impl Db {
    /// Makes a subscriber; it is told of what is published from now on.
    pub async fn create_subscriber(&self, new: NewSubscriber) -> Result<(), Error> {
        let secrets = self.seal_secrets(new.row.id.flow(), &new.secrets)?;
        let printed = Printed::of(&new.row)?;
        self.write(move |mut tx| {
            let (new, printed, secrets) = (new.clone(), printed.clone(), secrets.clone());
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let s = new.row;
                let (id, ws, at) = (s.id.uuid(), s.workspace.uuid(), s.created_at);
                let values = vals![id, ws, s.name, new.document.as_str(), at, generation];
                tx.conn.exec(CREATE_FLOW, values).await?;
                tx.conn.exec(CREATE_VERSION, vals![id, new.document, at]).await?;
                let Printed { types, filter, properties } = printed;
                let (filter, rate) = (filter.as_deref(), s.rate.as_deref());
                let values = vals![id, ws, s.url, types, filter, properties, rate, at];
                tx.conn.exec(CREATE, values).await?;
                put_all(tx.conn, s.id.flow(), secrets).await
            })
        })
        .await
    }

    /// Changes what a subscriber wants and where it is, and these of its secrets.
    pub async fn update_subscriber(
        &self,
        s: Subscriber,
        secrets: BTreeMap<String, Secret>,
    ) -> Result<(), Error> {
        let secrets = self.seal_secrets(s.id.flow(), &secrets)?;
        let printed = Printed::of(&s)?;
        let now = self.now();
        self.write(move |mut tx| {
            let (s, printed, secrets) = (s.clone(), printed.clone(), secrets.clone());
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let (id, ws) = (s.id.uuid(), s.workspace.uuid());
                let Printed { types, filter, properties } = printed;
                let (filter, rate) = (filter.as_deref(), s.rate.as_deref());
                let values = vals![id, ws, s.url, types, filter, properties, rate, now];
                there(tx.conn.exec(UPDATE, values).await?)?;
                there(tx.conn.exec(RENAME, vals![id, ws, s.name, now, generation]).await?)?;
                put_all(tx.conn, s.id.flow(), secrets).await
            })
        })
        .await
    }

    /// Lets the deliveries of a subscriber wait, or go on; going on also ends that it is disabled.
    pub async fn set_subscriber(
        &self,
        ws: WorkspaceId,
        id: SubscriberId,
        active: bool,
    ) -> Result<(), Error> {
        let now = self.now();
        let (state, own) =
            if active { (FlowState::Live, ENABLE) } else { (FlowState::Paused, EXISTS) };
        self.write(move |mut tx| {
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                there(tx.conn.exec(own, vals![id.uuid(), ws.uuid(), now]).await?)?;
                let values = vals![id.uuid(), ws.uuid(), state.as_str(), now, generation];
                there(tx.conn.exec(STATE, values).await?)?;
                tx.effects.work = true;
                Ok(())
            })
        })
        .await
    }

    /// Replaces secrets, of which one signs beside the new one until then. `seen` is the end of
    /// the overlap that was read with them; [`Error::Changed`] if it is another one now.
    pub async fn rotate_subscriber(
        &self,
        ws: WorkspaceId,
        id: SubscriberId,
        secrets: BTreeMap<String, Secret>,
        (seen, until): (Option<Time>, Time),
    ) -> Result<(), Error> {
        let secrets = self.seal_secrets(id.flow(), &secrets)?;
        let now = self.now();
        self.write(move |mut tx| {
            let secrets = secrets.clone();
            Box::pin(async move {
                raise(&mut tx).await?;
                let values = vals![id.uuid(), ws.uuid(), seen.map_or(0, |t| t.0), until, now];
                if tx.conn.exec(ROTATE, values).await? == 0 {
                    return Err(Error::Changed.into());
                }
                put_all(tx.conn, id.flow(), secrets).await
            })
        })
        .await
    }

    /// One subscriber.
    pub async fn subscriber(
        &self,
        ws: WorkspaceId,
        id: SubscriberId,
    ) -> Result<Option<Subscriber>, Error> {
        let mut q = Filter::new(SELECT, "s.workspace", ws.uuid());
        q.and("s.id =", Some(id.uuid())).also("s.deleted_at IS NULL");
        let (text, vals) = q.slice("s.id", 1);
        self.row(text, vals).await?.as_ref().map(read).transpose()
    }

    /// The subscribers of a workspace after the given one, oldest first.
    pub async fn subscribers(
        &self,
        ws: WorkspaceId,
        after: Option<SubscriberId>,
        limit: u32,
    ) -> Result<Vec<Subscriber>, Error> {
        let mut q = Filter::new(SELECT, "s.workspace", ws.uuid());
        q.and("s.id >", after.map(SubscriberId::uuid)).also("s.deleted_at IS NULL");
        let (text, vals): (String, Vec<Val>) = q.page("s.id", limit);
        self.rows(text, vals).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Subscriber, Error> {
    let mut c = row.cursor();
    let (id, workspace) = (SubscriberId(c.id()?), WorkspaceId(c.id()?));
    let (name, url, types) = (c.text()?, c.text()?, c.json()?);
    let (filter, properties, rate) = (c.opt_json()?, c.json()?, c.opt_text()?);
    let (flow, version) = (c.word(FlowState::parse)?, c.int()?);
    let previous_until = c.opt_time()?;
    let mut health = Health {
        disabled_at: c.opt_time()?,
        disabled_because: c.opt_json()?,
        failing_since: c.opt_time()?,
        last_success_at: c.opt_time()?,
        last_failure: None,
    };
    let failure = (c.opt_time()?, c.opt_id()?, c.opt_json()?);
    if let (Some(at), Some(run), Some(error)) = failure {
        health.last_failure = Some(LastFailure { at, run: RunId(run), error });
    }
    let state = match (flow, health.disabled_at) {
        (FlowState::Live, _) => SubscriberState::Active,
        (_, None) => SubscriberState::Paused,
        (_, Some(_)) => SubscriberState::Disabled,
    };
    Ok(Subscriber {
        id,
        workspace,
        name,
        url,
        types,
        filter,
        properties,
        rate,
        state,
        version,
        previous_until,
        health,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}
