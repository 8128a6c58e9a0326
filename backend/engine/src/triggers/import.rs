//! Imports: starts the rows of a file at their rate. Each step stores its rows as events and moves
//! the import on in one commit.

use domain::flow::catalogue::Source;
use domain::{Span, Text, Time};
use store::{FireFrom, ImportRow, ImportState, Ingest};

use super::{Item, events, fire};
use crate::engine::Shared;

/// Starts the next rows; false if another node was first.
pub(super) async fn step(s: &Shared, row: ImportRow) -> Result<bool, store::Error> {
    let now = s.now();
    let live = match s.cache.by_id(row.workspace, row.flow).await {
        Ok(Some(live)) if live.source == Source::Manual => live,
        Ok(Some(_)) => return give_up(s, &row, by_hand()).await,
        Ok(None) => {
            return give_up(s, &row, ("the flow was deleted", "сценарий удалён").into()).await;
        }
        Err(e) => return give_up(s, &row, e.text()).await,
    };
    let mut rows = s.db.import_rows(row.id, row.done).await?;
    if rows.is_empty() {
        return give_up(s, &row, ("its rows are gone", "его строк больше нет").into()).await;
    }
    // As many as one second has.
    rows.truncate(usize::try_from(row.rate.max(1)).unwrap_or(1));
    let item = |(n, body)| Item { body, key: format!("import:{}:{n}", row.id), filtered: None };
    let items: Vec<Item> = (row.done..).zip(rows).map(item).collect();
    let taken = i64::try_from(items.len()).unwrap_or(0);
    let done = row.done + taken;
    let over = done >= row.total;
    // The rate counts from when the step was due, unless it is late.
    let pause = Span::from_micros(1_000_000 * taken / row.rate.max(1));
    let due = row.next_due.unwrap_or(now).plus(pause).max(now);
    let from = FireFrom::Import {
        id: row.id,
        guard: row.guard,
        done,
        state: if over { ImportState::Done } else { ImportState::Running },
        note: None,
        next_due: (!over).then_some(due),
        finished_at: over.then_some(now),
    };
    fire(s, from, events(&live, "MANUAL", items, now)).await
}

fn by_hand() -> Text {
    Text::new("the flow is not started by hand any more", "сценарий больше не запускают вручную")
}

async fn give_up(s: &Shared, row: &ImportRow, why: Text) -> Result<bool, store::Error> {
    let now: Time = s.now();
    let from = FireFrom::Import {
        id: row.id,
        guard: row.guard,
        done: row.done,
        state: ImportState::Failed,
        note: Some(why.kept()),
        next_due: None,
        finished_at: Some(now),
    };
    fire(s, from, Vec::<Ingest>::new()).await
}
