//! Where a run meets the gates in front of its next call (semantics S15).

use std::pin::pin;

use domain::Code;
use domain::journal::StepRow;
use domain::outcome::StepError;

use crate::execute::Runner;
use crate::gates::{CallGates, Entered, Pass, waits_its_turn};
use crate::machine::At;
use crate::program::ActionNode;
use crate::settle::{Prepared, Stop};

impl Runner<'_> {
    /// Asks the gates of a call, before anything of it is recorded: a closed one sends the run
    /// back with the time at which it may try again, and no try is used.
    pub(crate) async fn meet_gates(
        &mut self,
        at: At,
        a: &ActionNode,
        p: &Prepared,
        row: &StepRow,
    ) -> Result<Pass, Stop> {
        let action = a.action();
        if action.is_none() && a.enrich.is_none() {
            let text = ("the action has gone", "такого действия больше нет");
            return Err(Stop::Fail(StepError::new(Code::ConnectorMissing, text)));
        }
        let ws = self.run.workspace;
        let gates = CallGates::of(ws, &a.connector, action, p.connection.as_ref(), &p.input)
            .map_err(Stop::Fail)?;
        let shared = self.shared;
        let entered = shared.gates.enter(gates, waits_its_turn(row.error.as_ref()));
        match self.flights.beside(pin!(entered)).await {
            Entered::Pass(pass) => {
                self.gate = self.gate.filter(|(met, _)| *met != at);
                Ok(pass)
            }
            Entered::Closed(closed) => {
                self.gate = closed.keeps_back().map(|gate| (at, gate));
                let error = closed.error(&a.connector, p.connection.as_ref());
                Err(Stop::Wait(closed.until, error))
            }
        }
    }
}
