//! How long a known address usually takes to answer, so that an unknown one takes as long.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::Span;

/// A moving average in microseconds.
#[derive(Debug)]
pub struct Pace(AtomicI64);

impl Default for Pace {
    fn default() -> Self {
        Pace(AtomicI64::new(Span::ms(3).micros()))
    }
}

/// The longest that an unknown address waits.
const MOST: Span = Span::ms(250);

impl Pace {
    /// Takes one answer into the average. Races lose a sample, which does not matter here.
    pub fn note(&self, took: Span) {
        let old = self.0.load(Ordering::Relaxed);
        self.0.store(old + (took.micros() - old) / 16, Ordering::Relaxed);
    }
    pub fn usual(&self) -> Span {
        Span::from_micros(self.0.load(Ordering::Relaxed)).min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_time_follows_the_answers_and_is_bounded() {
        let p = Pace::default();
        (0..200).for_each(|_| p.note(Span::ms(20)));
        assert!((Span::ms(19)..=Span::ms(21)).contains(&p.usual()));
        (0..200).for_each(|_| p.note(Span::secs(9)));
        assert_eq!(p.usual(), MOST);
    }
}
