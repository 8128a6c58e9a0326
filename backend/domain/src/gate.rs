//! Gates: what a call must pass before it is sent (semantics S15).

use serde::{Deserialize, Serialize};

/// Names a gate: a hash of (workspace, connection or host, key of the manifest). Sixteen bytes, so
/// that jobs can be kept apart by the gate they wait at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GateKey(pub [u8; 16]);

impl GateKey {
    /// Jobs whose next call is not known yet, or that call nothing.
    pub const NONE: GateKey = GateKey([0; 16]);
}
