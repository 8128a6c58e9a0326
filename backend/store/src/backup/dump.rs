//! Reading a snapshot and writing its file, each on a thread of its own.

use std::path::{Path, PathBuf};

use domain::limits;
use futures::TryStreamExt;
use rusqlite::types::ValueRef;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tokio::sync::mpsc::{self, Receiver, Sender};
use uuid::Uuid;

use super::catalogue::{self, Kind, Known, list, quoted};
use super::file::Part;
use super::format::{Block, Header, Out, Table, torn};
use super::{BackedUp, BackupError, BackupOptions};
use crate::open::{Opener, Target, database_file, fits};
use crate::seal::Sealer;
use crate::sql::Conn;
use crate::sql::conn::Text;
use crate::sql::own::Own;
use crate::{key, migrate};

/// What goes from the reader to the writer.
enum Item {
    Table(Table),
    Rows(Block),
    /// Everything was read.
    End,
}

/// Reads and is no reason for others to wait.
const LITE: &str = "PRAGMA query_only = 1; PRAGMA cache_size = -8192; BEGIN;";
/// A snapshot may be read for long.
const PG: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(super) async fn run(o: BackupOptions) -> Result<BackedUp, BackupError> {
    let (mut conn, folder) = begin(&o.target).await?;
    let made_at = o.clock.now();
    let header = header(&mut conn, &o, made_at).await?;
    let tables = catalogue::tables(&mut conn).await?;
    let (schema, with_key) = (header.schema, header.key.is_some());
    let (to, items) = mpsc::channel(limits::BACKUP_QUEUE);
    let writing = tokio::task::spawn_blocking(move || write(&o, &header, items));
    let read = read(conn, tables, folder, to).await;
    // Where the writer has failed, the reader only knows that nobody listens.
    let written = writing.await.map_err(|_| torn("the writer ended"))?;
    let (bytes, tables, rows) = match (written, read) {
        (Ok(w), Ok(())) => w,
        (Err(BackupError::Torn(_)) | Ok(_), Err(e)) | (Err(e), _) => return Err(e),
    };
    Ok(BackedUp { schema, tables, rows, bytes, made_at, with_key })
}

/// Connects and takes the snapshot.
async fn begin(target: &Target) -> Result<(Conn, Option<PathBuf>), BackupError> {
    match target {
        Target::Sqlite { data_dir } => {
            let file = database_file(data_dir);
            if !file.is_file() {
                return Err(BackupError::NoDatabase(file.display().to_string()));
            }
            Ok((Conn::Lite(Own::open(&file, LITE)?), Some(data_dir.clone())))
        }
        Target::Postgres { .. } => {
            let opener = Opener::of(target)?;
            let mut conn = opener.writer().await.map_err(|e| crate::open::cannot(&e, target))?;
            conn.plain(PG).await?;
            Ok((conn, None))
        }
    }
}

async fn header(
    conn: &mut Conn,
    o: &BackupOptions,
    made_at: domain::Time,
) -> Result<Header, BackupError> {
    let schema = migrate::found(conn).await?;
    let sql = "SELECT value FROM settings WHERE name = 'key_check'";
    let rows = if schema == 0 { Vec::new() } else { conn.rows(sql, Vec::new()).await? };
    let Some(row) = rows.first() else {
        return Err(BackupError::NoDatabase("this address: it has no tables yet".into()));
    };
    let key_check = row.cursor().text()?;
    let mut key = None;
    if o.passphrase.is_some() {
        let own = key::read(&o.key, false)?;
        if !fits(&Sealer::new(&own), &key_check) {
            return Err(crate::OpenError::WrongKey.into());
        }
        let all: Vec<String> = own.iter().map(hex::encode).collect();
        key = Some(all.join(","));
    }
    Ok(Header {
        schema,
        made_at: made_at.0,
        version: o.version.to_owned(),
        database: if conn.is_lite() { "sqlite" } else { "postgres" }.to_owned(),
        key_check,
        key,
    })
}

fn write(
    o: &BackupOptions,
    header: &Header,
    mut items: Receiver<Item>,
) -> Result<(u64, usize, u64), BackupError> {
    let (part, sink) = Part::begin(&o.file, o.passphrase.as_ref())?;
    let mut out = Out::new(sink, header)?;
    loop {
        match items.blocking_recv() {
            Some(Item::Table(t)) => out.table(&t)?,
            Some(Item::Rows(b)) => out.rows(&b)?,
            Some(Item::End) => break,
            None => return Err(torn("the reader ended")),
        }
    }
    let (sink, tables, rows) = out.end()?;
    Ok((part.end(sink)?, tables, rows))
}

