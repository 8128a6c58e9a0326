//! The binary under faults of every kind, with load: kills, fail points, dead and frozen nodes, a
//! database that stops or cuts, a full or torn disk, a backup, receivers that misbehave, a clock
//! that is set. A ledger of ids at both ends is the proof: what was accepted is delivered, failed, parked or
//! pending. Each case prints its figures as one line of JSON. `ZVENO_FAULT=long` takes its time.

mod backlog;
mod backup;
mod clock;
mod cut;
#[cfg(target_os = "linux")]
mod disk;
mod disk_full;
mod kill;
mod ledger;
mod load;
mod nodes;
mod outage;
mod points;
mod poison;
mod proxy;
mod queue;
mod receivers;
mod wal;
