//! Which steps of a run, and of which items, may be under way: a set in one column of its job.

use domain::journal::place;

/// Places of a run, such as `lead` or `lead#3.0` for an item of a loop. The columns of a job hold
/// one a line; nearly always there is none or one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(String);

impl Places {
    /// One place.
    pub fn of(step: &str, item: &str) -> Self {
        Self(place(step, item))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as step and item; the item is empty outside loops.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().map(|line| line.split_once('#').unwrap_or((line, "")))
    }

    pub fn has(&self, step: &str, item: &str) -> bool {
        self.iter().any(|p| p == (step, item))
    }

    /// Adds a place that is not among them.
    pub fn add(&mut self, step: &str, item: &str) {
        if self.has(step, item) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(&place(step, item));
    }

    /// Takes a place out.
    pub fn remove(&mut self, step: &str, item: &str) {
        if self.has(step, item) {
            let left = self.iter().filter(|p| *p != (step, item));
            self.0 = left.map(|(s, i)| place(s, i)).collect::<Vec<_>>().join("\n");
        }
    }

    /// As the column has it; nothing for none.
    pub(crate) fn column(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|s| !s.is_empty())
    }
}

/// From a column, or the one place that a new run may be at.
impl From<Option<String>> for Places {
    fn from(column: Option<String>) -> Self {
        Self(column.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_a_set_that_a_column_holds() {
        let mut p = Places::default();
        assert_eq!((p.is_empty(), p.column()), (true, None));
        p.add("lead", "");
        p.add("lead", "3.0");
        p.add("lead", "3.0");
        assert_eq!(p.column(), Some("lead\nlead#3.0"));
        assert_eq!(p.iter().collect::<Vec<_>>(), [("lead", ""), ("lead", "3.0")]);
        assert!(p.has("lead", "3.0") && !p.has("lead", "3"));
        assert_eq!(Places::from(p.column().map(str::to_owned)), p);
        p.remove("lead", "");
        p.remove("lead", "7");
        assert_eq!(p, Places::of("lead", "3.0"));
        p.remove("lead", "3.0");
        assert_eq!(p, Places::default());
    }
}
