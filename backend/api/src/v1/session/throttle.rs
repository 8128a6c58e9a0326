//! How often passwords may be tried: by account and place together, so that who guesses passwords
//! for somebody keeps out nobody but himself. Each node counts for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{Span, limits};

/// What tries are counted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// One account from one place.
    Account(String, String),
    /// Any account from one place.
    Any(String),
    /// A browser that signed in to this account before.
    Device(String),
}

impl Place {
    /// Tries before the next has to wait.
    fn free(&self) -> u32 {
        match self {
            Place::Any(_) => limits::SIGN_IN_FREE_ANY,
            _ => limits::SIGN_IN_FREE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    wrong: u32,
    last: Span,
    until: Span,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Place, Tries>>);

impl Throttle {
    /// Counts a try as wrong before it is made, so that many at once are no way around.
    ///
    /// # Errors
    /// How long to wait first; the try was not counted.
    pub fn begin(&self, places: &[Place], now: Span) -> Result<(), Span> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait =
            places.iter().filter_map(|p| all.get(p)).map(|t| t.until.micros() - now.micros());
        if let Some(wait) = wait.max().filter(|w| *w > 0) {
            return Err(Span::from_micros(wait));
        }
        for p in places {
            make_room(&mut all, p, now);
            let t = all.entry(p.clone()).or_insert(Tries { wrong: 0, last: now, until: now });
            if forgotten(t, now) {
                t.wrong = 0;
            }
            t.wrong = t.wrong.saturating_add(1);
            t.last = now;
            t.until = now.plus(wait_after(t.wrong, p.free()));
        }
        Ok(())
    }

    /// The password was right: these tries did not happen.
    pub fn right(&self, places: &[Place]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for p in places {
            match p {
                // Wrong passwords for other accounts stay.
                Place::Any(_) => {
                    if let Some(t) = all.get_mut(p) {
                        t.wrong = t.wrong.saturating_sub(1);
                        t.until = t.last;
                    }
                }
                _ => {
                    all.remove(p);
                }
            }
        }
    }
}

fn forgotten(t: &Tries, now: Span) -> bool {
    now.micros() - t.last.micros() >= limits::SIGN_IN_MEMORY.micros()
}

/// The wait after so many wrong ones.
fn wait_after(wrong: u32, free: u32) -> Span {
    let Some(over) = wrong.checked_sub(free) else { return Span::ZERO };
    let first = limits::SIGN_IN_WAIT.micros();
    let wait = first.saturating_mul(1i64.checked_shl(over.min(20)).unwrap_or(1));
    Span::from_micros(wait.min(limits::SIGN_IN_WAIT_MAX.micros()))
}

/// Memory is bounded: first what is forgotten goes, then the oldest.
fn make_room(all: &mut HashMap<Place, Tries>, new: &Place, now: Span) {
    if all.len() < limits::SIGN_IN_PLACES || all.contains_key(new) {
        return;
    }
    all.retain(|_, t| !forgotten(t, now));
    if all.len() >= limits::SIGN_IN_PLACES {
        let oldest = all.iter().min_by_key(|(_, t)| t.last.micros()).map(|(p, _)| p.clone());
        if let Some(p) = oldest {
            all.remove(&p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(place: &str) -> Place {
        Place::Account("anna@example.org".into(), place.into())
    }

    #[test]
    fn the_wait_begins_after_five_wrong_passwords_and_doubles() {
        let t = Throttle::default();
        let mut now = Span::ZERO;
        for _ in 0..limits::SIGN_IN_FREE {
            assert_eq!(t.begin(&[account("a")], now), Ok(()));
        }
        let mut waits = Vec::new();
        for _ in 0..9 {
            let wait = t.begin(&[account("a")], now).unwrap_err();
            waits.push(wait.as_secs());
            now = now.plus(wait);
            assert_eq!(t.begin(&[account("a")], now), Ok(()));
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
    }

    #[test]
    fn another_place_and_a_known_browser_do_not_wait() {
        let t = Throttle::default();
        for _ in 0..limits::SIGN_IN_FREE {
            t.begin(&[account("a"), Place::Any("a".into())], Span::ZERO).unwrap();
        }
        assert!(t.begin(&[account("a")], Span::ZERO).is_err());
        assert_eq!(t.begin(&[account("b"), Place::Any("b".into())], Span::ZERO), Ok(()));
        assert_eq!(t.begin(&[Place::Device("d".into())], Span::ZERO), Ok(()));
    }

    #[test]
    fn one_place_cannot_go_on_with_other_accounts() {
        let t = Throttle::default();
        for n in 0..limits::SIGN_IN_FREE_ANY {
            let one = Place::Account(n.to_string(), "a".into());
            assert_eq!(t.begin(&[one, Place::Any("a".into())], Span::ZERO), Ok(()));
        }
        let next = [Place::Account("next".into(), "a".into()), Place::Any("a".into())];
        assert!(t.begin(&next, Span::ZERO).is_err());
    }

    #[test]
    fn a_right_password_and_time_forget_the_wrong_ones() {
        let t = Throttle::default();
        for _ in 0..limits::SIGN_IN_FREE - 1 {
            t.begin(&[account("a")], Span::ZERO).unwrap();
        }
        t.right(&[account("a")]);
        for _ in 0..limits::SIGN_IN_FREE {
            assert_eq!(t.begin(&[account("a")], Span::ZERO), Ok(()));
        }
        assert!(t.begin(&[account("a")], Span::ZERO).is_err());
        for _ in 0..limits::SIGN_IN_FREE {
            assert_eq!(t.begin(&[account("a")], limits::SIGN_IN_MEMORY), Ok(()));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let t = Throttle::default();
        for n in 0..limits::SIGN_IN_PLACES + 10 {
            let at = Span::from_micros(i64::try_from(n).unwrap());
            t.begin(&[Place::Any(n.to_string())], at).unwrap();
        }
        assert_eq!(t.0.lock().unwrap().len(), limits::SIGN_IN_PLACES);
    }
}