async fn read(
    conn: Conn,
    tables: Vec<Known>,
    folder: Option<PathBuf>,
    to: Sender<Item>,
) -> Result<(), BackupError> {
    match conn {
        Conn::Lite(own) => {
            tokio::task::spawn_blocking(move || lite(own, tables, folder.as_deref(), &to))
                .await
                .map_err(|_| torn("the reader ended"))?
        }
        Conn::Pg(mut c) => {
            for known in tables {
                pg(&mut c, &known, &to).await?;
            }
            send(&to, Item::End).await
        }
    }
}

fn gone<E>(_: E) -> BackupError {
    torn("the writer ended")
}

async fn send(to: &Sender<Item>, item: Item) -> Result<(), BackupError> {
    to.send(item).await.map_err(gone)
}

fn select(t: &Table) -> String {
    format!("SELECT {} FROM {}", list(&t.columns), quoted(&t.name))
}

fn lite(
    mut own: Own,
    tables: Vec<Known>,
    folder: Option<&Path>,
    to: &Sender<Item>,
) -> Result<(), BackupError> {
    for known in tables {
        let sql = select(&known.table);
        to.blocking_send(Item::Table(known.table)).map_err(gone)?;
        let mut block = Block::default();
        own.scan(&sql, |row| {
            for value in row {
                match value {
                    ValueRef::Null => block.null(),
                    ValueRef::Integer(n) => block.int(*n),
                    ValueRef::Text(t) => block.text(&String::from_utf8_lossy(t)),
                    ValueRef::Blob(b) => block.bytes(b),
                    ValueRef::Real(_) => return Err(torn("a value is a fraction")),
                }
            }
            if block.end_row()? {
                if let Some(folder) = folder {
                    room(folder)?;
                }
                to.blocking_send(Item::Rows(std::mem::take(&mut block))).map_err(gone)?;
            }
            Ok::<_, BackupError>(())
        })?;
        if block.rows > 0 {
            to.blocking_send(Item::Rows(block)).map_err(gone)?;
        }
    }
    own.plain("ROLLBACK")?;
    own.close()?;
    to.blocking_send(Item::End).map_err(gone)
}

/// While the snapshot is read the log grows: storing deliveries comes before backups.
fn room(folder: &std::path::Path) -> Result<(), BackupError> {
    match rustix::fs::statvfs(folder) {
        Ok(s) if s.f_bavail.saturating_mul(s.f_frsize) < limits::DISK_RESERVE_BYTES => {
            Err(BackupError::DiskLow)
        }
        _ => Ok(()),
    }
}

async fn pg(
    c: &mut sqlx::PgConnection,
    known: &Known,
    to: &Sender<Item>,
) -> Result<(), BackupError> {
    send(to, Item::Table(known.table.clone())).await?;
    let mut block = Block::default();
    let mut rows = sqlx::query(select(&known.table).safe()).fetch(c);
    while let Some(row) = rows.try_next().await? {
        for (at, kind) in known.kinds.iter().enumerate() {
            cell(&mut block, &row, at, *kind)?;
        }
        if block.end_row()? {
            send(to, Item::Rows(std::mem::take(&mut block))).await?;
        }
    }
    if block.rows > 0 {
        send(to, Item::Rows(block)).await?;
    }
    Ok(())
}

fn cell(block: &mut Block, row: &PgRow, at: usize, kind: Kind) -> Result<(), BackupError> {
    match kind {
        Kind::Int => match row.try_get::<Option<i64>, _>(at)? {
            Some(v) => block.int(v),
            None => block.null(),
        },
        Kind::Text => match row.try_get::<Option<&str>, _>(at)? {
            Some(v) => block.text(v),
            None => block.null(),
        },
        Kind::Bytes => match row.try_get::<Option<&[u8]>, _>(at)? {
            Some(v) => block.bytes(v),
            None => block.null(),
        },
        Kind::Id => match row.try_get::<Option<Uuid>, _>(at)? {
            Some(v) => block.bytes(v.as_bytes()),
            None => block.null(),
        },
    }
    Ok(())
}
