//! Filling an empty database from a file, in one transaction.

use domain::{Secret, Time};
use uuid::Uuid;

use super::catalogue::{self, Kind, Known, list, quoted};
use super::format::{Block, Cell, Header, In, Record, torn};
use super::{BackedUp, BackupError, BackupOptions, file};
use crate::hold::{HOLD, Hold};
use crate::key::{self, KeySource};
use crate::migrate::{self, SCHEMA};
use crate::open::{fits, reach};
use crate::seal::Sealer;
use crate::sql::{Conn, Val, vals};

/// Tables that have rows only where somebody has used the database.
const USED: [&str; 6] = ["users", "flows", "connections", "deliveries", "runs", "api_keys"];
/// Parameters of one statement of PostgreSQL, and rows of one.
const PARAMETERS: usize = 20_000;
const ROWS: usize = 500;

/// Leases of the processes of then. What they may have been sending stays known.
const FREE_JOBS: &str = "
    UPDATE jobs SET node = NULL, interrupted = coalesce(interrupted, begun), begun = NULL,
      priority = CASE WHEN cancel = 1 THEN -1 ELSE priority END
    WHERE node IS NOT NULL";

pub(super) async fn run(o: BackupOptions) -> Result<BackedUp, BackupError> {
    let check = o.clone();
    let verified = tokio::task::spawn_blocking(move || verify(&check));
    let (header, done) = verified.await.map_err(|_| torn("it cannot be read"))??;
    if header.schema > SCHEMA {
        return Err(BackupError::Newer { found: header.schema, known: SCHEMA });
    }
    let made = own_key(&o, &header)?;
    let (_, mut conn, _lock) = reach(&o.target, true).await?;
    if !conn.is_lite() {
        conn.plain("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            .await?;
    }
    is_free(&mut conn, &header).await?;
    let now = o.clock.now();
    migrate::run_to(&mut conn, header.schema, true, now).await?;
    conn.begin().await?;
    if let Err(e) = all(&mut conn, &o, &header, now).await {
        let _ = conn.rollback().await;
        return Err(e);
    }
    // A database without its key could not be opened again, so the key comes first.
    if let (Some(key), KeySource::File(path)) = (made, &o.key) {
        key::put(path, &key)?;
    }
    conn.commit().await?;
    migrate::run_to(&mut conn, SCHEMA, true, now).await?;
    conn.close().await?;
    Ok(done)
}

/// Reads the file to its end. Nothing is written before this has worked.
fn verify(o: &BackupOptions) -> Result<(Header, BackedUp), BackupError> {
    let from = file::open(&o.file, o.passphrase.as_ref())?;
    let (mut all, header) = In::new(from)?;
    loop {
        match all.next()? {
            Record::Header(_) => return Err(torn("it has two headers")),
            Record::Table(_) => {}
            Record::Rows(b) => {
                let columns = all.current().map_or(0, |t| t.columns.len());
                b.cells(columns)?;
            }
            Record::End { tables, rows } => {
                let bytes = std::fs::metadata(&o.file)
                    .map_err(|e| BackupError::File(o.file.display().to_string(), e))?
                    .len();
                let done = BackedUp {
                    schema: header.schema,
                    tables,
                    rows,
                    bytes,
                    made_at: Time(header.made_at),
                    with_key: header.key.is_some(),
                };
                return Ok((header, done));
            }
        }
    }
}

/// Makes sure that the secrets can be opened afterwards. Answers the key of the file where a key
/// file is to be made of it.
fn own_key(o: &BackupOptions, header: &Header) -> Result<Option<key::Keys>, BackupError> {
    let wrong = || match &o.key {
        KeySource::File(path) => BackupError::WrongKey(path.display().to_string()),
        KeySource::Value(_) => BackupError::WrongKey("zveno.key".into()),
    };
    if let (Some(text), KeySource::File(path)) = (&header.key, &o.key)
        && !path.exists()
    {
        let key = key::read(&KeySource::Value(Secret::new(text.as_str())), false)?;
        let good = fits(&Sealer::new(&key), &header.key_check);
        return if good { Ok(Some(key)) } else { Err(torn("its key is not its own")) };
    }
    match key::read(&o.key, false) {
        Ok(key) if fits(&Sealer::new(&key), &header.key_check) => Ok(None),
        _ => Err(wrong()),
    }
}

/// Whether nobody has used this database, and nobody does now.
async fn is_free(conn: &mut Conn, header: &Header) -> Result<(), BackupError> {
    let have = migrate::found(conn).await?;
    if have == 0 {
        return Ok(());
    }
    if !conn.is_lite() {
        let sql = "SELECT 1 FROM nodes WHERE alive_until < 9223372036854775807
            AND alive_until >= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        if !conn.rows(sql, Vec::new()).await?.is_empty() {
            return Err(BackupError::Running);
        }
    }
    let known = catalogue::tables(conn).await?;
    for table in USED.iter().filter(|t| known.iter().any(|k| k.table.name == **t)) {
        if !conn.rows(format!("SELECT 1 FROM {table} LIMIT 1"), Vec::new()).await?.is_empty() {
            return Err(BackupError::NotEmpty((*table).to_owned()));
        }
    }
    if have == header.schema {
        return Ok(());
    }
    Err(BackupError::OtherSchema { have, found: header.schema })
}

async fn all(
    conn: &mut Conn,
    o: &BackupOptions,
    header: &Header,
    now: Time,
) -> Result<(), BackupError> {
    let tables = catalogue::tables(conn).await?;
    fill(conn, o, &tables).await?;
    conn.exec(FREE_JOBS, Vec::new()).await?;
    for known in tables.iter().filter(|k| k.table.name != "jobs") {
        if known.kind_of("node").is_some() {
            let table = quoted(&known.table.name);
            let sql = format!("UPDATE {table} SET node = NULL WHERE node IS NOT NULL");
            conn.exec(sql, Vec::new()).await?;
        }
    }
    if !conn.is_lite() {
        go_on_counting(conn).await?;
    }
    let hold = Hold { since: now, made_at: Time(header.made_at) };
    let text = serde_json::to_string(&hold).map_err(|e| torn(&e.to_string()))?;
    conn.exec("DELETE FROM settings WHERE name = $1", vals![HOLD]).await?;
    conn.exec("INSERT INTO settings (name, value) VALUES ($1, $2)", vals![HOLD, text]).await?;
    Ok(())
}

async fn fill(conn: &mut Conn, o: &BackupOptions, tables: &[Known]) -> Result<(), BackupError> {
    let (mut from, _) = In::new(file::open(&o.file, o.passphrase.as_ref())?)?;
    let mut into: Option<Into<'_>> = None;
    loop {
        match from.next()? {
            Record::Header(_) => return Err(torn("it has two headers")),
            Record::Table(t) => {
                let known = tables.iter().find(|k| k.table.name == t.name);
                let known = known.ok_or_else(|| torn("it has a table of another product"))?;
                let kinds = t.columns.iter().map(|c| known.kind_of(c)).collect::<Option<Vec<_>>>();
                let kinds = kinds.ok_or_else(|| torn("it has a column of another product"))?;
                let name = quoted(&known.table.name);
                conn.exec(format!("DELETE FROM {name}"), Vec::new()).await?;
                into = Some(Into { known, columns: t.columns, kinds });
            }
            Record::Rows(b) => match &into {
                Some(table) => table.insert(conn, &b).await?,
                None => return Err(torn("rows without a table")),
            },
            Record::End { .. } => return Ok(()),
        }
    }
}

/// A table that is being filled.
struct Into<'a> {
    known: &'a Known,
    columns: Vec<String>,
    kinds: Vec<Kind>,
}

