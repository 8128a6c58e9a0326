//! Connecting through the browser: the operator's applications, the way out and the way back.

use std::collections::BTreeMap;

use connect::outbound::Returning;
use domain::connection::{Connection, ConnectionState};
use domain::ids;
use domain::{Secret, limits};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{ConnectionStateChange, OAuthState};

use super::connections::Tested;
use super::{Error, Manage};
use crate::tokens::{self, Renewer};

/// The path of the way back below the public address.
pub const REDIRECT: &str = "/oauth/callback";

/// What is known of the operator's application at a service; no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppView {
    pub connector: String,
    /// What has to be set, by the connector's methods.
    pub fields: Vec<String>,
    /// Which of them are set.
    pub set: Vec<String>,
    /// What the operator enters at the service.
    pub redirect_uri: String,
}

/// The way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
}

/// The way back.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub connection: Connection,
    pub tested: Tested,
}

impl Manage {
    /// The address that services send browsers back to.
    pub fn redirect_uri(&self) -> String {
        format!("{}{REDIRECT}", self.public_url)
    }

    /// The operator's application at the service of a connector.
    pub async fn oauth_app(&self, connector: &str) -> Result<AppView, Error> {
        let c = self.registry.latest(connector);
        let c = c.ok_or_else(|| Error::missing("connector", connector))?;
        let mut fields: Vec<String> = Vec::new();
        for way in c.ways() {
            let method = c.method(Some(&way.id));
            for name in method.into_iter().flat_map(connect::registry::compiled::Method::app_fields)
            {
                if !fields.contains(name) {
                    fields.push(name.clone());
                }
            }
        }
        let app = tokens::app(&self.db, &self.outbound, self.workspace, connector).await?;
        Ok(AppView {
            connector: connector.to_owned(),
            set: fields.iter().filter(|f| app.contains_key(*f)).cloned().collect(),
            fields,
            redirect_uri: self.redirect_uri(),
        })
    }

    /// Sets the operator's application; an empty one removes it.
    pub async fn set_oauth_app(
        &self,
        connector: &str,
        app: BTreeMap<String, Secret>,
    ) -> Result<AppView, Error> {
        let known = self.oauth_app(connector).await?.fields;
        if let Some(extra) = app.keys().find(|k| !known.contains(k)) {
            return Err(Error::Bad(format!("the application of {connector} has no \"{extra}\"")));
        }
        self.db.put_oauth_app(self.workspace, connector, &app).await?;
        self.oauth_app(connector).await
    }

    /// Begins to connect: where the browser goes. `session` is the one that it has to come back
    /// with.
    pub async fn oauth_start(&self, name_or_id: &str, session: &str) -> Result<Departure, Error> {
        let c = self.connection(name_or_id).await?;
        let connector = self.connector_of(&c)?;
        let app = tokens::app(&self.db, &self.outbound, c.workspace, &c.connector).await?;
        let method = connector.method(Some(&c.method));
        let missing = method
            .into_iter()
            .flat_map(connect::registry::compiled::Method::app_fields)
            .find(|f| !app.contains_key(*f));
        if let Some(missing) = missing {
            return Err(Error::Bad(format!(
                "the application of {} is not set up: {missing} is missing",
                c.connector
            )));
        }
        let state = ids::random_text(52);
        let redirect = self.redirect_uri();
        let leaving = self.outbound.leave(&connector, &c, &app, &redirect, &state);
        let leaving = leaving.map_err(|e| Error::Bad(e.message))?;
        let kept = OAuthState {
            workspace: c.workspace,
            connection: c.id,
            session: session.to_owned(),
            verifier: leaving.verifier,
        };
        let expires = self.db.now().plus(limits::OAUTH_STATE);
        self.db.put_oauth_state(hash(&state), &kept, expires).await?;
        Ok(Departure { url: leaving.url })
    }

