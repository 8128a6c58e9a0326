//! What the lanes, the background tasks and the callers of one store share.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::{SharedClock, Span, Time, limits};
use tokio::sync::{Notify, watch};

use crate::commit::Effects;
use crate::live::Switch;
use crate::queue::orphans::Orphans;

/// See the module.
pub(crate) struct Shared {
    clock: SharedClock,
    /// A wall time and the monotonic time that it was read at.
    anchor: Mutex<(Time, Span)>,
    /// Rung when there may be work.
    pub(crate) work: Notify,
    /// The generation of flows, addresses, secrets and connections.
    pub(crate) changed: watch::Sender<i64>,
    /// Raised when there may be news to be read.
    pub(crate) news: watch::Sender<u64>,
    /// Whether what commits change is written down.
    pub(crate) live: Switch,
    /// Raised when other nodes may have changed their gates.
    pub(crate) gates: watch::Sender<u64>,
    /// Why this process must write no more.
    pub(crate) failed: watch::Sender<Option<String>>,
    /// Unfinished runs.
    pub(crate) backlog: AtomicI64,
    /// Unfinished runs at which no more is accepted.
    pub(crate) most: i64,
    pub(crate) disk_low: AtomicBool,
    /// Free bytes of the disk when it was last looked at; 0 if it never was.
    pub(crate) disk_free: AtomicU64,
    /// The room that the database may take is used up.
    pub(crate) over_budget: AtomicBool,
    /// Free bytes of the disk below which nothing is accepted.
    pub(crate) disk_reserve: AtomicU64,
    /// Runs that this node may hold without knowing.
    pub(crate) orphans: Orphans,
    /// What the other nodes have not been told yet.
    pub(crate) shout: Shout,
}

/// News for other nodes, gathered until the next notification.
#[derive(Default)]
pub(crate) struct Shout {
    pub(crate) work: AtomicBool,
    pub(crate) changed: AtomicBool,
    pub(crate) gates: AtomicBool,
    pub(crate) live: AtomicBool,
    pub(crate) news: AtomicBool,
    pub(crate) ring: Notify,
}

impl Shared {
    pub(crate) fn new(clock: SharedClock, most: i64) -> Self {
        let anchor = Mutex::new((clock.now(), clock.mono()));
        Self {
            clock,
            anchor,
            work: Notify::new(),
            changed: watch::Sender::new(0),
            news: watch::Sender::new(0),
            live: Switch::new(),
            gates: watch::Sender::new(0),
            failed: watch::Sender::new(None),
            backlog: AtomicI64::new(0),
            most,
            disk_low: AtomicBool::new(false),
            disk_free: AtomicU64::new(0),
            over_budget: AtomicBool::new(false),
            disk_reserve: AtomicU64::new(limits::DISK_RESERVE_BYTES),
            orphans: Orphans::default(),
            shout: Shout::default(),
        }
    }

    /// The wall clock, except that it never goes back while this process lives: when it is set
    /// back, time goes on by the monotonic clock until the wall clock has caught up.
    pub(crate) fn now(&self) -> Time {
        let (wall, mono) = (self.clock.now(), self.clock.mono());
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let at_least = anchor.0.plus(Span::from_micros(mono.micros() - anchor.1.micros()));
        if wall >= at_least {
            *anchor = (wall, mono);
            return wall;
        }
        at_least
    }

    /// After a commit.
    pub(crate) fn announce(&self, e: &Effects) {
        if e.jobs != 0 {
            self.backlog.fetch_add(e.jobs, Ordering::Relaxed);
        }
        if let Some(generation) = e.changed {
            self.raise(generation);
            self.shout.changed.store(true, Ordering::Relaxed);
        }
        if e.work {
            self.work.notify_one();
            self.shout.work.store(true, Ordering::Relaxed);
        }
        if e.gates {
            self.shout.gates.store(true, Ordering::Relaxed);
        }
        let news = e.news.any();
        if news {
            self.ring_news();
            self.shout.news.store(true, Ordering::Relaxed);
        }
        if e.live {
            self.shout.live.store(true, Ordering::Relaxed);
        }
        if e.work || e.changed.is_some() || e.gates || e.live || news {
            self.shout.ring.notify_one();
        }
    }

    /// Whether what commits change is written down, as far as this node knows.
    pub(crate) fn watched(&self) -> bool {
        self.live.is_on(&*self.clock)
    }

    /// The monotonic clock.
    pub(crate) fn mono(&self) -> Span {
        self.clock.mono()
    }

    /// Tells those who read the news that there may be some.
    pub(crate) fn ring_news(&self) {
        self.news.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Tells those who look at gates that other nodes may have changed theirs.
    pub(crate) fn look_at_gates(&self) {
        self.gates.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Tells those who cache that there is a newer generation.
    pub(crate) fn raise(&self, generation: i64) {
        self.changed.send_if_modified(|have| {
            let newer = generation > *have;
            if newer {
                *have = generation;
            }
            newer
        });
    }

    /// Notes whether the disk of the data folder is nearly full.
    pub(crate) fn look_at_disk(&self, folder: &Path) {
        if let Ok(s) = rustix::fs::statvfs(folder) {
            let free = s.f_bavail.saturating_mul(s.f_frsize);
            let reserve = self.disk_reserve.load(Ordering::Relaxed);
            self.disk_low.store(free < reserve, Ordering::Relaxed);
            self.disk_free.store(free, Ordering::Relaxed);
        }
    }
}