impl Into<'_> {
    async fn insert(&self, conn: &mut Conn, b: &Block) -> Result<(), BackupError> {
        let at_once =
            if conn.is_lite() { 1 } else { (PARAMETERS / self.kinds.len().max(1)).clamp(1, ROWS) };
        let rows = b.cells(self.kinds.len())?;
        for slice in rows.chunks(at_once) {
            let mut values = Vec::with_capacity(slice.len() * self.kinds.len());
            for row in slice {
                for (cell, kind) in row.iter().zip(&self.kinds) {
                    values.push(value(cell, *kind)?);
                }
            }
            conn.exec(self.statement(conn.is_lite(), slice.len()), values).await?;
        }
        Ok(())
    }

    fn statement(&self, lite: bool, rows: usize) -> String {
        let row = |n: usize| {
            let first = n * self.kinds.len() + 1;
            let all = (first..first + self.kinds.len()).map(|p| format!("${p}"));
            format!("({})", all.collect::<Vec<_>>().join(", "))
        };
        let values = (0..rows).map(row).collect::<Vec<_>>().join(", ");
        // Numbers that PostgreSQL gives out itself are taken from the file.
        let own = if lite { "" } else { "OVERRIDING SYSTEM VALUE " };
        let (table, columns) = (quoted(&self.known.table.name), list(&self.columns));
        format!("INSERT INTO {table} ({columns}) {own}VALUES {values}")
    }
}

fn value(cell: &Cell, kind: Kind) -> Result<Val, BackupError> {
    Ok(match (kind, cell) {
        (Kind::Int, Cell::Null) => Val::Int(None),
        (Kind::Text, Cell::Null) => Val::Text(None),
        (Kind::Bytes, Cell::Null) => Val::Blob(None),
        (Kind::Id, Cell::Null) => Val::Id(None),
        (Kind::Int, Cell::Int(n)) => Val::Int(Some(*n)),
        (Kind::Text, Cell::Text(t)) => Val::from(t.as_str()),
        (Kind::Bytes, Cell::Bytes(b)) => Val::Blob(Some(b.clone())),
        (Kind::Id, Cell::Bytes(b)) => {
            Val::Id(Some(Uuid::from_slice(b).map_err(|_| torn("an id has another length"))?))
        }
        _ => return Err(torn("a value is of another type")),
    })
}

/// The next number of PostgreSQL's own comes after those of the file.
async fn go_on_counting(conn: &mut Conn) -> Result<(), BackupError> {
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_identity = 'YES'";
    for row in conn.rows(sql, Vec::new()).await? {
        let mut c = row.cursor();
        let (table, column) = (c.text()?, c.text()?);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence($1, $2),
               (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)",
            column = quoted(&column),
            table = quoted(&table)
        );
        conn.rows(sql, vals![quoted(&table), column]).await?;
    }
    Ok(())
}
