//! Moments at which a test may end the process, as a crash would. Only builds with debug
//! assertions have them: in others [`reach`] is empty and [`arm`] refuses.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A moment in the life of a run after which everything in memory may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Deliveries are committed and nobody has been answered.
    Committed,
    /// A worker has the run and has done nothing with it.
    Claimed,
    /// A request is about to be sent.
    Sending,
    /// The answer of a service is here and nothing of it is stored.
    Answered,
    /// What a step did is committed and the next one has not begun.
    Stored,
}

const ALL: [(&str, Point); 5] = [
    ("committed", Point::Committed),
    ("claimed", Point::Claimed),
    ("sending", Point::Sending),
    ("answered", Point::Answered),
    ("stored", Point::Stored),
];

/// Why a point could not be armed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotArmed {
    #[error("this build has no fail points")]
    Absent,
    #[error("a fail point is NAME:TIMES or NAME@ABOUT:TIMES; names are {}", names())]
    Unknown,
}

fn names() -> String {
    ALL.map(|(name, _)| name).join(", ")
}

struct Armed {
    point: Point,
    about: Option<String>,
    /// How many times it is still passed, this one included.
    left: AtomicU32,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Reads `NAME:TIMES` or `NAME@ABOUT:TIMES`.
fn read(text: &str) -> Option<Armed> {
    let (what, times) = text.rsplit_once(':')?;
    let (name, about) = match what.split_once('@') {
        Some((name, about)) => (name, Some(about.to_owned())),
        None => (what, None),
    };
    let (_, point) = *ALL.iter().find(|(known, _)| *known == name)?;
    let left = times.parse().ok().filter(|n| *n > 0)?;
    Some(Armed { point, about, left: AtomicU32::new(left) })
}

impl Armed {
    /// Whether this is the time.
    fn counts(&self, point: Point, about: &str) -> bool {
        let meant = self.point == point && self.about.as_deref().is_none_or(|a| a == about);
        meant && self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// Arms one point for the rest of the process: `sending:3` ends it when the third request is about
/// to be sent, `sending@/orders:1` at the first one to that path.
///
/// # Errors
/// The text is not understood, or this build has no fail points.
pub fn arm(text: &str) -> Result<(), NotArmed> {
    if !cfg!(debug_assertions) {
        return Err(NotArmed::Absent);
    }
    let armed = read(text).ok_or(NotArmed::Unknown)?;
    // A second one changes nothing: a process is armed once, at its start.
    ARMED.get_or_init(|| armed);
    Ok(())
}

/// Ends the process without a goodbye if this is the moment that was armed. `about` is what the
/// moment is about: the path of a request, otherwise nothing.
#[inline]
pub fn reach(point: Point, about: &str) {
    if cfg!(debug_assertions) && ARMED.get().is_some_and(|a| a.counts(point, about)) {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_counts_once_at_its_time() {
        let a = read("sending:2").unwrap();
        assert!(!a.counts(Point::Answered, "/"));
        let times = [1, 2, 3].map(|_| a.counts(Point::Sending, "/any"));
        assert_eq!(times, [false, true, false]);
    }

    #[test]
    fn a_point_with_a_subject_counts_nothing_else() {
        let a = read("sending@/in:x:1").unwrap();
        assert!(!a.counts(Point::Sending, "/other"));
        assert!(a.counts(Point::Sending, "/in:x"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["", "sending", "sending:0", "sending:x", "sometimes:1", ":1"] {
            assert!(read(text).is_none(), "{text}");
            assert_eq!(arm(text), Err(NotArmed::Unknown));
        }
        assert!(NotArmed::Unknown.to_string().contains("committed, claimed"));
    }
}
