//! Finding ids, newest first, by conditions that have no index: a window of rows is taken by the
//! best index, the conditions are applied to it, and the next window is larger.

use std::fmt::Write;

use domain::limits;
use uuid::Uuid;

use crate::Error;
use crate::db::Db;
use crate::sql::Val;

/// Where rows come from and which of them fit.
pub(super) struct Source {
    /// `SELECT id, ... FROM ... WHERE ...`, up to the range of ids.
    pub(super) from: String,
    /// The name of its id.
    pub(super) id: &'static str,
    vals: Vec<Val>,
    /// Conditions on the columns of the window, as `w`; empty if all fit.
    fits: String,
    fit_vals: Vec<Val>,
    /// Ids that are possible.
    least: Option<Uuid>,
}

/// What one page found.
pub(super) struct Found {
    pub(super) ids: Vec<Uuid>,
    /// Go on before this one.
    pub(super) next: Option<Uuid>,
}

impl Source {
    pub(super) fn new(from: impl Into<String>, id: &'static str, vals: Vec<Val>) -> Self {
        let (fits, fit_vals) = (String::new(), Vec::new());
        Self { from: from.into(), id, vals, fits, fit_vals, least: None }
    }

    /// Nothing older than this.
    #[must_use]
    pub(super) fn no_older_than(self, least: Option<Uuid>) -> Self {
        Self { least, ..self }
    }

    /// One more condition on the window; `?` is the value's place.
    pub(super) fn fit(&mut self, condition: &str, v: impl Into<Val>) {
        self.fit_vals.push(v.into());
        let place = format!("${}", self.vals.len() + self.fit_vals.len());
        let and = if self.fits.is_empty() { "" } else { " AND " };
        let _ = write!(self.fits, "{and}{}", condition.replace('?', &place));
    }

    /// One more condition without a value.
    pub(super) fn fit_plain(&mut self, condition: &str) {
        let and = if self.fits.is_empty() { "" } else { " AND " };
        let _ = write!(self.fits, "{and}{condition}");
    }

    fn window(&self, before: Option<Uuid>, vals: &mut Vec<Val>) -> String {
        let mut text = self.from.clone();
        let ranges = [(">=", self.least), ("<", before)];
        for (op, id) in ranges.into_iter().filter_map(|(op, id)| Some((op, id?))) {
            vals.push(id.into());
            let _ = write!(text, " AND {} {op} ${}", self.id, vals.len());
        }
        let _ = write!(text, " ORDER BY {} DESC", self.id);
        text
    }
}

impl Db {
    /// The next page of a source.
    pub(super) async fn scan(
        &self,
        s: &Source,
        mut before: Option<Uuid>,
        limit: u32,
    ) -> Result<Found, Error> {
        let want = usize::try_from(limit).unwrap_or(1).max(1);
        let mut ids: Vec<Uuid> = Vec::with_capacity(want);
        let mut window = i64::from(limit).max(1) * 2;
        let mut looked = 0;
        loop {
            let left = i64::try_from(want - ids.len()).unwrap_or(1);
            let mut vals = s.vals.clone();
            vals.extend(s.fit_vals.iter().cloned());
            let inner = s.window(before, &mut vals);
            let fits = if s.fits.is_empty() { "true" } else { &s.fits };
            let n = vals.len();
            let text = format!(
                "SELECT w.id FROM ({inner} LIMIT ${}) AS w WHERE {fits}
                 ORDER BY w.id DESC LIMIT ${}",
                n + 1,
                n + 2
            );
            vals.extend([Val::from(window), Val::from(left)]);
            for row in self.rows(text, vals).await? {
                ids.push(row.cursor().id()?);
            }
            if ids.len() == want {
                return Ok(Found { next: ids.last().copied(), ids });
            }
            looked += window;
            let Some(end) = self.end_of_window(s, before, window).await? else {
                return Ok(Found { ids, next: None });
            };
            before = Some(end);
            if looked >= limits::SCAN_ROWS {
                return Ok(Found { ids, next: before });
            }
            window = (window * 8).min(limits::SCAN_WINDOW);
        }
    }

    /// The last id of a full window.
    async fn end_of_window(
        &self,
        s: &Source,
        before: Option<Uuid>,
        window: i64,
    ) -> Result<Option<Uuid>, Error> {
        let mut vals = s.vals.clone();
        let inner = s.window(before, &mut vals);
        let n = vals.len();
        let text = format!("SELECT w.id FROM ({inner} LIMIT 1 OFFSET ${}) AS w", n + 1);
        vals.push(Val::from(window - 1));
        let row = self.row(text, vals).await?;
        row.map(|r| r.cursor().id()).transpose()
    }
}
