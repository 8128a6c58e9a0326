//! Steps that send nothing: filters, branches, variables, delays, and the lists of loops. They
//! need no commit of their own.

use domain::field::{FieldSpec, FieldType};
use domain::journal::{StepRow, StepState};
use domain::outcome::StepError;
use domain::{Code, Time, limits};
use serde_json::{Value, json};

use crate::execute::Runner;
use crate::machine::{At, LIST};
use crate::program::{BranchNode, DelayNode, Kind, LoopNode};
use crate::settle::{EnvSource, map_error, pin};
use crate::whereabouts;

impl Runner<'_> {
    /// Takes one step of a frame.
    pub(crate) async fn step(&mut self, at: At) {
        let Some(node) = self.machine.node(at) else { return };
        whereabouts::at_step(&node.id);
        let row = self.machine.row(at);
        match &node.kind {
            Kind::Action(a) => self.action(at, node, a, row).await,
            Kind::Delay(d) => self.delay(at, d, row),
            Kind::ForEach(l) => self.enter(at, l, row),
            Kind::Respond(r) => self.respond(at, r, row),
            pure => match self.evaluate(at, pure, &row) {
                Ok((state, output)) => self.settle(at, row, state, output, None),
                Err(e) => self.fail(at, row, e),
            },
        }
    }

    fn fail(&mut self, at: At, mut row: StepRow, e: StepError) {
        row.tries += 1;
        self.settle(at, row, StepState::Failed, None, Some(e));
    }

    fn evaluate(
        &mut self,
        at: At,
        kind: &Kind,
        row: &StepRow,
    ) -> Result<(StepState, Option<Value>), StepError> {
        let key = self.key(row);
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let context = self.machine.context(at);
        match kind {
            Kind::Filter(c) => {
                let pass = c.eval(context, &env).map_err(map_error)?;
                Ok((if pass { StepState::Done } else { StepState::Filtered }, None))
            }
            Kind::Branch(b) => {
                let taken = take_arms(b, context, &env)?;
                Ok((StepState::Done, Some(json!({ "taken": taken }))))
            }
            Kind::Set(vars) => {
                let mut set = serde_json::Map::new();
                for (name, m) in vars {
                    let v = m.eval(context, &env).map_err(|e| map_error(e.in_field(name)))?;
                    set.insert(name.clone(), v.unwrap_or(Value::Null));
                }
                Ok((StepState::Done, Some(Value::Object(set))))
            }
            Kind::Unsupported(what) => {
                let en = format!("this server does not run {what} steps");
                let text = (en, format!("сервер не выполняет шаги вида {what}"));
                Err(StepError::new(Code::FlowInvalid, text))
            }
            Kind::Action(_) | Kind::Delay(_) | Kind::ForEach(_) | Kind::Respond(_) => {
                let text = ("not a step without input and output", "это не шаг без входа и выхода");
                Err(StepError::new(Code::Internal, text))
            }
        }
    }

    /// Enters a loop: its list is journaled and never evaluated again.
    fn enter(&mut self, at: At, l: &LoopNode, mut row: StepRow) {
        match self.list(at, l, &row) {
            Ok(list) => {
                pin(&mut row, LIST, list);
                row.state = StepState::Entered;
                self.record(at, row);
            }
            Err(e) => self.fail(at, row, e),
        }
    }

    /// The items of a loop. Nothing is an empty list, and one thing a list of it, as everywhere
    /// where a list is wanted.
    fn list(&mut self, at: At, l: &LoopNode, row: &StepRow) -> Result<Value, StepError> {
        let key = self.key(row);
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let list = l.list.eval(self.machine.context(at), &env).map_err(map_error)?;
        let spec = FieldSpec { kind: FieldType::List, ..FieldSpec::default() };
        let list = mapping::coerce::coerce(list.unwrap_or(Value::Null), &spec, &env);
        let list = match list.map_err(map_error)? {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        let over = |en: String, ru: String| Err(StepError::new(Code::LimitExceeded, (en, ru)));
        if list.len() > limits::LOOP_ITEMS {
            let most = limits::LOOP_ITEMS;
            let n = list.len();
            return over(
                format!("the list has {n} items, at most {most} are allowed"),
                format!("в списке элементов: {n}, а можно не больше {most}"),
            );
        }
        let list = Value::Array(list);
        let bytes = mapping::json_size(&list);
        if self.machine.held() + bytes > limits::RUN_CONTEXT_BYTES {
            let most = limits::RUN_CONTEXT_BYTES;
            return over(
                format!(
                    "the steps of this run hold more than {most} bytes with this list of {bytes}"
                ),
                format!(
                    "шаги запуска вместе с этим списком ({bytes} байт) занимают больше {most} байт"
                ),
            );
        }
        Ok(list)
    }

    /// Ends a loop whose items have all ended.
    pub(crate) fn close(&mut self, at: At) {
        if let Some((row, outputs)) = self.machine.close(at) {
            self.settle(at, row, StepState::Done, Some(outputs), None);
        }
    }

    fn delay(&mut self, at: At, d: &DelayNode, mut row: StepRow) {
        let now = self.shared.now();
        let until = match (row.due_at, d) {
            (Some(due), _) => Ok(due),
            (None, DelayNode::For(span)) => Ok(row.started_at.plus(*span)),
            (None, DelayNode::Until(m)) => self.moment(at, m, &row),
        };
        match until {
            Ok(until) if until <= now => self.settle(at, row, StepState::Done, None, None),
            Ok(until) => {
                row.due_at = Some(until);
                row.state = StepState::Waiting;
                self.record(at, row);
            }
            Err(e) => self.settle(at, row, StepState::Failed, None, Some(e)),
        }
    }

    /// The moment that a `delay: {until}` names, at most `limits::DELAY_MAX` away.
    fn moment(
        &mut self,
        at: At,
        m: &mapping::mapping::Compiled,
        row: &StepRow,
    ) -> Result<Time, StepError> {
        let key = self.key(row);
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let v = m.eval(self.machine.context(at), &env).map_err(map_error)?.unwrap_or(Value::Null);
        let at = mapping::moment::parse(&v, &self.program.timezone).ok_or_else(|| {
            let en = format!("until: expected a date and time, got {v}");
            let ru = format!("until: нужны дата и время, пришло {v}");
            StepError::new(Code::MappingFailed, (en, ru))
        })?;
        Ok(at.min(row.started_at.plus(limits::DELAY_MAX)))
    }
}

fn take_arms(
    b: &BranchNode,
    context: &mapping::Context,
    env: &mapping::Env<'_>,
) -> Result<Vec<usize>, StepError> {
    let mut taken = Vec::new();
    for (i, arm) in b.arms.iter().enumerate() {
        let fits = match &arm.when {
            Some(c) => c.eval(context, env).map_err(map_error)?,
            // "Otherwise": with `all` it runs only if nothing else did.
            None => taken.is_empty(),
        };
        if fits {
            taken.push(i);
            if !b.all {
                break;
            }
        }
    }
    Ok(taken)
}
