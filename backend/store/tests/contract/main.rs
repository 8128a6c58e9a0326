//! Every method of the store keeps the same promises on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

mod accept;
mod addresses;
mod backup;
mod claim;
mod dedupe;
mod disk;
mod drafts;
mod flow;
mod gates;
mod given;
mod group;
mod inspect;
mod live;
mod log;
mod model;
mod nodes;
mod opening;
mod order;
mod ordered;
mod people;
mod progress;
mod queues;
mod release;
mod replays;
mod rotating;
mod samples;
mod sealing;
mod search;
mod subscribers;
mod sweep;
mod tokens;
mod triggers;
mod world;

/// One body, run on both databases: `name::sqlite` and `name::postgres`.
macro_rules! contract {
    ($(#[$doc:meta])* $name:ident, |$t:ident| $body:block) => {
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn body($t: &mut $crate::world::World) $body

            #[tokio::test]
            async fn sqlite() {
                let mut t = $crate::world::World::sqlite().await;
                body(&mut t).await;
                t.end().await;
            }

            #[tokio::test]
            async fn postgres() {
                let mut t = $crate::world::World::postgres().await;
                body(&mut t).await;
                t.end().await;
            }
        }
    };
}
pub(crate) use contract;
