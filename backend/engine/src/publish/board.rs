//! The event types and subscribers of a workspace, compiled; read again when anything changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Problem;
use domain::flow::{Condition, read};
use domain::ids::{SubscriberId, WorkspaceId};
use domain::limits::PAGE_MAX;
use domain::problem::nearest;
use domain::subscriber::Subscriber;
use mapping::condition::Compiled;
use mapping::{Context, Env, Schema};
use serde_json::{Value, json};
use store::Db;
use tokio::sync::watch;

/// The boards of all workspaces that publish.
pub(crate) struct Boards {
    db: Db,
    changed: watch::Receiver<i64>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    generation: i64,
    boards: HashMap<WorkspaceId, Arc<Board>>,
}

/// What one workspace publishes, and to whom.
pub(crate) struct Board {
    kinds: HashMap<String, Declared>,
    /// By id, so that a publishing step can go on after any of them.
    listeners: Vec<Listener>,
}

/// A type of events.
pub(crate) struct Declared {
    /// Absent where any payload is allowed.
    pub(crate) schema: Option<Schema>,
}

/// A subscriber with its condition.
pub(crate) struct Listener {
    pub(crate) row: Subscriber,
    /// Absent without one; the faults of one that does not compile.
    filter: Option<Result<Compiled, String>>,
}

impl Boards {
    pub(crate) fn new(db: Db) -> Self {
        let changed = db.changed();
        Self { db, changed, kept: Mutex::default() }
    }

    pub(crate) async fn of(&self, ws: WorkspaceId) -> Result<Arc<Board>, store::Error> {
        let generation = *self.changed.borrow();
        {
            let k = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(board) = k.boards.get(&ws).filter(|_| k.generation == generation) {
                return Ok(board.clone());
            }
        }
        let board = Arc::new(Board::read(&self.db, ws).await?);
        let mut k = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if k.generation < generation {
            *k = Kept { generation, ..Kept::default() };
        }
        if k.generation == generation {
            k.boards.insert(ws, board.clone());
        }
        Ok(board)
    }
}

impl Board {
    async fn read(db: &Db, ws: WorkspaceId) -> Result<Board, store::Error> {
        let mut kinds = HashMap::new();
        for t in db.event_types(ws, None, PAGE_MAX).await? {
            let schema = t.schema.as_ref().and_then(|s| match Schema::read(s) {
                Ok(schema) => Some(schema),
                Err(p) => {
                    // It was read when it was stored; by another version, then.
                    tracing::error!(
                        event_type = t.name,
                        problems = p.len(),
                        "its schema cannot be read"
                    );
                    None
                }
            });
            kinds.insert(t.name, Declared { schema });
        }
        let rows = db.subscribers(ws, None, PAGE_MAX).await?;
        Ok(Board { kinds, listeners: rows.into_iter().map(Listener::new).collect() })
    }

    /// The type of this name.
    pub(crate) fn kind(&self, name: &str) -> Option<&Declared> {
        self.kinds.get(name)
    }

    /// The type that is probably meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.kinds.keys().map(String::as_str))
    }

    /// The subscribers after this one.
    pub(crate) fn after(&self, id: Option<SubscriberId>) -> &[Listener] {
        let from = id.map_or(0, |id| self.listeners.partition_point(|l| l.row.id <= id));
        self.listeners.get(from..).unwrap_or_default()
    }

    pub(crate) fn subscriber(&self, id: SubscriberId) -> Option<&Subscriber> {
        let at = self.listeners.binary_search_by_key(&id, |l| l.row.id).ok()?;
        self.listeners.get(at).map(|l| &l.row)
    }
}

impl Listener {
    fn new(row: Subscriber) -> Self {
        let filter = row.filter.as_ref().map(|f| {
            let condition = condition(f).map_err(|p| first(&p))?;
            Compiled::compile(&condition).map_err(|f| {
                let first = f.into_iter().next();
                first.map_or_else(String::new, |(at, f)| f.at(at).to_string())
            })
        });
        Self { row, filter }
    }

    /// Whether an event of this type with this data is for it.
    pub(crate) fn wants(
        &self,
        kind: &str,
        context: &Context,
        env: &Env<'_>,
    ) -> Result<bool, String> {
        if !self.row.types.is_empty() && !self.row.types.iter().any(|t| t == kind) {
            return Ok(false);
        }
        match &self.filter {
            None => Ok(true),
            Some(Ok(c)) => c.eval(context, env).map_err(|e| e.to_string()),
            Some(Err(e)) => Err(e.clone()),
        }
    }
}

/// Reads a condition as a flow has it in `trigger.only_if`.
pub(crate) fn condition(document: &Value) -> Result<Condition, Vec<Problem>> {
    let flow = json!({
        "zveno": 1,
        "name": "condition",
        "trigger": { "connector": "webhook_out@1.0.0", "event": "published", "only_if": document },
        "steps": [],
    });
    let (flow, problems) = read::read_lenient(&flow);
    let mut own = problems.into_iter().filter(|p| p.place.starts_with("trigger.only_if"));
    match (own.next(), flow.trigger.only_if) {
        (None, Some(c)) => Ok(c),
        (first, _) => Err(first.into_iter().chain(own).collect()),
    }
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(ToString::to_string).unwrap_or_default()
}
