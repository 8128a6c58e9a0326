//! Many rows in one statement: `json_each` with the bytes beside it on SQLite, `UNNEST` on
//! PostgreSQL.
//!
//! On SQLite `$1` is a JSON array of arrays with the numbers and texts, `$2` holds the ids of all
//! rows, 16 bytes each, and `$3` the blobs and documents, cut out by offset and length. Ids are
//! found by the row's place, so that nothing needs to be printed as hex and parsed again.
//! `{at}` in the text after the rows is one more whole number, `{nil}` in the text before them the
//! id of 16 zero bytes.

use std::fmt::Write;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

use super::clean;

/// What a column of the rows holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Int,
    /// A short text.
    Text,
    /// A long text, passed as bytes.
    Doc,
    Blob,
}
use Kind::{Blob, Doc, Id, Int, Text};

/// A bulk statement in both dialects.
pub(crate) struct Bulk {
    lite: String,
    pg: String,
    kinds: Vec<Kind>,
    ids: usize,
    has_at: bool,
}

impl Bulk {
    /// `head` and `tail` surround the rows, which are a table with these columns.
    pub(crate) fn new(head: &str, columns: &[(&str, Kind)], tail: &str) -> Self {
        let ids = columns.iter().filter(|(_, k)| *k == Id).count();
        let mut lite = String::from("(SELECT ");
        let (mut id, mut at) = (0, 0);
        for (i, (name, kind)) in columns.iter().enumerate() {
            let sep = if i == 0 { "" } else { ", " };
            let value = match kind {
                Id => {
                    id += 1;
                    // The nil id stands for none.
                    format!(
                        "nullif(substr($2, key * {ids} * 16 + {}, 16), zeroblob(16))",
                        id * 16 - 15
                    )
                }
                Int | Text => format!("value ->> {at}"),
                Blob => format!("substr($3, value ->> {at}, value ->> {})", at + 1),
                Doc => format!("CAST(substr($3, value ->> {at}, value ->> {}) AS TEXT)", at + 1),
            };
            at += match kind {
                Id => 0,
                Int | Text => 1,
                Blob | Doc => 2,
            };
            let _ = write!(lite, "{sep}{value} AS {name}");
        }
        lite.push_str(" FROM json_each($1)) AS v");
        let (mut arrays, mut names) = (String::new(), String::new());
        for (i, (name, kind)) in columns.iter().enumerate() {
            let sep = if i == 0 { "" } else { ", " };
            let t = match kind {
                Id => "uuid",
                Int => "bigint",
                Text | Doc => "text",
                Blob => "bytea",
            };
            let _ = write!(arrays, "{sep}${}::{t}[]", i + 1);
            let _ = write!(names, "{sep}{name}");
        }
        Self {
            lite: format!(
                "{}{lite}{}",
                head.replace("{nil}", "zeroblob(16)"),
                tail.replace("{at}", "$4")
            ),
            pg: format!(
                "{}UNNEST({arrays}) AS v({names}){}",
                head.replace("{nil}", "'00000000-0000-0000-0000-000000000000'::uuid"),
                tail.replace("{at}", &format!("${}", columns.len() + 1))
            ),
            kinds: columns.iter().map(|(_, k)| *k).collect(),
            ids,
            has_at: tail.contains("{at}"),
        }
    }

    /// Room for `rows` rows of this statement.
    pub(crate) fn batch<'a>(&self, lite: bool, rows: usize) -> Batch<'a> {
        let form = if lite {
            let mut json = String::with_capacity(rows * 64 + 2);
            json.push('[');
            Form::Lite {
                json,
                ids: Vec::with_capacity(rows * self.ids * 16),
                // One byte in front, because SQLite reads a part of an empty blob as null.
                bytes: vec![0],
                open: false,
            }
        } else {
            Form::Pg(
                self.kinds
                    .iter()
                    .map(|k| match k {
                        Id => Column::Ids(Vec::with_capacity(rows)),
                        Int => Column::Ints(Vec::with_capacity(rows)),
                        Text | Doc => Column::Texts(Vec::with_capacity(rows)),
                        Blob => Column::Blobs(Vec::with_capacity(rows)),
                    })
                    .collect(),
            )
        };
        Batch { form, column: 0, rows: 0, at: 0, columns: self.kinds.len() }
    }
}

enum Column<'a> {
    Ids(Vec<Option<Uuid>>),
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<std::borrow::Cow<'a, str>>>),
    Blobs(Vec<Option<&'a [u8]>>),
}

enum Form<'a> {
    Lite { json: String, ids: Vec<u8>, bytes: Vec<u8>, open: bool },
    Pg(Vec<Column<'a>>),
}

/// The rows of one bulk statement. Push the columns of a row in order, then call [`Batch::end`].
pub(crate) struct Batch<'a> {
    form: Form<'a>,
    column: usize,
    columns: usize,
    rows: usize,
    at: i64,
}

