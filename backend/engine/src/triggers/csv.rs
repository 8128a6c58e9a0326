//! Tables in text (RFC 4180): quotes, line breaks in quotes, and the delimiter that the header
//! shows. Pure; every fault has its line.

use std::borrow::Cow;

use connect::inbound::parse::charset;
use domain::{Text, limits};

/// A table with its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
    /// Rows that are none.
    pub faults: Vec<Fault>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: usize,
    /// As many as the header has.
    pub cells: Vec<String>,
}

/// What is wrong, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    pub line: usize,
    /// The column, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub message: Text,
}

impl Fault {
    pub fn new(line: usize, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { line, column: None, message: Text::new(en, ru) }
    }
}

/// The text of a file: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise
/// windows-1251.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    charset::decode(bytes, None)
}

/// Reads a table. Blank lines are no rows.
///
/// # Errors
/// It has no header, or more rows or columns than allowed.
pub fn read(text: &str) -> Result<Table, Fault> {
    let mut reader = Reader::new(text);
    let header = loop {
        match reader.record() {
            None => return Err(Fault::new(1, "the file is empty", "файл пустой")),
            Some(Err(f)) => return Err(f),
            Some(Ok(r)) if r.is_blank() => {}
            Some(Ok(r)) => break r.cells,
        }
    };
    let header: Vec<String> = header.into_iter().map(|h| h.trim().to_owned()).collect();
    checked(&header)?;
    let mut table = Table { header, ..Table::default() };
    while let Some(record) = reader.record() {
        let row = match record {
            Ok(row) if row.is_blank() => continue,
            Ok(row) => row,
            Err(f) => {
                table.faults.push(f);
                continue;
            }
        };
        let (got, want) = (row.cells.len(), table.header.len());
        if got == want {
            table.rows.push(row);
        } else {
            table.faults.push(Fault::new(
                row.line,
                format!("{got} cells, but the header has {want}"),
                format!("ячеек: {got}, а в заголовке: {want}"),
            ));
        }
        if table.rows.len() + table.faults.len() > limits::IMPORT_ROWS {
            let most = limits::IMPORT_ROWS;
            return Err(Fault::new(
                reader.line,
                format!("more than {most} rows"),
                format!("больше {most} строк"),
            ));
        }
    }
    Ok(table)
}

/// Columns have names, each its own.
fn checked(header: &[String]) -> Result<(), Fault> {
    if header.len() > limits::IMPORT_COLUMNS {
        let most = limits::IMPORT_COLUMNS;
        return Err(Fault::new(
            1,
            format!("more than {most} columns"),
            format!("больше {most} столбцов"),
        ));
    }
    for (i, name) in header.iter().enumerate() {
        if name.is_empty() {
            let n = i + 1;
            return Err(Fault::new(
                1,
                format!("column {n} has no name"),
                format!("у столбца {n} нет имени"),
            ));
        }
        if header[..i].contains(name) {
            return Err(Fault::new(
                1,
                format!("the column \"{name}\" is there twice"),
                format!("столбец «{name}» указан дважды"),
            ));
        }
    }
    Ok(())
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| c.trim().is_empty())
    }
}

struct Reader<'t> {
    rest: &'t str,
    delimiter: char,
    /// The line that `rest` begins on.
    line: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, delimiter: delimiter(text), line: 1 }
    }

    /// The next record; nothing at the end. After a fault it goes on with the next line.
    fn record(&mut self) -> Option<Result<Row, Fault>> {
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            match self.cell(line) {
                Err(f) => {
                    self.skip_line();
                    return Some(Err(f));
                }
                Ok((cell, more)) => {
                    cells.push(cell);
                    if !more {
                        return Some(Ok(Row { line, cells }));
                    }
                }
            }
        }
    }

    /// One cell, and whether another one follows in the record.
    fn cell(&mut self, line: usize) -> Result<(String, bool), Fault> {
        let quoted = self.rest.starts_with('"');
        let cell = if quoted { self.quoted(line)? } else { self.plain() };
        if self.eat(self.delimiter) {
            return Ok((cell, true));
        }
        if self.rest.is_empty() || self.end_of_line() {
            return Ok((cell, false));
        }
        Err(Fault::new(
            self.line,
            "there is text after a closing quote",
            "после закрывающей кавычки есть текст",
        ))
    }

    fn plain(&mut self) -> String {
        let stop = |c: char| c == self.delimiter || c == '\n' || c == '\r';
        let end = self.rest.find(stop).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell.to_owned()
    }

    /// What stands in quotes; a doubled quote is one.
    fn quoted(&mut self, line: usize) -> Result<String, Fault> {
        let mut out = String::new();
        let mut rest = &self.rest[1..];
        let mut breaks = 0;
        loop {
            let Some(end) = rest.find('"') else {
                return Err(Fault::new(line, "a quote is not closed", "кавычка не закрыта"));
            };
            out.push_str(&rest[..end]);
            breaks += rest[..end].matches('\n').count();
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    out.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        self.line += breaks;
        Ok(out)
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn end_of_line(&mut self) -> bool {
        let rest = ["\r\n", "\n", "\r"].iter().find_map(|e| self.rest.strip_prefix(e));
        if let Some(rest) = rest {
            self.rest = rest;
            self.line += 1;
        }
        rest.is_some()
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |e| e + 1);
        self.rest = &self.rest[end..];
        self.line += 1;
    }
}

/// The one of `;`, `,` and tab that stands most often in the first line, outside of quotes.
fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            c if !quoted => counts.iter_mut().filter(|(d, _)| *d == c).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts.iter().find(|(_, n)| *n == most).map_or(',', |(d, _)| *d)
}

#[cfg(test)]
mod tests;
