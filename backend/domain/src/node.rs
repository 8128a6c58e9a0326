//! The processes of the product on one database.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::ids::NodeId;
use crate::run::words;

words! {
    /// What a node does. This is the one place that decides it.
    Role {
        /// Everything. The only role on the embedded database, which has one node.
        All = "all",
        /// Takes deliveries and stores them; executes nothing.
        Ingest = "ingest",
        /// Executes runs, replays, triggers and retention; takes no deliveries.
        Worker = "worker",
    }
}

impl Role {
    /// Whether it takes deliveries.
    pub const fn accepts(self) -> bool {
        matches!(self, Role::All | Role::Ingest)
    }
    /// Whether it executes runs and does what happens by itself.
    pub const fn works(self) -> bool {
        matches!(self, Role::All | Role::Worker)
    }
}

/// A node as people see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeView {
    pub id: NodeId,
    pub role: Role,
    /// Until then it is taken for alive; it renews this every few seconds. Absent on the embedded
    /// database, whose one node needs no lease.
    pub alive_until: Option<Time>,
    /// By the clock of the database.
    pub alive: bool,
}
