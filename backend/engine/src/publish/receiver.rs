//! A subscriber as a call sees it: a connection that is read anew for each try, so that a changed
//! address and a new secret hold for what waits too.

use std::collections::BTreeMap;

use connect::limits::RATE_FIELD;
use domain::connection::{Connection, ConnectionState};
use domain::ids::SubscriberId;
use domain::outcome::StepError;
use domain::subscriber::Subscriber;
use domain::{Code, Secret, Time};

use crate::execute::Runner;
use crate::settle::Stop;

/// The secret that signs, the one before it, and the headers of a subscriber, as its flow has them.
pub(crate) const SECRET: &str = "secret";
pub(crate) const PREVIOUS: &str = "previous";
pub(crate) const HEADERS: &str = "headers";

/// The connection that deliveries to a subscriber go over.
pub(crate) fn receiver(s: &Subscriber, kept: &BTreeMap<String, Secret>, now: Time) -> Connection {
    let mut fields = BTreeMap::from([("url".to_owned(), s.url.clone())]);
    if let Some(rate) = &s.rate {
        fields.insert(RATE_FIELD.to_owned(), rate.clone());
    }
    let overlap = s.previous_until.is_some_and(|until| now < until);
    let counts = |name: &&String| name.as_str() != PREVIOUS || overlap;
    let secrets = kept.iter().filter(|(n, _)| counts(n));
    Connection {
        id: s.id.connection(),
        workspace: s.workspace,
        name: s.name.clone(),
        connector: "webhook_out".into(),
        method: String::new(),
        fields,
        secrets: secrets.map(|(n, v)| (n.clone(), v.clone())).collect(),
        state: ConnectionState::Working,
        note: None,
        generation: 0,
        tokens: None,
    }
}

impl Runner<'_> {
    /// The subscriber whose delivery this run is.
    pub(crate) async fn receiver(&mut self) -> Result<Connection, Stop> {
        let (shared, run) = (self.shared, &self.run);
        let (workspace, flow) = (run.workspace, run.flow);
        let looked = Box::pin(async {
            Ok((shared.boards.of(workspace).await?, shared.secrets(flow).await?))
        });
        let looked: Result<_, store::Error> = self.flights.beside(looked).await;
        let (board, secrets) = looked.map_err(|e| self.storage(&e))?;
        let Some(s) = board.subscriber(SubscriberId(flow.uuid())) else {
            let text = ("the subscriber was deleted", "получатель удалён");
            return Err(Stop::Fail(StepError::new(Code::NotFound, text)));
        };
        Ok(receiver(s, &secrets, shared.now()))
    }
}
