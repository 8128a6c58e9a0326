//! What of the records that a service gave is new. Pure.
//!
//! A poll asks again a little way back, because records arrive late and share their time: the ids
//! that were taken are remembered, so that each record makes one event.

use std::cmp::Ordering;
use std::collections::HashSet;

use connect::manifest::poll::{CursorType, FirstRun, Order};
use connect::outbound::{Mark, Record, Records};
use connect::registry::compiled::Poll;
use domain::{Time, limits};
use sha2::{Digest, Sha256};

/// An id in the memory.
type Id = [u8; 8];

/// How far a poll had come before.
pub struct Before<'a> {
    /// False: it never had an answer.
    pub started: bool,
    pub mark: Option<Mark>,
    /// It asked from the mark itself, because there was more than it could read.
    pub catching_up: bool,
    pub seen: &'a [u8],
    /// When it asked.
    pub now: Time,
}

/// What becomes of the records.
#[derive(Debug, PartialEq)]
pub struct Sifted {
    /// To become events, oldest first.
    pub fresh: Vec<Record>,
    pub mark: Option<Mark>,
    /// The first answer is over.
    pub started: bool,
    /// The next one asks from the mark itself.
    pub catching_up: bool,
    /// 8 bytes for each record that was taken.
    pub seen: Vec<u8>,
    pub then: Then,
}

/// How it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// After the period.
    Later,
    /// At once: there is more.
    Again,
    /// After the period, and records may be out of reach: there were more pages than may be read.
    Cut,
}

/// The 8 bytes that stand for an id.
fn short(id: &str) -> Id {
    let d = Sha256::digest(id.as_bytes());
    let mut out = [0; 8];
    out.copy_from_slice(&d[..8]);
    out
}

/// Decides about the records of one poll.
pub fn sift(poll: &Poll, before: &Before<'_>, got: Records) -> Sifted {
    let Records { records, complete } = got;
    let order = poll.cursor.as_ref().map_or(Order::None, |c| c.order);
    let known: HashSet<Id> = before.seen.as_chunks::<8>().0.iter().copied().collect();
    let records = in_order(records, order);
    let read: Vec<Id> = records.iter().map(|r| short(&r.id)).collect();
    let mut twice = HashSet::new();
    let new: Vec<bool> = read.iter().map(|id| !known.contains(id) && twice.insert(*id)).collect();
    let fresh = new.iter().filter(|n| **n).count();

    // Oldest first and more than could be read: what exists is known only at its end.
    let first = !before.started;
    let reading = first && !complete && order == Order::Asc;
    // The numbers of the new records that are passed over, and that are taken.
    let passed = match poll.first_run {
        FirstRun::Skip if first => fresh,
        FirstRun::Newest(_) if reading => fresh,
        FirstRun::Newest(n) if first => fresh.saturating_sub((n as usize).min(limits::POLL_EVENTS)),
        _ => 0,
    };
    let taken = (fresh - passed).min(limits::POLL_EVENTS);
    let left = fresh - passed - taken;
    let mut out = Vec::with_capacity(taken);
    let (mut remembered, mut mark, mut n) = (Vec::new(), before.mark.clone(), 0);
    for ((record, id), new) in records.into_iter().zip(read).zip(new) {
        let number = if new { n } else { usize::MAX };
        n += usize::from(new);
        if new && number >= passed + taken {
            continue;
        }
        remembered.push(id);
        // What was taken before counts only as far as all before it was taken.
        if new || left == 0 {
            mark = later(mark, record.mark.clone());
        }
        if new && number >= passed {
            out.push(record);
        }
    }
    let skipped_all = first && poll.first_run == FirstRun::Skip;
    let moment = poll.cursor.as_ref().is_some_and(|c| c.kind == CursorType::Datetime);
    if skipped_all && moment && mark.is_none() {
        mark = Some(Mark::Moment(before.now));
    }
    let more_pages = !complete && order == Order::Asc;
    let moved = fresh > 0 || mark != before.mark;
    // Nothing is out of reach while the mark moves: the rest lies behind it.
    let stuck = more_pages && before.catching_up && !moved;
    let behind = !complete && order != Order::Asc && !skipped_all;
    if behind {
        mark.clone_from(&before.mark);
    }
    Sifted {
        fresh: out,
        mark,
        started: !(reading && poll.first_run != FirstRun::All),
        catching_up: more_pages,
        seen: memory(before.seen, remembered, poll.remember),
        then: if left > 0 || (more_pages && !stuck) {
            Then::Again
        } else if stuck || behind {
            Then::Cut
        } else {
            Then::Later
        },
    }
}

/// Oldest first.
fn in_order(mut records: Vec<Record>, order: Order) -> Vec<Record> {
    if order == Order::Desc {
        records.reverse();
    }
    // Those without a place keep theirs: they are neither before nor after any other.
    if records.iter().all(|r| r.mark.is_some()) {
        records.sort_by(|a, b| a.mark.partial_cmp(&b.mark).unwrap_or(Ordering::Equal));
    }
    records
}

fn later(a: Option<Mark>, b: Option<Mark>) -> Option<Mark> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b > a { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// The memory afterwards: what was read now is the newest. Never fewer than one poll reads.
fn memory(before: &[u8], read: Vec<Id>, remember: usize) -> Vec<u8> {
    let again: HashSet<Id> = read.iter().copied().collect();
    let mut kept: Vec<Id> =
        before.as_chunks::<8>().0.iter().filter(|id| !again.contains(*id)).copied().collect();
    let most = remember.max(again.len());
    let mut once = HashSet::new();
    kept.extend(read.into_iter().filter(|id| once.insert(*id)));
    let over = kept.len().saturating_sub(most);
    kept[over..].concat()
}

#[cfg(test)]
mod tests;
