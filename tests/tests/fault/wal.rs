//! Power loss on SQLite: the write-ahead log ends anywhere. Each cut must open, be whole, and have
//! everything that was acknowledged before its last commit; the server goes on from it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tests::world::product::Product;
use tests::world::{Kind, alone, fault_is_long};

use crate::ledger::Books;
use crate::load::{Load, WORKERS, post};

#[test]
fn s6_a_log_cut_at_any_commit_has_everything_acknowledged_before_it() {
    alone(cut_anywhere());
}

/// The header of the log and of each frame in it (sqlite.org/fileformat2.html, section 4).
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Where the index of the log has its last committed frame (sqlite.org/walformat.html, 2.1).
const LAST_FRAME: u64 = 16;

/// How many cuts the whole server goes on from.
fn restarts() -> usize {
    if fault_is_long() { 40 } else { 4 }
}

async fn cut_anywhere() {
    let events = if fault_is_long() { 400 } else { 60 };
    let (zveno, load) = Load::prepare(Kind::Sqlite).await;
    let serving = zveno.serve().await;
    // While somebody reads an old state the log is not started anew.
    let mut reader = open(zveno.folder()).await;
    sqlx::raw_sql("BEGIN; SELECT count(*) FROM runs").execute(&mut reader).await.expect("a read");
    let index = Index::open(zveno.folder());
    let base = index.last_frame();
    let mut acked = Vec::new();
    for n in 0..events {
        let id = format!("id-{n}");
        let reply = post(&id).send(zveno.addr()).await.expect("an answer");
        assert_eq!(reply.status, 200);
        acked.push((id, index.last_frame()));
    }
    serving.kill().await;
    let crash = Crash::take(zveno.folder());
    drop((reader, index));
    let commits: Vec<usize> = crash.commits().into_iter().filter(|c| *c >= base).collect();
    assert!(commits.len() > events, "a commit for each delivery and more: {}", commits.len());
    let mut checked = 0;
    for commit in &commits {
        // At the end of the commit, and in the middle of the frame after it.
        for torn in [0, crash.frame() / 2] {
            check(&crash, *commit, torn, &acked).await;
            checked += 1;
        }
    }
    let every = commits.len().div_ceil(restarts()).max(1);
    for commit in commits.iter().step_by(every) {
        go_on(&zveno, &load, &crash, *commit, &acked).await;
    }
    let ids: Vec<String> = acked.into_iter().map(|(id, _)| id).collect();
    let last = commits.last().expect("a commit");
    let zveno = restored(&zveno, &crash, *last, crash.frame() / 2).await;
    let serving = zveno.serve().await;
    load.drain(&zveno, &ids).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close("wal_cut", &zveno, ids, load.delivered()).await;
    // Each restart repeats what it finds unfinished, which is at most everything.
    let allowed = events * (restarts() + 2);
    books.with("cuts", checked).with("restarts", restarts()).balance_with(allowed);
    zveno.remove().await;
}

/// The files as a power loss leaves them.
struct Crash {
    database: PathBuf,
    key: PathBuf,
    log: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl Crash {
    fn take(folder: &Path) -> Crash {
        let to = tempfile::tempdir().expect("a folder");
        let copy = |name: &str| {
            let path = to.path().join(name);
            fs::copy(folder.join(name), &path).expect("a copy");
            path
        };
        let (database, key) = (copy("zveno.db"), copy("zveno.key"));
        let log = fs::read(folder.join("zveno.db-wal")).expect("the log");
        Crash { database, key, log, _folder: to }
    }

    /// Bytes of a frame.
    fn frame(&self) -> usize {
        FRAME_HEADER + usize::try_from(number(&self.log[8..])).expect("a page")
    }

    /// After how many frames a commit ends: the frame says how large the database is then. What
    /// has another salt is left from an earlier log.
    fn commits(&self) -> Vec<usize> {
        let salt = &self.log[16..24];
        let frames = self.log[LOG_HEADER..].chunks_exact(self.frame());
        let mine = frames.take_while(|f| &f[8..16] == salt);
        mine.enumerate().filter(|(_, f)| number(&f[4..]) != 0).map(|(n, _)| n + 1).collect()
    }

    /// Puts the state after so many frames, and some bytes of the next one, into a folder.
    fn put(&self, folder: &Path, frames: usize, torn: usize) {
        fs::copy(&self.database, folder.join("zveno.db")).expect("a copy");
        fs::copy(&self.key, folder.join("zveno.key")).expect("a copy");
        let length = (LOG_HEADER + frames * self.frame() + torn).min(self.log.len());
        fs::write(folder.join("zveno.db-wal"), &self.log[..length]).expect("a log");
    }
}

/// Big-endian, as the file format has it.
fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The index of the log. The file stays open: to close it would give up every lock that this
/// process has on it, the reader's too (POSIX).
struct Index(fs::File);

impl Index {
    fn open(folder: &Path) -> Index {
        Index(fs::File::open(folder.join("zveno.db-shm")).expect("the log's index"))
    }

