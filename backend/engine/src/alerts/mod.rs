//! Alerts: looks from time to time whether something needs a person, and tells those who asked to
//! be told. Nothing of it is on the way of an event: it reads what the database has.

mod detect;
mod digest;
pub(crate) mod receivers;
pub(crate) mod send;

use std::sync::Arc;

use domain::{Span, limits};

use crate::engine::Shared;
use crate::node::pause;

/// Until the engine stops.
pub(crate) async fn look(s: Arc<Shared>) {
    loop {
        if pause(&s, &s.retired, limits::ALERT_LOOK).await {
            return;
        }
        while !s.may_send() {
            if pause(&s, &s.retired, Span::ms(100)).await {
                return;
            }
        }
        if let Err(e) = turn(&s).await {
            tracing::warn!(error = %e, "could not look for what needs a person");
        }
    }
}

async fn turn(s: &Shared) -> Result<(), store::Error> {
    for ws in s.db.workspace_ids().await? {
        let pass = detect::Pass::begin(s, ws).await?;
        pass.run().await?;
        digest::sum_up(&pass).await?;
    }
    send::due(s).await
}
