//! A run as the store has it, made ready for a worker: its delivery is parsed again (the same
//! result as at ingest), its journal is laid over the program.

use std::sync::Arc;

use domain::delivery::{Answer, RawDelivery};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Text};
use mapping::Context;
use serde_json::json;
use store::{Claim, RunSnapshot, StoredDelivery};

use crate::cache::CacheError;
use crate::engine::Shared;
use crate::execute::Job;
use crate::files::DeliveryFiles;
use crate::intake;
use crate::needs;
use crate::respond::Pending;

/// Why a claimed run cannot be executed.
pub(crate) enum Unfit {
    /// Not now: back to the queue.
    Later(String),
    /// Never as it is: the run ends so, visibly.
    End(RunState, Box<StepError>),
}

impl Unfit {
    fn fail(code: Code, text: impl Into<Text>) -> Self {
        Unfit::End(RunState::Failed, Box::new(StepError::new(code, text)))
    }
}

impl From<CacheError> for Unfit {
    fn from(e: CacheError) -> Self {
        match e {
            CacheError::Store(e) => Unfit::Later(e.to_string()),
            e @ CacheError::Invalid(_) => Unfit::fail(Code::ConnectorMissing, e.text()),
        }
    }
}

/// Why a run cannot be executed, in English and Russian.
type Why = (&'static str, &'static str);
const NO_FLOW: Why = ("the flow of this run was deleted", "сценарий этого запуска удалён");
const NO_VERSION: Why =
    ("the flow version of this run is not stored", "версии сценария этого запуска больше нет");
const NO_BODY: Why = (
    "the body of this event was removed by retention",
    "тело этого события удалено по сроку хранения",
);
const NO_TRIGGER: Why = ("the trigger of the flow does not compile", "триггер сценария неисправен");
const NO_EVENT: Why =
    ("the event is not in its delivery any more", "события больше нет в его доставке");

/// Makes a job of a claim.
pub(crate) async fn job(s: &Arc<Shared>, claim: Claim, snap: RunSnapshot) -> Result<Job, Unfit> {
    let run = snap.run;
    let Some(live) = s.cache.by_id(run.workspace, run.flow).await? else {
        return Err(Unfit::fail(Code::NotFound, NO_FLOW));
    };
    let Some(program) = s.cache.program(run.flow, run.version).await? else {
        return Err(Unfit::fail(Code::NotFound, NO_VERSION));
    };
    if snap.delivery.body_gone {
        return Err(Unfit::fail(Code::Gone, NO_BODY));
    }
    // Of a delivery with several events the first one's run answers; a replay never does.
    let first = snap.item == 0 && run.replay_of.is_none();
    let mut delivery = snap.delivery;
    let answer = std::mem::replace(&mut delivery.answer, Answer::empty(200));
    let pending = first.then(|| Pending::of(answer)).flatten();
    let raw = raw(delivery);
    let hops = intake::hops(&raw);
    let Some(inbound) = &live.inbound else {
        return Err(Unfit::fail(Code::FlowInvalid, NO_TRIGGER));
    };
    let (parsed, items) = inbound.reparse(&raw, run.as_text);
    if let Some(e) = &parsed.error {
        return Err(Unfit::fail(Code::BodyUnparsable, e.text()));
    }
    let at = usize::try_from(snap.item).unwrap_or(usize::MAX);
    let Some(item) = items.into_iter().nth(at) else {
        return Err(Unfit::fail(Code::Internal, NO_EVENT));
    };
    let event = run.event.to_string();
    let needs = needs::join(live.needs, program.needs);
    let trigger = inbound.trigger_context(&raw, parsed, item.data, &event, needs);
    let mut context = Context::new(json!({ "trigger": trigger }));
    intake::complete(&mut context, &live, &program, run.id, run.created_at);
    let fresh = snap.journal.is_empty() && run.replay_of.is_none() && claim.interrupted.is_empty();
    Ok(Job {
        lease: claim.lease,
        workspace: run.workspace,
        flow: run.flow,
        run: run.id,
        created_at: run.created_at,
        program,
        journal: snap.journal,
        context,
        files: DeliveryFiles::new(raw.body),
        begun: claim.begun,
        interrupted: claim.interrupted,
        cancel: claim.cancel,
        fresh,
        hops,
        pending: pending.map(Box::new),
    })
}

/// A stored delivery as it arrived, without the headers that were dropped after verification.
pub(crate) fn raw(d: StoredDelivery) -> RawDelivery {
    RawDelivery {
        method: d.method,
        path: d.path,
        query: d.query,
        headers: d.headers,
        body: d.body,
        remote_ip: d
            .remote_ip
            .parse()
            .unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)),
        received_at: d.received_at,
    }
}
