//! The gates of one call: its destination, what shares the destination's "slow down", its limits.

use connect::limits::{self, Allowed};
use connect::registry::{Action, Connector};
use domain::GateKey;
use domain::connection::Connection;
use domain::ids::WorkspaceId;
use domain::outcome::StepError;
use serde_json::Value;

use super::key;

/// The gates that one call must pass.
#[derive(Debug)]
pub struct CallGates {
    /// The connection, or the host that is called without one.
    pub door: GateKey,
    /// More than the connection that is meant when the service says "slow down".
    pub wide: Vec<GateKey>,
    pub limits: Vec<LimitGate>,
    /// The host that is called without a connection, as far as it is known.
    pub host: Option<String>,
}

/// One limit of a call.
#[derive(Clone, Copy, Debug)]
pub struct LimitGate {
    pub key: GateKey,
    pub allowed: Allowed,
    /// It holds for every call of the connection: when it is used up, none of them may go.
    pub whole: bool,
}

impl CallGates {
    /// The gates of a call; without an action it is one that belongs to a trigger.
    ///
    /// # Errors
    /// The key of a limit cannot be rendered from the input.
    pub fn of(
        ws: WorkspaceId,
        connector: &Connector,
        action: Option<&Action>,
        connection: Option<&Connection>,
        input: &Value,
    ) -> Result<CallGates, StepError> {
        let host = match connection {
            Some(_) => None,
            None => limits::host(connector, action, None, input),
        };
        let door = match (connection, &host) {
            (Some(c), _) => key::of_connection(ws, c.id),
            (None, Some(host)) => key::of_host(ws, host),
            (None, None) => key::of_connector(ws, &connector.name),
        };
        let mut gates = CallGates { door, wide: Vec::new(), limits: Vec::new(), host };
        for l in limits::applied(connector, action, connection, input)? {
            let key = key::of_limit(ws, &l.of);
            if l.wide && !gates.wide.contains(&key) {
                gates.wide.push(key);
            }
            gates.limits.push(LimitGate { key, allowed: l.allowed, whole: l.whole });
        }
        Ok(gates)
    }

    /// What people call the destination.
    pub fn name(&self, connector: &Connector, connection: Option<&Connection>) -> String {
        let title = &connector.manifest.display.title.en;
        match (connection, &self.host) {
            (Some(c), _) => format!("{title} (\"{}\")", c.name),
            (None, Some(host)) => host.clone(),
            (None, None) => title.clone(),
        }
    }

    /// Every destination that may be closed.
    pub fn doors(&self) -> impl Iterator<Item = GateKey> {
        std::iter::once(self.door).chain(self.wide.iter().copied())
    }
}
