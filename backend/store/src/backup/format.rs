//! The records of a backup: pure, over any reader and writer. See the parent module for the form.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use domain::limits::{BACKUP_BLOCK_BYTES, BACKUP_ROW_BYTES};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BackupError;

/// What the snapshot is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub schema: i64,
    /// Microseconds.
    pub made_at: i64,
    pub version: String,
    /// `sqlite` or `postgres`; a file of either restores into either.
    pub database: String,
    /// The sealed value that tells whether a key is the right one, hexadecimal.
    pub key_check: String,
    /// The key and those from before, hexadecimal with commas between; in sealed files only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The beginning of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct End {
    /// Rows by table.
    tables: BTreeMap<String, u64>,
    sha256: String,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Rows in their plain form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub rows: u32,
    pub plain: Vec<u8>,
}

impl Block {
    pub fn null(&mut self) {
        self.plain.push(0);
    }
    pub fn int(&mut self, v: i64) {
        self.plain.push(1);
        self.plain.extend_from_slice(&v.to_le_bytes());
    }
    pub fn text(&mut self, v: &str) {
        self.long(2, v.as_bytes());
    }
    pub fn bytes(&mut self, v: &[u8]) {
        self.long(3, v);
    }
    fn long(&mut self, kind: u8, v: &[u8]) {
        self.plain.push(kind);
        let n = u32::try_from(v.len()).unwrap_or(u32::MAX);
        self.plain.extend_from_slice(&n.to_le_bytes());
        self.plain.extend_from_slice(v);
    }
    /// Ends a row; whether the block is to be written now.
    pub fn end_row(&mut self) -> Result<bool, BackupError> {
        self.rows += 1;
        if self.plain.len() > BACKUP_ROW_BYTES {
            return Err(BackupError::TooLarge(self.plain.len()));
        }
        Ok(self.plain.len() >= BACKUP_BLOCK_BYTES)
    }
    /// The rows, each with so many cells.
    pub fn cells(&self, columns: usize) -> Result<Vec<Vec<Cell>>, BackupError> {
        let mut rest = self.plain.as_slice();
        let mut rows = Vec::with_capacity(self.rows as usize);
        for _ in 0..self.rows {
            let row = (0..columns).map(|_| cell(&mut rest)).collect::<Option<Vec<_>>>();
            rows.push(row.ok_or_else(|| torn("a row is cut short"))?);
        }
        if rest.is_empty() { Ok(rows) } else { Err(torn("a block has more than its rows")) }
    }
}

fn cell(rest: &mut &[u8]) -> Option<Cell> {
    let (kind, tail) = rest.split_first()?;
    *rest = tail;
    Some(match kind {
        0 => Cell::Null,
        1 => {
            let (n, tail) = rest.split_first_chunk::<8>()?;
            *rest = tail;
            Cell::Int(i64::from_le_bytes(*n))
        }
        2 | 3 => {
            let (n, tail) = rest.split_first_chunk::<4>()?;
            let (value, tail) = tail.split_at_checked(u32::from_le_bytes(*n) as usize)?;
            *rest = tail;
            match kind {
                2 => Cell::Text(std::str::from_utf8(value).ok()?.to_owned()),
                _ => Cell::Bytes(value.to_vec()),
            }
        }
        _ => return None,
    })
}

pub(super) fn torn(why: &str) -> BackupError {
    BackupError::Torn(why.into())
}

/// One record.
#[derive(Debug, PartialEq)]
pub(super) enum Record {
    Header(Header),
    Table(Table),
    Rows(Block),
    /// The file is whole.
    End {
        tables: usize,
        rows: u64,
    },
}

/// Writes records.
pub(super) struct Out<W> {
    to: W,
    hash: Sha256,
    tables: BTreeMap<String, u64>,
    table: String,
}

/// Level of compression: about as fast as the database gives rows.
const LEVEL: i32 = 3;

fn io(e: std::io::Error) -> BackupError {
    BackupError::File("the backup".into(), e)
}

impl<W: Write> Out<W> {
    pub fn new(to: W, header: &Header) -> Result<Self, BackupError> {
        let mut out =
            Self { to, hash: Sha256::new(), tables: BTreeMap::new(), table: String::new() };
        out.json(b'H', header)?;
        Ok(out)
    }

    pub fn table(&mut self, t: &Table) -> Result<(), BackupError> {
        self.table.clone_from(&t.name);
        self.tables.insert(t.name.clone(), 0);
        self.json(b'T', t)
    }

    pub fn rows(&mut self, b: &Block) -> Result<(), BackupError> {
        let small = zstd::bulk::compress(&b.plain, LEVEL).map_err(io)?;
        let size = u32::try_from(b.plain.len()).unwrap_or(u32::MAX);
        let mut body = Vec::with_capacity(small.len() + 8);
        body.extend_from_slice(&b.rows.to_le_bytes());
        body.extend_from_slice(&size.to_le_bytes());
        body.extend_from_slice(&small);
        *self.tables.entry(self.table.clone()).or_default() += u64::from(b.rows);
        self.record(b'R', &body)
    }

    /// Ends the file; how many tables and rows it has.
    pub fn end(mut self) -> Result<(W, usize, u64), BackupError> {
        let sha256 = hex::encode(self.hash.clone().finalize());
        let (tables, rows) = (self.tables.len(), self.tables.values().sum());
        let end = End { tables: std::mem::take(&mut self.tables), sha256 };
        self.json(b'E', &end)?;
        Ok((self.to, tables, rows))
    }

    fn json(&mut self, kind: u8, v: &impl Serialize) -> Result<(), BackupError> {
        let body = serde_json::to_vec(v).map_err(|e| torn(&e.to_string()))?;
        self.record(kind, &body)
    }

