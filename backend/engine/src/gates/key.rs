//! The names of gates: sixteen bytes of a hash over the workspace and what is shared.

use domain::GateKey;
use domain::ids::{ConnectionId, WorkspaceId};
use sha2::{Digest, Sha256};

use crate::program::{ActionNode, Kind, Program};

/// The gate of a connection.
pub fn of_connection(ws: WorkspaceId, id: ConnectionId) -> GateKey {
    hash(ws, "connection", id.uuid().as_bytes())
}

/// The gate of a host and port that is called without a connection.
pub fn of_host(ws: WorkspaceId, host: &str) -> GateKey {
    hash(ws, "host", host.as_bytes())
}

/// The gate of a connector whose calls have neither connection nor a known host.
pub fn of_connector(ws: WorkspaceId, name: &str) -> GateKey {
    hash(ws, "connector", name.as_bytes())
}

/// The gate of a limit; `of` is what shares it.
pub fn of_limit(ws: WorkspaceId, of: &str) -> GateKey {
    hash(ws, "limit", of.as_bytes())
}

/// The gate that a run of this program meets first, if that is certain without its data: that of
/// the connection, or of the literal address, of its first call. [`GateKey::NONE`] otherwise.
pub fn first_gate(ws: WorkspaceId, program: &Program) -> GateKey {
    // Setting variables neither calls anything nor ends a run; every other step may.
    let mut steps = program.steps.iter().filter(|n| !n.disabled && !matches!(n.kind, Kind::Set(_)));
    match steps.next().map(|n| &n.kind) {
        Some(Kind::Action(a)) => of_action(ws, a).unwrap_or(GateKey::NONE),
        _ => GateKey::NONE,
    }
}

fn of_action(ws: WorkspaceId, a: &ActionNode) -> Option<GateKey> {
    if let Some(id) = a.connection {
        return Some(of_connection(ws, id));
    }
    let (_, url) = a.inputs.fields().find(|(spec, _)| spec.key == "url")?;
    let url = url?.constant()?.as_str()?;
    Some(of_host(ws, &connect::limits::authority(url)?))
}

fn hash(ws: WorkspaceId, kind: &str, what: &[u8]) -> GateKey {
    let mut h = Sha256::new();
    h.update(ws.uuid().as_bytes());
    h.update(kind.as_bytes());
    h.update([0]);
    h.update(what);
    let mut key = [0u8; 16];
    key.copy_from_slice(&h.finalize()[..16]);
    GateKey(key)
}
