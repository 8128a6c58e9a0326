//! Connecting through the browser: the operator's applications, the way out and the way back.

use std::collections::BTreeMap;

use connect::outbound::Returning;
use connect::registry::compiled::Method;
use domain::connection::{Connection, ConnectionState};
use domain::ids::{self, ConnectionId, UserId, WorkspaceId};
use domain::outcome::StepError;
use domain::{Code, Problem, Role, Secret, Side, Text, Time, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{ConnectionStateChange, OAuthState, Tokens};

use super::credentials::{Drafted, Form, name_taken, stored};
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
    /// What it carries, and what [`Manage::oauth_outcome`] is asked with.
    pub state: String,
    /// Nobody can come back after this.
    pub expires_at: Time,
}

/// The way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub workspace: WorkspaceId,
    pub connection: ConnectionId,
    pub connector: String,
    /// It was there before.
    pub again: bool,
    /// What the service said when the new tokens were tried, where they did not work.
    pub fault: Option<Text>,
}

/// What came of a way out, for whoever began it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Connected(ConnectionId),
    Failed {
        code: Code,
        /// More than the words of the code, where there is more.
        said: Option<Text>,
    },
}

/// What the way back needs, sealed in the database. Has secrets.
#[derive(Serialize, Deserialize)]
struct Kept {
    verifier: String,
    /// The connection was there before.
    again: bool,
    named: Option<String>,
    name: String,
    connector: String,
    method: String,
    fields: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl Kept {
    fn of(d: &Drafted, again: bool, verifier: &Secret) -> Self {
        let open = |(k, v): (&String, &Secret)| (k.clone(), v.expose().to_owned());
        Self {
            verifier: verifier.expose().to_owned(),
            again,
            named: d.named.clone(),
            name: d.trial.name.clone(),
            connector: d.trial.connector.clone(),
            method: d.trial.method.clone(),
            fields: d.trial.fields.clone(),
            secrets: d.trial.secrets.iter().map(open).collect(),
        }
    }

    fn trial(&self, id: ConnectionId, workspace: WorkspaceId) -> Connection {
        let sealed = |(k, v): (&String, &String)| (k.clone(), Secret::new(v.as_str()));
        Connection {
            id,
            workspace,
            name: self.name.clone(),
            connector: self.connector.clone(),
            method: self.method.clone(),
            fields: self.fields.clone(),
            secrets: self.secrets.iter().map(sealed).collect(),
            state: ConnectionState::New,
            note: None,
            generation: 0,
            tokens: None,
        }
    }
}

impl Manage {
    /// The address that services send browsers back to.
    pub fn redirect_uri(&self) -> String {
        tokens::redirect_uri(&self.public_url)
    }

