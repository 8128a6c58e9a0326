//! Many rows in one statement of the pool: `json_each` with the bytes beside it on SQLite, `UNNEST`
//! on PostgreSQL. The connection that writes SQLite runs the statement once for each row instead:
//! without a hop between threads that costs less than to print and parse the rows.
//!
//! For the pool of SQLite `$1` is a JSON array of arrays with the numbers and texts, `$2` holds the
//! ids of all rows, 16 bytes each, and `$3` the blobs and documents, cut out by offset and length.
//! Ids are found by the row's place, so that nothing needs to be printed as hex and parsed again.
//! `{at}` in the text after the rows is one more whole number, `{nil}` in the text before them the
//! id of 16 zero bytes.

use std::borrow::Cow;
use std::fmt::Write;

use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

use super::own::Own;
use super::{Row, clean};

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
    /// All rows at once, for the readers of SQLite.
    lite: String,
    /// One row, for its writer.
    own: String,
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
        let mut own = String::from("(SELECT ");
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
            let _ = write!(own, "{sep}?{} AS {name}", i + 1);
        }
        lite.push_str(" FROM json_each($1)) AS v");
        own.push_str(") AS v");
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
        let lite_head = head.replace("{nil}", "zeroblob(16)");
        let pg_head = head.replace("{nil}", "'00000000-0000-0000-0000-000000000000'::uuid");
        let own_at = format!("?{}", columns.len() + 1);
        Self {
            lite: format!("{lite_head}{lite}{}", tail.replace("{at}", "$4")),
            own: format!("{lite_head}{own}{}", tail.replace("{at}", &own_at)),
            pg: format!(
                "{pg_head}UNNEST({arrays}) AS v({names}){}",
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
            Form::Lite(Vec::with_capacity(rows * self.kinds.len()))
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
    Texts(Vec<Option<Cow<'a, str>>>),
    Blobs(Vec<Option<&'a [u8]>>),
}

/// One value of a row.
enum Cell<'a> {
    Id(Option<Uuid>),
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Doc(Option<Cow<'a, str>>),
    Blob(Option<&'a [u8]>),
}

impl rusqlite::ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let v = match self {
            Cell::Id(v) => v.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
            Cell::Int(v) => v.map(ValueRef::Integer),
            Cell::Text(v) | Cell::Doc(v) => v.as_ref().map(|t| ValueRef::Text(t.as_bytes())),
            Cell::Blob(v) => v.map(ValueRef::Blob),
        };
        Ok(ToSqlOutput::Borrowed(v.unwrap_or(ValueRef::Null)))
    }
}

enum Form<'a> {
    /// Row after row.
    Lite(Vec<Cell<'a>>),
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
        // The nil id stands for none.
        let v = v.into().filter(|id| !id.is_nil());
        match &mut self.form {
            Form::Lite(cells) => cells.push(Cell::Id(v)),
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
            Form::Lite(cells) => cells.push(Cell::Int(v)),
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
            Form::Lite(cells) => cells.push(Cell::Text(v)),
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
            Form::Lite(cells) => cells.push(Cell::Doc(v)),
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
            Form::Lite(cells) => cells.push(Cell::Blob(v)),
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
        self.column = 0;
        self.rows += 1;
    }

    /// For the readers of SQLite.
    pub(crate) fn lite(self, text: &'static Bulk) -> Query<'static, Sqlite, SqliteArguments> {
        let q = sqlx::query(text.lite.as_str());
        let Form::Lite(cells) = self.form else { return q };
        let p = Printed::of(&cells, self.columns, self.rows * text.ids);
        let q = q.bind(p.json).bind(p.ids).bind(p.bytes);
        if text.has_at { q.bind(self.at) } else { q }
    }

    /// On the writer of SQLite; how many rows were touched.
    pub(crate) fn own(self, text: &'static Bulk, conn: &mut Own) -> Result<u64, sqlx::Error> {
        let Form::Lite(cells) = self.form else { return Ok(0) };
        conn.each(&text.own, &cells, self.columns, text.has_at.then_some(self.at))
    }

    /// The same for a statement that answers rows.
    pub(crate) fn own_rows(
        self,
        text: &'static Bulk,
        conn: &mut Own,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let Form::Lite(cells) = self.form else { return Ok(Vec::new()) };
        conn.each_rows(&text.own, &cells, self.columns, text.has_at.then_some(self.at))
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

/// Rows as the parameters of `json_each`.
struct Printed {
    json: String,
    ids: Vec<u8>,
    bytes: Vec<u8>,
}

impl Printed {
    fn of(cells: &[Cell<'_>], columns: usize, ids: usize) -> Self {
        let mut p = Printed {
            json: String::with_capacity(cells.len() * 8 + 2),
            ids: Vec::with_capacity(ids * 16),
            // One byte in front, because SQLite reads a part of an empty blob as null.
            bytes: vec![0],
        };
        p.json.push('[');
        for (i, row) in cells.chunks_exact(columns).enumerate() {
            // A row of ids alone still has its place in the array.
            p.json.push_str(if i == 0 { "[" } else { ",[" });
            let from = p.json.len();
            for cell in row {
                p.cell(cell, from);
            }
            p.json.push(']');
        }
        p.json.push(']');
        p
    }

    fn cell(&mut self, cell: &Cell<'_>, from: usize) {
        if !matches!(cell, Cell::Id(_)) && self.json.len() > from {
            self.json.push(',');
        }
        match cell {
            Cell::Id(id) => self.ids.extend_from_slice(id.unwrap_or(Uuid::nil()).as_bytes()),
            Cell::Int(Some(n)) => {
                let _ = write!(self.json, "{n}");
            }
            Cell::Text(Some(t)) => quote(&mut self.json, t),
            Cell::Int(None) | Cell::Text(None) => self.json.push_str("null"),
            Cell::Doc(d) => self.cut(d.as_ref().map(|d| d.as_bytes())),
            Cell::Blob(b) => self.cut(*b),
        }
    }

    /// Offset (from 1) and length of the bytes that are added.
    fn cut(&mut self, v: Option<&[u8]>) {
        let Some(v) = v else { return self.json.push_str("null,null") };
        let _ = write!(self.json, "{},{}", self.bytes.len() + 1, v.len());
        self.bytes.extend_from_slice(v);
    }
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
