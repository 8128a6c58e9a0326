//! Where a run meets the gates in front of its next call (semantics S15).

use domain::Code;
use domain::journal::StepRow;
use domain::outcome::StepError;

use crate::execute::Runner;
use crate::gates::{CallGates, Entered, Pass, waits_its_turn};
use crate::program::ActionNode;
use crate::settle::{Prepared, Stop};

impl Runner<'_> {
    /// Asks the gates of a call, before anything of it is recorded: a closed one sends the run
    /// back with the time at which it may try again, and no try is used.
    pub(crate) async fn meet_gates(
        &mut self,
        a: &ActionNode,
        p: &Prepared,
        row: &StepRow,
    ) -> Result<Pass, Stop> {
        let Some(action) = a.action() else {
            let text = "the action has gone";
            return Err(Stop::Fail(StepError::new(Code::ConnectorMissing, text)));
        };
        let ws = self.job.workspace;
        let gates = CallGates::of(ws, &a.connector, action, p.connection.as_ref(), &p.input)
            .map_err(Stop::Fail)?;
        match self.shared.gates.enter(gates, waits_its_turn(row.error.as_ref())).await {
            Entered::Pass(pass) => Ok(pass),
            Entered::Closed(closed) => {
                self.gate = closed.keeps_back();
                let error = closed.error(&a.connector, p.connection.as_ref());
                Err(Stop::Wait(closed.until, error))
            }
        }
    }
}
