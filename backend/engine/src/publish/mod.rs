//! Publishing: one event of a workspace to all of its subscribers.
//!
//! A delivery is an event and a run of the subscriber's own flow, so that tries, gates, attempts,
//! replay, retention and figures are those of every run. The events are stored in the commit that
//! journals the publishing step, some at a time: the journal says how far it has come.

mod board;
mod health;
mod message;
mod receiver;

use domain::ids::SubscriberId;
use domain::journal::{StepRow, StepState};
use domain::limits::{FAN_OUT, FAN_OUT_BYTES, PUBLISH_BYTES, RETRY_AFTER};
use domain::outcome::{Outcome, StepError};
use domain::subscriber::SubscriberState;
use domain::{Code, Lang, Time};
use mapping::json_size;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::execute::Runner;
use crate::machine::At;
use crate::program::ActionNode;
use crate::settle::{EnvSource, Stop, pin};

pub(crate) use board::{Board, Boards};
pub(crate) use health::Health;
pub(crate) use message::{ID_HEADER, MEMBERS, Message};
pub(crate) use receiver::{HEADERS, PREVIOUS, SECRET, receiver};

/// The journal's name for how far a publishing step has come.
const TOLD: &str = "told";

/// How far a publishing step has come.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Told {
    /// The last subscriber that was looked at.
    after: Option<SubscriberId>,
    subscribers: u64,
    /// Of them paused or disabled.
    held: u64,
    /// Conditions that could not be evaluated: these subscribers are not told.
    faulty: u64,
}

impl Runner<'_> {
    /// Takes a publishing step: as many subscribers as one commit may have.
    pub(crate) async fn publish(&mut self, at: At, a: &ActionNode, mut row: StepRow) {
        let started_at = self.shared.now();
        match self.fan_out(at, a, &mut row).await {
            Ok(None) => {
                // The rest follows in a commit of its own.
                row.state = StepState::Waiting;
                row.due_at = None;
                self.record(at, row);
            }
            Ok(Some(output)) => {
                row.tries += 1;
                let outcome = Outcome::Done { output };
                let ended_at = self.shared.now();
                self.attempt(&row, started_at, ended_at, &outcome, Vec::new());
                self.judge(at, a, row, outcome, None).await;
            }
            Err(Stop::Wait(until, error)) => self.hold(at, row, until, error),
            Err(Stop::Fail(error)) => {
                row.tries += 1;
                let outcome = Outcome::Fail { error };
                let ended_at = self.shared.now();
                self.attempt(&row, started_at, ended_at, &outcome, Vec::new());
                self.judge(at, a, row, outcome, None).await;
            }
        }
        if self.is_full() {
            self.keep().await;
        }
    }

    /// Whether the next commit has as many deliveries as one may have.
    fn is_full(&self) -> bool {
        let bytes = self.published.iter().map(|e| e.delivery.body.len()).sum::<usize>();
        self.published.len() >= FAN_OUT || bytes >= FAN_OUT_BYTES
    }

    /// Makes the next deliveries; the step's output once all are made.
    async fn fan_out(
        &mut self,
        at: At,
        a: &ActionNode,
        row: &mut StepRow,
    ) -> Result<Option<Value>, Stop> {
        let input = self.prepare(at, a, row).await?.input;
        let now = self.shared.now();
        if self.shared.db.takes_more().is_err() {
            let text = (
                "the server has too much to do; the event is published later",
                "сервер перегружен; событие будет опубликовано позже",
            );
            return Err(Stop::Wait(now.plus(RETRY_AFTER), StepError::new(Code::Busy, text)));
        }
        let (shared, workspace) = (self.shared, self.run.workspace);
        let board = self.flights.beside(Box::pin(shared.boards.of(workspace))).await;
        let board = board.map_err(|e| self.storage(&e))?;
        let key = self.key(row);
        let message = Message::new(&key, &input, row.started_at);
        let pinned = row.pinned.as_ref().and_then(|p| p.get(TOLD));
        if pinned.is_none() {
            fits(&board, &message).map_err(Stop::Fail)?;
        }
        let told = pinned.map(|t| serde_json::from_value(t.clone()).unwrap_or_default());
        let mut told: Told = told.unwrap_or_default();
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let whole = self.tell(&board, &message, &mut told, (&env, now));
        if !whole {
            pin(row, TOLD, json!(told));
            return Ok(None);
        }
        metrics::counter!("zveno_published_total").increment(1);
        let mut output = json!({
            "id": message.id, "subscribers": told.subscribers, "held": told.held,
        });
        if told.faulty > 0 {
            output["faulty"] = told.faulty.into();
        }
        Ok(Some(output))
    }

    /// Makes deliveries until all are made or the commit has enough; true when all are.
    fn tell(
        &mut self,
        board: &Board,
        message: &Message<'_>,
        told: &mut Told,
        (env, now): (&EnvSource<'_>, Time),
    ) -> bool {
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let context = message.context();
        for s in board.after(told.after) {
            if self.is_full() {
                return false;
            }
            told.after = Some(s.row.id);
            match s.wants(message.kind, &context, &env) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(e) => {
                    tracing::warn!(subscriber.id = %s.row.id, error = %e, "its condition failed");
                    told.faulty += 1;
                    continue;
                }
            }
            told.subscribers += 1;
            told.held += u64::from(s.row.state != SubscriberState::Active);
            self.published.push(message.to(&s.row, self.run.hops, now));
        }
        true
    }
}

/// Whether the event is what its type says.
fn fits(board: &Board, message: &Message<'_>) -> Result<(), StepError> {
    let Some(declared) = board.kind(message.kind) else {
        let near = board.nearest(message.kind);
        let kind = message.kind;
        let meant = |words| near.map(|n| format!("; {words} \"{n}\"?")).unwrap_or_default();
        let en = format!("there is no event type \"{kind}\"{}", meant("did you mean"));
        let ru = format!("нет типа события «{kind}»{}", meant("возможно,"));
        return Err(StepError::new(Code::EventTypeUnknown, (en, ru)).field("type"));
    };
    if json_size(message.data) > PUBLISH_BYTES {
        let en = format!("the data of an event has at most {PUBLISH_BYTES} bytes");
        let ru = format!("данные события — не больше {PUBLISH_BYTES} байт");
        return Err(StepError::new(Code::LimitExceeded, (en, ru)).field("payload"));
    }
    let Some(schema) = &declared.schema else { return Ok(()) };
    let misfits = schema.misfits(message.data);
    if misfits.is_empty() {
        return Ok(());
    }
    let all = |lang| {
        let one = |m: &mapping::schema::Misfit| match (m.place.as_str(), m.message.get(lang)) {
            ("", said) => said.to_owned(),
            (place, said) => format!("{place}: {said}"),
        };
        misfits.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let en = format!("the data does not fit \"{}\": {}", message.kind, all(Lang::En));
    let ru = format!("данные не подходят к типу «{}»: {}", message.kind, all(Lang::Ru));
    Err(StepError::new(Code::PayloadInvalid, (en, ru)).field("payload"))
}