    fn record(&mut self, kind: u8, body: &[u8]) -> Result<(), BackupError> {
        let n = u32::try_from(body.len()).map_err(|_| BackupError::TooLarge(body.len()))?;
        let mut head = [kind, 0, 0, 0, 0];
        head[1..].copy_from_slice(&n.to_le_bytes());
        for part in [&head[..], body] {
            self.hash.update(part);
            self.to.write_all(part).map_err(io)?;
        }
        Ok(())
    }
}

/// Reads records.
pub(super) struct In<R> {
    from: R,
    hash: Sha256,
    tables: BTreeMap<String, u64>,
    table: Option<Table>,
}

impl<R: Read> In<R> {
    /// Reads the header.
    pub fn new(from: R) -> Result<(Self, Header), BackupError> {
        let mut all = Self { from, hash: Sha256::new(), tables: BTreeMap::new(), table: None };
        match all.next()? {
            Record::Header(h) => Ok((all, h)),
            _ => Err(torn("it does not begin with a header")),
        }
    }

    /// The table that rows belong to now.
    pub fn current(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    pub fn next(&mut self) -> Result<Record, BackupError> {
        let so_far = self.hash.clone();
        let mut head = [0; 5];
        self.exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_le_bytes(length) as usize;
        if length > BACKUP_ROW_BYTES * 2 {
            return Err(torn("a record is too long"));
        }
        let mut body = vec![0; length];
        self.exact(&mut body)?;
        self.hash.update(head);
        self.hash.update(&body);
        match kind {
            b'H' => Ok(Record::Header(read(&body)?)),
            b'T' => {
                let table: Table = read(&body)?;
                self.tables.insert(table.name.clone(), 0);
                self.table = Some(table.clone());
                Ok(Record::Table(table))
            }
            b'R' => {
                let block = unpack(&body)?;
                let table = self.table.as_ref().ok_or_else(|| torn("rows without a table"))?;
                *self.tables.entry(table.name.clone()).or_default() += u64::from(block.rows);
                Ok(Record::Rows(block))
            }
            b'E' => self.end(&read(&body)?, so_far),
            _ => Err(torn("a record of an unknown kind")),
        }
    }

    fn end(&mut self, end: &End, so_far: Sha256) -> Result<Record, BackupError> {
        if end.sha256 != hex::encode(so_far.finalize()) || end.tables != self.tables {
            return Err(torn("its checksum does not fit"));
        }
        if self.from.read(&mut [0]).map_err(io)? != 0 {
            return Err(torn("something follows its end"));
        }
        Ok(Record::End { tables: end.tables.len(), rows: end.tables.values().sum() })
    }

    fn exact(&mut self, to: &mut [u8]) -> Result<(), BackupError> {
        self.from.read_exact(to).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => torn("it ends too early"),
            std::io::ErrorKind::InvalidData => BackupError::WrongPassphrase,
            _ => io(e),
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, BackupError> {
    serde_json::from_slice(body).map_err(|_| torn("a record cannot be read"))
}

fn unpack(body: &[u8]) -> Result<Block, BackupError> {
    let short = || torn("a block is cut short");
    let (rows, rest) = body.split_first_chunk::<4>().ok_or_else(short)?;
    let (size, small) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let size = u32::from_le_bytes(*size) as usize;
    if size > BACKUP_ROW_BYTES {
        return Err(torn("a block is too long"));
    }
    let plain = zstd::bulk::decompress(small, size).map_err(|_| torn("a block is damaged"))?;
    Ok(Block { rows: u32::from_le_bytes(*rows), plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            schema: 6,
            made_at: 1,
            version: "1".into(),
            database: "sqlite".into(),
            key_check: "00".into(),
            key: None,
        }
    }

    fn whole() -> Vec<u8> {
        let mut out = Out::new(Vec::new(), &header()).unwrap();
        out.table(&Table { name: "t".into(), columns: vec!["a".into(), "b".into()] }).unwrap();
        let mut b = Block::default();
        b.int(-5);
        b.text("да");
        assert!(!b.end_row().unwrap());
        b.null();
        b.bytes(&[0, 255]);
        b.end_row().unwrap();
        out.rows(&b).unwrap();
        let (bytes, tables, rows) = out.end().unwrap();
        assert_eq!((tables, rows), (1, 2));
        bytes
    }

    fn through(bytes: &[u8]) -> Result<Vec<Record>, BackupError> {
        let (mut all, h) = In::new(bytes)?;
        let mut out = vec![Record::Header(h)];
        loop {
            out.push(all.next()?);
            if matches!(out.last(), Some(Record::End { .. })) {
                return Ok(out);
            }
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let all = through(&whole()).unwrap();
        assert_eq!(all[0], Record::Header(header()));
        let Record::Rows(b) = &all[2] else { panic!("{all:?}") };
        let expected = [
            vec![Cell::Int(-5), Cell::Text("да".into())],
            vec![Cell::Null, Cell::Bytes(vec![0, 255])],
        ];
        assert_eq!(b.cells(2).unwrap(), expected);
        assert!(b.cells(3).is_err() && b.cells(1).is_err());
        assert_eq!(all[3], Record::End { tables: 1, rows: 2 });
    }

    #[test]
    fn s26_a_torn_or_altered_file_is_refused() {
        let good = whole();
        for n in 0..good.len() {
            assert!(through(&good[..n]).is_err(), "cut to {n}");
            let mut bad = good.clone();
            bad[n] ^= 1;
            assert!(through(&bad).is_err(), "byte {n}");
        }
        let mut longer = good.clone();
        longer.push(0);
        assert!(through(&longer).is_err());
    }
}