    /// How many frames of the log are committed now.
    fn last_frame(&self) -> usize {
        let mut bytes = [0; 4];
        self.0.read_exact_at(&mut bytes, LAST_FRAME).expect("the header");
        usize::try_from(u32::from_ne_bytes(bytes)).expect("a number")
    }
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("zveno.db"));
    options.disable_statement_logging().connect().await.expect("it opens")
}

async fn check(crash: &Crash, frames: usize, torn: usize, acked: &[(String, usize)]) {
    let folder = tempfile::tempdir().expect("a folder");
    crash.put(folder.path(), frames, torn);
    let mut c = open(folder.path()).await;
    let whole: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut c).await.expect("it is read");
    assert_eq!(whole, "ok", "after {frames} frames");
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar(STORED).fetch_all(&mut c).await.expect("rows");
    let there: BTreeSet<String> = bodies.iter().map(|b| id(b)).collect();
    for (id, _) in acked.iter().filter(|(_, at)| *at <= frames) {
        assert!(there.contains(id), "{id} was acknowledged and is not in {frames} frames");
    }
}

fn id(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).expect("a body that was sent");
    body["id"].as_str().expect("an id").to_owned()
}

/// Another installation with the state after a cut, and the same flow.
async fn restored(of: &Product, crash: &Crash, frames: usize, torn: usize) -> Product {
    let mut copy = Product::new(Kind::Sqlite).await;
    copy.set("ZVENO_WORKERS", &WORKERS.to_string());
    copy.set("ZVENO_LOG", "warn");
    assert_ne!(copy.folder(), of.folder());
    crash.put(copy.folder(), frames, torn);
    copy
}

/// The server starts on a cut, ends every run in it and accepts more.
async fn go_on(of: &Product, load: &Load, crash: &Crash, frames: usize, acked: &[(String, usize)]) {
    let copy = restored(of, crash, frames, 0).await;
    let serving = copy.serve().await;
    let reply = post("one more").send(copy.addr()).await.expect("an answer");
    assert_eq!(reply.status, 200);
    let ids: Vec<String> =
        acked.iter().filter(|(_, at)| *at <= frames).map(|(id, _)| id.clone()).collect();
    load.drain(&copy, &["one more".to_owned()]).await;
    assert_eq!(serving.stop().await, 0);
    assert!(copy.unfinished().await.is_empty(), "runs are left");
    let succeeded: BTreeSet<String> =
        copy.rows(SUCCEEDED).await.iter().map(|(_, body)| id(body)).collect();
    for id in &ids {
        assert!(succeeded.contains(id), "{id} did not go on after {frames} frames");
    }
    copy.remove().await;
}

const STORED: &str = "SELECT d.body FROM runs r JOIN events e ON e.id = r.event
    JOIN deliveries d ON d.id = e.delivery";
const SUCCEEDED: &str = "SELECT r.state, d.body FROM runs r JOIN events e ON e.id = r.event
    JOIN deliveries d ON d.id = e.delivery WHERE r.state = 'succeeded'";
