//! Lists with optional conditions: only those that are asked for are in the text, so that each
//! form has its own plan.

use std::fmt::Write;

use super::Val;

/// A text that grows.
pub(crate) struct Filter {
    text: String,
    vals: Vec<Val>,
}

impl Filter {
    /// `select` ends before WHERE.
    pub(crate) fn new(select: &'static str, column: &'static str, v: impl Into<Val>) -> Self {
        Self { text: format!("{select} WHERE {column} = $1"), vals: vec![v.into()] }
    }

    /// One more condition: a column with its operator, then the value.
    pub(crate) fn and(&mut self, condition: &'static str, v: Option<impl Into<Val>>) -> &mut Self {
        if let Some(v) = v {
            self.vals.push(v.into());
            let _ = write!(self.text, " AND {condition} ${}", self.vals.len());
        }
        self
    }

    /// A column with `IN`, and its values; without a value nothing fits.
    pub(crate) fn one_of(
        &mut self,
        column_in: &'static str,
        all: impl IntoIterator<Item = impl Into<Val>>,
    ) -> &mut Self {
        let from = self.vals.len() + 1;
        self.vals.extend(all.into_iter().map(Into::into));
        let places: Vec<String> = (from..=self.vals.len()).map(|n| format!("${n}")).collect();
        let places = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
        let _ = write!(self.text, " AND {column_in} ({places})");
        self
    }

    /// A condition without a value.
    pub(crate) fn also(&mut self, condition: &'static str) -> &mut Self {
        let _ = write!(self.text, " AND {condition}");
        self
    }

    /// Counts the rows, up to `most` of them.
    pub(crate) fn count(mut self, most: i64) -> (String, Vec<Val>) {
        self.vals.push(most.into());
        let n = self.vals.len();
        (format!("SELECT count(*) FROM ({} LIMIT ${n}) AS found", self.text), self.vals)
    }

    /// One row for each value of the column.
    pub(crate) fn grouped(mut self, column: &'static str) -> (String, Vec<Val>) {
        let _ = write!(self.text, " GROUP BY {column}");
        (self.text, self.vals)
    }

    /// Order and number of rows of work, which has limits of its own.
    pub(crate) fn slice(mut self, order: &'static str, most: i64) -> (String, Vec<Val>) {
        self.vals.push(most.into());
        let _ = write!(self.text, " ORDER BY {order} LIMIT ${}", self.vals.len());
        (self.text, self.vals)
    }

    /// Order and size of the page.
    pub(crate) fn page(mut self, order: &'static str, limit: u32) -> (String, Vec<Val>) {
        let limit = if limit == 0 { domain::limits::PAGE } else { limit };
        self.vals.push(i64::from(limit.min(domain::limits::PAGE_MAX)).into());
        let _ = write!(self.text, " ORDER BY {order} LIMIT ${}", self.vals.len());
        (self.text, self.vals)
    }
}
