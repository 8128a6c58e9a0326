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

/// Until the engine stops. The first look is soon after the start, once the node has begun with
/// what waited for it.
pub(crate) async fn look(s: Arc<Shared>) {
    let mut wait = limits::ALERT_FIRST;
    if begun(&s).await {
        return;
    }
    loop {
        if pause(&s, &s.retired, wait).await || held(&s).await {
            return;
        }
        wait = limits::ALERT_LOOK;
        if let Err(e) = turn(&s).await {
            tracing::warn!(error = %e, "could not look for what needs a person");
        }
    }
}

/// Waits until the server may send. True: the engine stops.
async fn held(s: &Shared) -> bool {
    while !s.may_send() {
        if pause(s, &s.retired, Span::ms(100)).await {
            return true;
        }
    }
    false
}

/// What goes wrong from now on is told. True: the engine stops.
async fn begun(s: &Shared) -> bool {
    if held(s).await {
        return true;
    }
    let begin = async {
        for ws in s.db.workspace_ids().await? {
            detect::Pass::begin(s, ws).await?;
        }
        Ok::<(), store::Error>(())
    };
    if let Err(e) = begin.await {
        // The first look begins with it.
        tracing::warn!(error = %e, "alerts begin a little later");
    }
    false
}

async fn turn(s: &Shared) -> Result<(), store::Error> {
    for ws in s.db.workspace_ids().await? {
        let pass = detect::Pass::begin(s, ws).await?;
        pass.run().await?;
        digest::sum_up(&pass).await?;
    }
    send::due(s).await
}