    /// Ends to connect, with the parameters that the browser came back with: the code becomes
    /// tokens, which are stored and tested.
    pub async fn oauth_callback(
        &self,
        query: &BTreeMap<String, String>,
        session: &str,
    ) -> Result<Arrival, Error> {
        let lost =
            || Error::Bad("this way back is unknown, was used already, or took too long".into());
        let state = query.get("state").ok_or_else(lost)?;
        let kept = self.db.take_oauth_state(hash(state), self.db.now()).await?.ok_or_else(lost)?;
        if kept.session != session || kept.workspace != self.workspace {
            return Err(lost());
        }
        let c = self.connection(&kept.connection.to_string()).await?;
        let Some(code) = query.get("code").filter(|c| !c.is_empty()) else {
            let why = query.get("error_description").or(query.get("error"));
            let why = why.map_or("the service gave no code", String::as_str);
            return Err(Error::Bad(format!(
                "not connected: {}",
                why.chars().take(300).collect::<String>()
            )));
        };
        let connector = self.connector_of(&c)?;
        let app = tokens::app(&self.db, &self.outbound, c.workspace, &c.connector).await?;
        let redirect_uri = self.redirect_uri();
        let back = Returning { code, verifier: &kept.verifier, redirect_uri: &redirect_uri, query };
        let fresh = self.outbound.come_back(&connector, &c, &app, back).await;
        let fresh = fresh.map_err(|d| Error::Untested(Box::new(d.error())))?;
        let had = c.tokens.map_or(0, |t| t.generation);
        if !self.db.put_tokens(c.id, had, &tokens::tokens(&fresh)).await? {
            return Err(Error::Conflict("the connection was connected elsewhere meanwhile".into()));
        }
        let change =
            ConnectionStateChange { id: c.id, state: ConnectionState::Working, note: None };
        self.db.set_connection_state(change).await?;
        let tested = self.test_connection(&c.id.to_string()).await?;
        self.db.wake_connection(c.id).await?;
        Ok(Arrival { connection: self.connection(&c.id.to_string()).await?, tested })
    }

    /// A connection with credentials that can be used now.
    pub(crate) async fn fresh(
        &self,
        c: Connection,
    ) -> Result<Connection, domain::outcome::StepError> {
        use crate::tokens::NotFresh;
        let Ok(connector) = self.connector_of(&c) else { return Ok(c) };
        let clock = self.outbound.config.clock.clone();
        let renewer = Renewer { db: &self.db, outbound: &self.outbound, clock: &clock };
        renewer.fresh(&connector, c, false).await.map_err(|e| match e {
            NotFresh::Refused(e) | NotFresh::Later(e) => e,
            NotFresh::Store(e) => {
                domain::outcome::StepError::new(domain::Code::StorageUnavailable, e.to_string())
            }
        })
    }

    /// A connection that is not kept yet, with tokens to be tried; none where it has to be
    /// connected through the browser first.
    pub(super) async fn tokened(
        &self,
        connector: &connect::registry::Connector,
        c: &Connection,
    ) -> Result<Option<Connection>, Error> {
        use connect::outbound::Renews;
        let method = connector.method(Some(&c.method));
        match method.map(connect::registry::compiled::Method::renews) {
            Some(Renews::Token { alone: false, .. }) => Ok(c.tokens.map(|_| c.clone())),
            Some(Renews::Token { alone: true, .. }) => {
                let app = tokens::app(&self.db, &self.outbound, c.workspace, &c.connector).await?;
                let fresh = self.outbound.renew_tokens(connector, c, &app).await;
                let fresh = fresh.map_err(|d| Error::Untested(Box::new(d.error())))?;
                Ok(Some(tokens::tokens(&fresh).onto(c.clone())))
            }
            _ => Ok(Some(c.clone())),
        }
    }

    fn connector_of(
        &self,
        c: &Connection,
    ) -> Result<std::sync::Arc<connect::registry::Connector>, Error> {
        let found = self.registry.latest(&c.connector).cloned();
        found.ok_or_else(|| Error::missing("connector", &c.connector))
    }
}

/// What is stored of a state: who reads the database cannot come back with it.
fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state).to_vec()
}
