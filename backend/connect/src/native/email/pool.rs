//! Idle connections to mail servers, few and for a short time, kept apart by account.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Span;
use domain::connection::Connection;
use domain::ids::ConnectionId;
use domain::limits::{MAIL_IDLE, MAIL_IDLE_FOR, MAIL_IDLE_PER_ACCOUNT, MAIL_PER_CONNECTION};

use super::link::Link;

/// An account as it was: a changed connection never meets an old log-in.
type Key = (ConnectionId, i64);

/// The idle connections of this process.
#[derive(Default)]
pub struct Mailer {
    idle: Mutex<HashMap<Key, Vec<(Link, Span)>>>,
}

impl Mailer {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<(Link, Span)>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that still answers. `now` is monotonic.
    pub(super) async fn take(&self, connection: &Connection, now: Span) -> Option<Link> {
        loop {
            let (mut link, since) = self.lock().get_mut(&key(connection))?.pop()?;
            let fresh = now.micros() - since.micros() < MAIL_IDLE_FOR.micros();
            if fresh && link.smtp.test_connected().await {
                return Some(link);
            }
        }
    }

    /// Keeps a connection for the next letter, if there is room for it.
    pub(super) fn give(&self, connection: &Connection, link: Link, now: Span) {
        if link.letters >= MAIL_PER_CONNECTION || link.smtp.has_broken() {
            return;
        }
        let mut idle = self.lock();
        for list in idle.values_mut() {
            list.retain(|(_, since)| now.micros() - since.micros() < MAIL_IDLE_FOR.micros());
        }
        idle.retain(|_, list| !list.is_empty());
        let all: usize = idle.values().map(Vec::len).sum();
        let mine = idle.get(&key(connection)).map_or(0, Vec::len);
        if all < MAIL_IDLE && mine < MAIL_IDLE_PER_ACCOUNT {
            idle.entry(key(connection)).or_default().push((link, now));
        }
    }
}

fn key(connection: &Connection) -> Key {
    (connection.id, connection.generation)
}