impl<'a> Batch<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The number that `{at}` stands for.
    pub(crate) fn at(mut self, at: i64) -> Self {
        self.at = at;
        self
    }

    pub(crate) fn id(&mut self, v: impl Into<Option<Uuid>>) -> &mut Self {
        let v = v.into();
        match &mut self.form {
            Form::Lite { ids, .. } => ids.extend_from_slice(v.unwrap_or(Uuid::nil()).as_bytes()),
            Form::Pg(cols) => {
                if let Column::Ids(c) = &mut cols[self.column] {
                    c.push(v);
                }
            }
        }
        self.column += 1;
        self
    }

    pub(crate) fn int(&mut self, v: impl Into<Option<i64>>) -> &mut Self {
        let v = v.into();
        match &mut self.form {
            Form::Lite { json, open, .. } => {
                separate(json, open);
                let _ = match v {
                    Some(v) => write!(json, "{v}"),
                    None => write!(json, "null"),
                };
            }
            Form::Pg(cols) => {
                if let Column::Ints(c) = &mut cols[self.column] {
                    c.push(v);
                }
            }
        }
        self.column += 1;
        self
    }

    pub(crate) fn text(&mut self, v: impl Into<Option<&'a str>>) -> &mut Self {
        let v = v.into().map(clean);
        match &mut self.form {
            Form::Lite { json, open, .. } => {
                separate(json, open);
                match v {
                    Some(v) => quote(json, &v),
                    None => json.push_str("null"),
                }
            }
            Form::Pg(cols) => {
                if let Column::Texts(c) = &mut cols[self.column] {
                    c.push(v);
                }
            }
        }
        self.column += 1;
        self
    }

    pub(crate) fn doc(&mut self, v: impl Into<Option<&'a str>>) -> &mut Self {
        let v = v.into().map(clean);
        match &mut self.form {
            Form::Lite { json, bytes, open, .. } => {
                separate(json, open);
                cut(json, bytes, v.as_ref().map(|v| v.as_bytes()));
            }
            Form::Pg(cols) => {
                if let Column::Texts(c) = &mut cols[self.column] {
                    c.push(v);
                }
            }
        }
        self.column += 1;
        self
    }

    pub(crate) fn blob(&mut self, v: impl Into<Option<&'a [u8]>>) -> &mut Self {
        let v = v.into();
        match &mut self.form {
            Form::Lite { json, bytes, open, .. } => {
                separate(json, open);
                cut(json, bytes, v);
            }
            Form::Pg(cols) => {
                if let Column::Blobs(c) = &mut cols[self.column] {
                    c.push(v);
                }
            }
        }
        self.column += 1;
        self
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) {
        debug_assert_eq!(self.column, self.columns, "a row with the wrong number of columns");
        if let Form::Lite { json, open, .. } = &mut self.form {
            if !*open {
                separate(json, open);
                json.push('0');
            }
            json.push(']');
            *open = false;
        }
        self.column = 0;
        self.rows += 1;
    }

    pub(crate) fn lite(self, text: &'static Bulk) -> Query<'static, Sqlite, SqliteArguments> {
        let q = sqlx::query(text.lite.as_str());
        let Form::Lite { mut json, ids, bytes, .. } = self.form else { return q };
        json.push(']');
        let q = q.bind(json).bind(ids).bind(bytes);
        if text.has_at { q.bind(self.at) } else { q }
    }

    pub(crate) fn pg(self, text: &'static Bulk) -> Query<'static, Postgres, PgArguments> {
        let mut q = sqlx::query(text.pg.as_str());
        let Form::Pg(columns) = self.form else { return q };
        for c in columns {
            q = match c {
                Column::Ids(c) => q.bind(c),
                Column::Ints(c) => q.bind(c),
                Column::Texts(c) => {
                    q.bind(c.iter().map(Option::as_deref).collect::<Vec<Option<&str>>>())
                }
                Column::Blobs(c) => q.bind(c),
            };
        }
        if text.has_at { q.bind(self.at) } else { q }
    }
}

/// A comma between values, a bracket before the first of a row.
fn separate(json: &mut String, open: &mut bool) {
    if *open {
        json.push(',');
        return;
    }
    *open = true;
    json.push_str(if json.len() > 1 { ",[" } else { "[" });
}

/// Offset (from 1) and length of the bytes that are added.
fn cut(json: &mut String, bytes: &mut Vec<u8>, v: Option<&[u8]>) {
    let Some(v) = v else { return json.push_str("null,null") };
    let _ = write!(json, "{},{}", bytes.len() + 1, v.len());
    bytes.extend_from_slice(v);
}

/// A JSON string (RFC 8259 section 7).
fn quote(json: &mut String, v: &str) {
    json.push('"');
    for c in v.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
