//! Fresh credentials (semantics S13): one renewal at a time over all nodes, without a transaction
//! during the call, and stored before anybody uses them. Those who need them meanwhile wait.

use connect::outbound::{App, Denied, Fresh, Outbound, Renews};
use connect::registry::Connector;
use domain::clock::SharedClock;
use domain::connection::Connection;
use domain::ids::WorkspaceId;
use domain::outcome::StepError;
use domain::{Code, Time, limits};
use store::{Db, Tokens};

/// What it takes to renew credentials.
#[derive(Clone, Copy)]
pub(crate) struct Renewer<'a> {
    pub db: &'a Db,
    pub outbound: &'a Outbound,
    pub clock: &'a SharedClock,
    /// The address of the server as browsers see it.
    pub public_url: &'a str,
}

/// The address that services send browsers back to.
pub(crate) fn redirect_uri(public_url: &str) -> String {
    format!("{public_url}{}", crate::manage::oauth::REDIRECT)
}

/// Why there are no fresh credentials.
#[derive(Debug)]
pub(crate) enum NotFresh {
    /// The service refused for good: the user has to connect again.
    Refused(StepError),
    /// Not now.
    Later(StepError),
    Store(store::Error),
}

impl From<store::Error> for NotFresh {
    fn from(e: store::Error) -> Self {
        NotFresh::Store(e)
    }
}

impl Renewer<'_> {
    /// The connection with credentials that can be used now. `refused`: the service did not take
    /// those that it has, so they are renewed unless somebody has done so already.
    pub async fn fresh(
        &self,
        connector: &Connector,
        connection: Connection,
        refused: bool,
    ) -> Result<Connection, NotFresh> {
        let method = connector.method(Some(&connection.method));
        let Some(Renews::Token { alone, before }) =
            method.map(connect::registry::compiled::Method::renews)
        else {
            return Ok(connection);
        };
        if !refused && usable(&connection, self.clock.now(), before) {
            return Ok(connection);
        }
        let had = generation(&connection);
        if had == 0 && !alone {
            let name = &connection.name;
            let en = format!("\"{name}\" is not connected yet");
            let text = (en, format!("«{name}» ещё не подключено"));
            return Err(NotFresh::Refused(StepError::new(Code::AccessDenied, text)));
        }
        let until = self.clock.mono().micros() + limits::REFRESH_WAIT.micros();
        loop {
            let now = self.clock.now();
            let current = self.db.with_tokens(connection.clone()).await?;
            let newer = generation(&current) > had;
            if (newer || !refused) && usable(&current, now, before) {
                return Ok(current);
            }
            let lease = now.plus(limits::REFRESH_LEASE);
            if self.db.take_refresh(current.id, generation(&current), now, lease).await? {
                return self.renew(connector, current, refused).await;
            }
            if self.clock.mono().micros() > until {
                let text = (
                    "the credentials are being renewed elsewhere",
                    "доступы сейчас обновляются в другом месте",
                );
                return Err(NotFresh::Later(StepError::new(Code::RemoteUnavailable, text)));
            }
            self.clock.timer(now.plus(limits::REFRESH_POLL)).await;
        }
    }

    /// The one renewal.
    async fn renew(
        &self,
        connector: &Connector,
        c: Connection,
        refused: bool,
    ) -> Result<Connection, NotFresh> {
        let had = generation(&c);
        let app = app(self.db, self.outbound, c.workspace, &c.connector).await?;
        let redirect = redirect_uri(self.public_url);
        match self.outbound.renew_tokens(connector, &c, &app, &redirect).await {
            Ok(fresh) => {
                let tokens = tokens(&fresh);
                if self.db.put_tokens(c.id, had, &tokens).await? {
                    return Ok(Tokens { generation: had + 1, ..tokens }.onto(c));
                }
                // Somebody connected it anew meanwhile.
                Ok(self.db.with_tokens(c).await?)
            }
            Err(denied) => {
                self.db.drop_refresh(c.id, had).await?;
                let error = denied.error();
                tracing::warn!(connection.id = %c.id, reason = %error.message, "the credentials were not renewed");
                // What has not ended yet is good until then.
                if !refused && usable(&c, self.clock.now(), domain::Span::ZERO) {
                    return Ok(c);
                }
                Err(not_fresh(&denied, error))
            }
        }
    }
}

fn not_fresh(denied: &Denied, error: StepError) -> NotFresh {
    if denied.for_good() {
        NotFresh::Refused(StepError { side: domain::Side::Access, ..error })
    } else {
        NotFresh::Later(error)
    }
}

fn generation(c: &Connection) -> i64 {
    c.tokens.map_or(0, |t| t.generation)
}

/// Whether a connection has tokens that last at least this long.
fn usable(c: &Connection, now: Time, before: domain::Span) -> bool {
    let lasts = |t: domain::connection::TokenState| {
        t.expires_at.is_none_or(|at| at.micros() - before.micros() > now.micros())
    };
    c.tokens.is_some_and(lasts)
}

/// New credentials as they are stored.
pub(crate) fn tokens(fresh: &Fresh) -> Tokens {
    Tokens {
        expires_at: fresh.expires_at,
        fields: fresh.fields.clone(),
        secrets: fresh.secrets.clone(),
        ..Tokens::default()
    }
}

/// The operator's application: what is stored, over what the environment has.
pub(crate) async fn app(
    db: &Db,
    outbound: &Outbound,
    ws: WorkspaceId,
    connector: &str,
) -> Result<App, store::Error> {
    let mut app = outbound.apps.get(connector).cloned().unwrap_or_default();
    app.extend(db.oauth_app(ws, connector).await?.unwrap_or_default());
    Ok(app)
}