    /// The operator's application at the service of a connector.
    pub async fn oauth_app(&self, connector: &str) -> Result<AppView, Error> {
        let c = self.registry.latest(connector);
        let c = c.ok_or_else(|| Error::missing("connector", connector))?;
        let mut fields: Vec<String> = Vec::new();
        for way in c.ways() {
            let method = c.method(Some(&way.id));
            for name in method.into_iter().flat_map(Method::app_fields) {
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
        let faults: Vec<Problem> =
            app.keys().filter(|k| !known.contains(k)).map(|k| not_of_the_app(k)).collect();
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        self.db.put_oauth_app(self.workspace, connector, &app).await?;
        self.oauth_app(connector).await
    }

    /// Begins to connect in the browser of `person`: a new connection, or `again` one that is
    /// there. Nothing of it is kept before the person has come back.
    ///
    /// # Errors
    /// [`Error::Fields`] for faults of the form; the connector has no such way; its application is
    /// not set up.
    pub async fn oauth_start(
        &self,
        person: UserId,
        again: Option<ConnectionId>,
        form: Form,
    ) -> Result<Departure, Error> {
        let d = match again {
            Some(id) => self.redrafted(id, form).await?,
            None => self.drafted(form)?,
        };
        if let Some(name) = &d.named
            && let Some(other) = self.db.connection_by_name(self.workspace, name).await?
            && other.id != d.trial.id
        {
            return Err(Error::Fields(vec![name_taken(name)]));
        }
        let app = tokens::app(&self.db, &self.outbound, self.workspace, &d.connector.name).await?;
        let method = d.connector.method(Some(&d.trial.method));
        if !method.is_some_and(Method::leaves) {
            return Err(Error::Fields(vec![not_by_browser()]));
        }
        if method.into_iter().flat_map(Method::app_fields).any(|f| !app.contains_key(f)) {
            return Err(Error::Refused(Code::OauthAppMissing));
        }
        let state = ids::random_text(52);
        let redirect = self.redirect_uri();
        let leaving = self.outbound.leave(&d.connector, &d.trial, &app, &redirect, &state);
        let leaving = leaving.map_err(|e| Error::Untested(Box::new(e)))?;
        let kept = Kept::of(&d, again.is_some(), &leaving.verifier);
        let kept = OAuthState {
            workspace: self.workspace,
            connection: d.trial.id,
            person,
            sealed: Secret::new(serde_json::to_string(&kept).unwrap_or_default()),
        };
        let expires_at = self.db.now().plus(limits::OAUTH_STATE);
        self.db.put_oauth_state(hash(&state), &kept, expires_at).await?;
        Ok(Departure { url: leaving.url, state, expires_at })
    }

    /// What came of a way out that `person` began in this workspace; nothing while nobody has come
    /// back.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is unknown or too old.
    pub async fn oauth_outcome(
        &self,
        person: UserId,
        state: &str,
    ) -> Result<Option<Outcome>, Error> {
        let now = self.db.now();
        let found = self.db.oauth_outcome(self.workspace, person, hash(state), now).await?;
        let found = found.ok_or_else(|| Error::missing("sign-in", state))?;
        Ok(found.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Ends to connect, with the parameters that the browser of `person` came back with: the code
    /// becomes tokens, which are tried and kept. In the workspace that it began in, where the
    /// person must still be allowed to change connections.
    ///
    /// # Errors
    /// [`Code::OauthLost`] for a state that this person cannot come back with,
    /// [`Code::OauthDenied`] where the service gave no access.
    pub async fn oauth_arrive(
        &self,
        query: &BTreeMap<String, String>,
        person: UserId,
    ) -> Result<Arrival, Error> {
        let lost = || Error::Refused(Code::OauthLost);
        let state = query.get("state").ok_or_else(lost)?;
        let kept = self.db.take_oauth_state(hash(state), self.db.now()).await?.ok_or_else(lost)?;
        let arrived = self.arrived(query, person, &kept).await;
        let outcome = match &arrived {
            Ok(a) => Outcome::Connected(a.connection),
            Err(Error::Untested(e)) => Outcome::Failed { code: e.code, said: Some(e.text()) },
            Err(e) => Outcome::Failed { code: e.code(), said: None },
        };
        let outcome = serde_json::to_string(&outcome).unwrap_or_default();
        let until = self.db.now().plus(limits::OAUTH_STATE);
        self.db.end_oauth_state(hash(state), &outcome, until).await?;
        arrived
    }

    async fn arrived(
        &self,
        query: &BTreeMap<String, String>,
        person: UserId,
        state: &OAuthState,
    ) -> Result<Arrival, Error> {
        let may = self.db.memberships(person).await?;
        let may = may.iter().any(|m| m.workspace == state.workspace && m.role >= Role::Editor);
        let kept = serde_json::from_str::<Kept>(state.sealed.expose()).ok();
        let kept = kept.filter(|_| may && state.person == person);
        let kept = kept.ok_or(Error::Refused(Code::OauthLost))?;
        let here = Manage { workspace: state.workspace, ..self.clone() };
        let Some(code) = query.get("code").filter(|c| !c.is_empty()) else {
            let why = query.get("error_description").or(query.get("error"));
            let why = why.map_or("", String::as_str).chars().take(limits::OAUTH_SAID_CHARS);
            let error = StepError::new(Code::OauthDenied, Text::said(why.collect::<String>()));
            return Err(Error::Untested(Box::new(error)));
        };
        let trial = kept.trial(state.connection, state.workspace);
        let connector = here.connector_of(&trial)?;
        let app = tokens::app(&here.db, &here.outbound, here.workspace, &kept.connector).await?;
        let redirect_uri = here.redirect_uri();
        let verifier = Secret::new(kept.verifier.as_str());
        let back = Returning { code, verifier: &verifier, redirect_uri: &redirect_uri, query };
        let fresh = here.outbound.come_back(&connector, &trial, &app, back).await;
        let fresh = tokens::tokens(&fresh.map_err(|d| Error::Untested(Box::new(d.error())))?);
        let draft = Drafted { connector, named: kept.named.clone(), trial };
        here.keep_connected(draft, kept.again, fresh).await
    }

    /// Tries new tokens and keeps them: what the service has given is kept even if its test fails.
    async fn keep_connected(
        &self,
        d: Drafted,
        again: bool,
        fresh: Tokens,
    ) -> Result<Arrival, Error> {
        let id = d.trial.id;
        let with = fresh.clone().onto(d.trial.clone());
        let (label, fault) = match self.outbound.test_connection(&d.connector, &with).await {
            Ok(t) => (Some(t.label), None),
            Err((e, _)) => (None, Some(e)),
        };
        if again {
            self.db.update_connection(stored(&d.trial)).await?;
        } else {
            self.kept(&d, label.clone(), false).await?;
        }
        let had = self.db.tokens(id).await?.map_or(0, |t| t.generation);
        if !self.db.put_tokens(id, had, &fresh).await? {
            return Err(Error::conflict(
                "the connection was connected elsewhere meanwhile",
                "подключение тем временем подключили в другом месте",
            ));
        }
        if let Some(e) = fault.as_ref().filter(|e| e.side == Side::Access) {
            let (state, note) = (ConnectionState::Broken, Some(e.text().kept()));
            self.db.set_connection_state(ConnectionStateChange { id, state, note }).await?;
        }
        self.tell(id, label).await?;
        Ok(Arrival {
            workspace: self.workspace,
            connection: id,
            connector: d.trial.connector,
            again,
            fault: fault.map(|e| e.text()),
        })
    }

    /// A connection with credentials that can be used now.
    pub(crate) async fn fresh(
        &self,
        c: Connection,
    ) -> Result<Connection, domain::outcome::StepError> {
        use crate::tokens::NotFresh;
        let Ok(connector) = self.connector_of(&c) else { return Ok(c) };
        let id = c.id;
        let clock = self.outbound.config.clock.clone();
        let (db, outbound) = (&self.db, &*self.outbound);
        let renewer = Renewer { db, outbound, clock: &clock, public_url: &self.public_url };
        renewer.fresh(&connector, c, false).await.map_err(|e| match e {
            NotFresh::Refused(e) => e.of(id),
            NotFresh::Later(e) => e,
            NotFresh::Store(e) => {
                tracing::warn!(error = %e, "the store did not answer");
                let text = ("the database did not answer", "база данных не ответила");
                domain::outcome::StepError::new(domain::Code::StorageUnavailable, text)
            }
        })
    }

    /// Takes the tokens of a connection that has been removed back from its service. Tokens of the
    /// same account are left alone while another connection has some: services end all of them
    /// together. What cannot be taken back is said in the log.
    pub(super) async fn revoke(&self, c: &Connection) {
        let Ok(connector) = self.connector_of(c) else { return };
        let same = |o: &Connection| {
            o.connector == c.connector && o.method == c.method && o.note == c.note && o.id != c.id
        };
        let Ok(others) = self.db.connections(self.workspace).await else { return };
        if others.iter().any(same) {
            return;
        }
        let app = tokens::app(&self.db, &self.outbound, c.workspace, &c.connector).await;
        let Ok(app) = app else { return };
        let redirect = self.redirect_uri();
        if let Err(denied) = self.outbound.revoke_tokens(&connector, c, &app, &redirect).await {
            let reason = denied.error().message;
            tracing::warn!(connection.id = %c.id, reason, "its tokens stay good at the service");
        }
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
        match method.map(Method::renews) {
            Some(Renews::Token { alone: false, .. }) => Ok(c.tokens.map(|_| c.clone())),
            Some(Renews::Token { alone: true, .. }) => {
                let app = tokens::app(&self.db, &self.outbound, c.workspace, &c.connector).await?;
                let redirect = self.redirect_uri();
                let fresh = self.outbound.renew_tokens(connector, c, &app, &redirect).await;
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

fn not_by_browser() -> Problem {
    Problem::error(
        "field_invalid",
        "method",
        "this way to connect does not go through the browser",
        "этот способ подключения не идёт через браузер",
    )
}

fn not_of_the_app(field: &str) -> Problem {
    Problem::error(
        "field_invalid",
        field,
        "the application of this service has no such value",
        "у приложения этого сервиса нет такого значения",
    )
}

/// What is stored of a state: who reads the database cannot come back with it.
fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state).to_vec()
}
