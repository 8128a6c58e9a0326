//! How runs ended, hour by hour of their beginning. Read hour by hour: each is a short walk over
//! an index by id, because ids begin with their time.

use std::collections::BTreeMap;

use domain::ids::{FlowId, WorkspaceId};
use domain::{Span, Time, limits};

use crate::Error;
use crate::db::Db;
use crate::sql::{Filter, vals};
use crate::sweep::first_id;

/// Runs that began in one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourOutcomes {
    /// The beginning of the hour.
    pub hour: Time,
    /// By the word of their state; those that have not ended count as `queued` or `waiting`.
    pub states: BTreeMap<String, i64>,
}

const HOUR: Span = Span::hours(1);

impl Db {
    /// The last `hours` hours, this one included, oldest first.
    pub async fn hour_counts(
        &self,
        ws: WorkspaceId,
        flow: Option<FlowId>,
        hours: u32,
    ) -> Result<Vec<HourOutcomes>, Error> {
        const COUNT: &str = "SELECT state, count(*) FROM runs";
        let hours = i64::from(hours.clamp(1, limits::COUNT_HOURS));
        let now = self.now().0;
        let this = Time(now - now.rem_euclid(HOUR.micros()));
        let mut out = Vec::new();
        for back in (0..hours).rev() {
            let hour = this.minus(Span::from_micros(HOUR.micros() * back));
            let mut q = Filter::new(COUNT, "workspace", ws.uuid());
            q.and("flow =", flow.map(FlowId::uuid));
            q.and("id >=", Some(first_id(hour)));
            q.and("id <", Some(first_id(hour.plus(HOUR))));
            let mut states = BTreeMap::new();
            for row in self.rows_of(q.grouped("state")).await? {
                let mut c = row.cursor();
                states.insert(c.text()?, c.int()?);
            }
            out.push(HourOutcomes { hour, states });
        }
        Ok(out)
    }

    async fn rows_of(
        &self,
        (text, vals): (String, Vec<crate::sql::Val>),
    ) -> Result<Vec<crate::sql::Row>, Error> {
        self.rows(text, vals).await
    }

    /// How many events of a workspace are held.
    pub(super) async fn held_events(&self, ws: WorkspaceId) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM events WHERE state = 'held' AND workspace = $1";
        self.row(sql, vals![ws.uuid()]).await?.map_or(Ok(0), |r| r.cursor().int())
    }
}
