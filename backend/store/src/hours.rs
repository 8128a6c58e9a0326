//! Runs of the last day, hour by hour, for the list of flows. Nothing is counted while events are
//! taken: ids hold their time, so that an hour is a range of the index, and hours that are over
//! are counted once and remembered.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use domain::ids::{FlowId, WorkspaceId, uuid_at};
use domain::{Span, Time};
use uuid::Uuid;

use crate::Error;
use crate::db::Db;
use crate::sql::{Val, vals};

/// Hours that are counted, the present one included.
pub const HOURS: usize = 24;
const HOUR: i64 = Span::hours(1).micros();
/// How long after its end an hour is counted anew: ids are made before their commit.
const SETTLES: Span = Span::mins(5);
/// Hours of flows that are remembered; then all are forgotten.
const REMEMBERED: usize = 200_000;

/// The runs of one flow in the last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCounts {
    pub flow: FlowId,
    /// Runs begun in each hour, the oldest first.
    pub hours: [i64; HOURS],
    /// Runs begun in that time which have failed or wait for a person.
    pub failed: i64,
}

/// Hours that are over.
#[derive(Default)]
pub(crate) struct Counted(Mutex<HashMap<(FlowId, i64), i64>>);

impl Counted {
    fn get(&self, flow: FlowId, hour: i64) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(flow, hour)).copied()
    }
    fn put(&self, all: impl Iterator<Item = ((FlowId, i64), i64)>, oldest: i64) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() > REMEMBERED {
            map.clear();
        }
        if map.keys().any(|(_, hour)| *hour < oldest - 1) {
            map.retain(|(_, hour), _| *hour >= oldest);
        }
        map.extend(all);
    }
}

impl Db {
    /// How many runs these flows have begun in each of the last 24 hours.
    pub async fn day_counts(
        &self,
        ws: WorkspaceId,
        flows: &[FlowId],
    ) -> Result<Vec<DayCounts>, Error> {
        if flows.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let last = now.0.div_euclid(HOUR);
        let oldest = last + 1 - i64::try_from(HOURS).unwrap_or(i64::MAX);
        let counted = &self.0.counted;
        let new = |flow: FlowId| flows.iter().filter(move |f| **f == flow).count() > 0;
        let mut days: Vec<DayCounts> = flows
            .iter()
            .map(|flow| DayCounts { flow: *flow, hours: [0; HOURS], failed: 0 })
            .collect();
        let mut cold = Vec::new();
        for hour in oldest..=last {
            let open = now.0 < (hour + 1) * HOUR + SETTLES.micros();
            let unknown = |f: &&FlowId| open || counted.get(**f, hour).is_none();
            let unknown: Vec<FlowId> = flows.iter().filter(unknown).copied().collect();
            if !unknown.is_empty() {
                cold.push((hour, open, unknown));
            }
        }
        let (mut over, mut fresh) = (Vec::new(), HashMap::new());
        for (asked, hours) in same_flows(cold) {
            let spans: Vec<i64> = hours.iter().map(|(hour, _)| *hour).collect();
            for (flow, at, n) in self.count_hours(ws, &asked, &spans).await? {
                let Some((hour, open)) = hours.get(at).copied().filter(|_| new(flow)) else {
                    continue;
                };
                fresh.insert((flow, hour), n);
                if !open {
                    over.push(((flow, hour), n));
                }
            }
        }
        counted.put(over.into_iter(), oldest);
        for day in &mut days {
            for (slot, hour) in day.hours.iter_mut().zip(oldest..) {
                let known = fresh.get(&(day.flow, hour)).copied();
                *slot = known.or_else(|| counted.get(day.flow, hour)).unwrap_or(0);
            }
        }
        let failed = self.count_failed(ws, flows, Time(oldest * HOUR)).await?;
        for day in &mut days {
            day.failed = failed.get(&day.flow).copied().unwrap_or(0);
        }
        Ok(days)
    }

    /// Flow, position of the hour, runs.
    async fn count_hours(
        &self,
        ws: WorkspaceId,
        flows: &[FlowId],
        hours: &[i64],
    ) -> Result<Vec<(FlowId, usize, i64)>, Error> {
        let mut vals: Vec<Val> = vals![ws.uuid()];
        let mut spans = String::new();
        for (n, hour) in hours.iter().enumerate() {
            vals.push(first_id(Time(hour * HOUR)).into());
            vals.push(first_id(Time((hour + 1) * HOUR)).into());
            let (lo, hi) = (vals.len() - 1, vals.len());
            let all = if n > 0 { " UNION ALL " } else { "" };
            let _ = write!(
                spans,
                "{all}SELECT CAST({n} AS BIGINT) AS n, CAST(${lo} AS {id}) AS lo, \
                 CAST(${hi} AS {id}) AS hi",
                id = self.id_type()
            );
        }
        let places = places(&mut vals, flows);
        let text = format!(
            "SELECT f.id, h.n, (SELECT count(*) FROM runs r
               WHERE r.flow = f.id AND r.id >= h.lo AND r.id < h.hi)
             FROM flows f CROSS JOIN ({spans}) h WHERE f.workspace = $1 AND f.id IN ({places})"
        );
        let rows = self.rows(text, vals).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                let (flow, n, runs) = (FlowId(c.id()?), c.int()?, c.int()?);
                Ok((flow, usize::try_from(n).unwrap_or(usize::MAX), runs))
            })
            .collect()
    }

    async fn count_failed(
        &self,
        ws: WorkspaceId,
        flows: &[FlowId],
        since: Time,
    ) -> Result<HashMap<FlowId, i64>, Error> {
        let mut vals: Vec<Val> = vals![ws.uuid(), first_id(since)];
        let places = places(&mut vals, flows);
        let text = format!(
            "SELECT f.id, (SELECT count(*) FROM runs r WHERE r.flow = f.id AND r.id >= $2
               AND r.state IN ('failed', 'parked'))
             FROM flows f WHERE f.workspace = $1 AND f.id IN ({places})"
        );
        let rows = self.rows(text, vals).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                Ok((FlowId(c.id()?), c.int()?))
            })
            .collect()
    }

    /// The type of ids, where a statement has to name it.
    fn id_type(&self) -> &'static str {
        if self.is_sqlite() { "BLOB" } else { "UUID" }
    }
}

type Hours = Vec<(i64, bool)>;

/// Hours put together that the same flows are asked about: most often all at first, and the
/// present one later.
fn same_flows(cold: Vec<(i64, bool, Vec<FlowId>)>) -> Vec<(Vec<FlowId>, Hours)> {
    let mut out: Vec<(Vec<FlowId>, Hours)> = Vec::new();
    for (hour, open, flows) in cold {
        match out.iter_mut().find(|(known, _)| *known == flows) {
            Some((_, hours)) => hours.push((hour, open)),
            None => out.push((flows, vec![(hour, open)])),
        }
    }
    out
}

fn places(vals: &mut Vec<Val>, flows: &[FlowId]) -> String {
    let from = vals.len() + 1;
    vals.extend(flows.iter().map(|f| Val::from(f.uuid())));
    let places: Vec<String> = (from..=vals.len()).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// The least id of a moment: what comes after its microsecond is random.
fn first_id(at: Time) -> Uuid {
    let mut bytes = *uuid_at(at).as_bytes();
    bytes[8..].fill(0);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_id_of_a_moment_is_not_greater_than_any_of_it() {
        let at = Time(1_772_442_000_000_000);
        for _ in 0..100 {
            assert!(first_id(at) <= uuid_at(at));
            assert!(first_id(at) > uuid_at(Time(at.0 - 1_000)));
        }
    }
}
