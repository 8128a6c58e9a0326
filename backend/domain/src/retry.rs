//! When a failed try is repeated (semantics S25): two tables, or delays of the step's own.

use serde::{Deserialize, Serialize};

use crate::Span;

/// The engine's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// API actions: 8 delays, 9 tries.
    Api,
    /// Outbound webhooks: the table of the Standard Webhooks specification, "Deliverability and
    /// reliability", about three days.
    Webhook,
    /// One try.
    None,
}

/// Which delays a step uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    Preset(Preset),
    Delays(Vec<Span>),
}

const API: [Span; 8] = [
    Span::secs(5),
    Span::secs(30),
    Span::mins(2),
    Span::mins(10),
    Span::mins(30),
    Span::hours(1),
    Span::hours(3),
    Span::hours(6),
];

const WEBHOOK: [Span; 9] = [
    Span::secs(5),
    Span::mins(5),
    Span::mins(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

impl Policy {
    pub fn delays(&self) -> &[Span] {
        match self {
            Policy::Preset(Preset::Api) => &API,
            Policy::Preset(Preset::Webhook) => &WEBHOOK,
            Policy::Preset(Preset::None) => &[],
            Policy::Delays(d) => d,
        }
    }

    /// The pause before the next try after `tries` tries failed, with jitter of +-20 % taken from
    /// `roll` (0..=1); nothing when the tries are used up.
    pub fn next(&self, tries: u32, roll: f64) -> Option<Span> {
        let d = self.delays().get((tries.max(1) - 1) as usize)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "delays are far below 2^52 microseconds"
        )]
        let us = (d.micros() as f64 * (0.8 + 0.4 * roll.clamp(0.0, 1.0))) as i64;
        Some(Span::from_micros(us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s25_the_api_table_gives_nine_tries_and_the_webhook_table_ten() {
        for (preset, tries) in [(Preset::Api, 9), (Preset::Webhook, 10), (Preset::None, 1)] {
            let p = Policy::Preset(preset);
            let n = (1..100).take_while(|t| p.next(*t, 0.5).is_some()).count();
            assert_eq!(n + 1, tries);
        }
    }

    #[test]
    fn s25_jitter_stays_within_a_fifth() {
        let p = Policy::Preset(Preset::Api);
        assert_eq!(p.next(1, 0.0), Some(Span::secs(4)));
        assert_eq!(p.next(1, 1.0), Some(Span::secs(6)));
    }
}
