//! The look after an unknown outcome (semantics S1): was the thing made after all?

use domain::Code;
use domain::outcome::{Outcome, StepError};
use mapping::Context;
use serde_json::{Value, json};

use super::view;
use super::{Call, Checked, Executed, Outbound, test};
use crate::template::{Look, Uuids, rfc3339};

impl Outbound {
    /// Asks the service whether a call whose outcome is unknown had worked, with the action that
    /// the manifest names for it.
    pub async fn check(&self, call: Call<'_>) -> Checked {
        let Some(check) = &call.action.check else {
            return unsure("this action has no check", "у этого действия нет проверки");
        };
        let Some(action) = call.connector.action(&check.action) else {
            return unsure(
                "the action of the check is missing",
                "действия, которым проверяют, больше нет",
            );
        };
        let conn = call.connection.map_or_else(|| json!({}), |c| json!(c.fields));
        let mut context = Context::new(json!({
            "input": call.input,
            "conn": conn,
            "run": view::run(&call.run),
            "now": rfc3339(call.run.now),
        }));
        let uuids = Uuids::new(call.run.key);
        let (now, zone) = (call.run.now, call.run.timezone);
        let input = uuids.env(now, zone, |env| check.input.value(&Look { context: &context, env }));
        let input = match input {
            Ok(input) => input,
            Err(error) => {
                return Checked::Unsure { executed: Executed::unsent(Outcome::Fail { error }) };
            }
        };
        let look = Call { action, input, done_calls: None, ..call };
        let executed = Box::pin(self.execute(look)).await;
        let Outcome::Done { output } = &executed.outcome else {
            return Checked::Unsure { executed };
        };
        context.set("res", json!({ "body": output }));
        let found = uuids.env(now, zone, |env| {
            let look = Look { context: &context, env };
            test::holds_for(&check.found, output, &look).then(|| match &check.output {
                Some(take) => take.take(output, &look),
                None => Ok(output.clone()),
            })
        });
        let exchanges = executed.exchanges;
        match found {
            None => Checked::NotFound { exchanges },
            Some(output) => Checked::Found { output: output.unwrap_or(Value::Null), exchanges },
        }
    }
}

fn unsure(en: &str, ru: &str) -> Checked {
    let error = StepError::new(Code::OutcomeUnknown, (en, ru));
    Checked::Unsure { executed: Executed::unsent(Outcome::Fail { error }) }
}
