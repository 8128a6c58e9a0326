//! A disk that fails under the embedded database. strace makes chosen system calls of the binary
//! fail, so that everything from SQLite down is the real thing.

use tests::world::product::Product;
use tests::world::{Kind, alone, until};

use crate::ledger::Books;
use crate::load::{Load, Moments, WORKERS};

/// The exit code when the database cannot be opened.
const CANNOT_OPEN: i32 = 6;

/// strace, which leaves the server the child of the test (`-D`) and lets one call in the life of
/// each thread fail.
struct Failing {
    words: Vec<String>,
}

impl Failing {
    /// The `n`-th sync of the file fails as a broken disk lets it fail; later ones would work.
    fn sync(zveno: &Product, file: &str, n: u32) -> Failing {
        let path = zveno.folder().join(file);
        let path = path.to_str().expect("a path of text");
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={n}");
        Failing::of(&["-P", path, "-e", "trace=fsync,fdatasync", "-e", &inject])
    }

    /// Every folder seems to lie on this file system, by its number (statfs(2)).
    fn file_system(magic: u32) -> Failing {
        // The bytes as they are in memory: the field comes first, and above 32 bits it is zero.
        let inject = format!("inject=statfs:poke_exit=@arg2={:08x}", magic.to_be());
        Failing::of(&["-e", "trace=statfs", "-e", &inject])
    }

    fn of(words: &[&str]) -> Failing {
        let all = [&["strace", "-D", "-f", "-qq", "-o", "/dev/null"], words].concat();
        Failing { words: all.into_iter().map(str::to_owned).collect() }
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
}

/// Serves under load until a sync of `file` fails; then everything that was accepted must be
/// delivered after a new start.
async fn a_sync_fails(name: &'static str, file: &str, n: u32, says: &str) {
    let (zveno, load) = Load::prepare(Kind::Sqlite).await;
    let failing = Failing::sync(&zveno, file, n);
    let serving = zveno.serve_under(&failing.words()).await;
    let sending = load.start(zveno.addr());
    let log = until("the disk has failed", async || {
        Some(serving.log()).filter(|log| log.contains("the database failed"))
    });
    let log = log.await;
    assert!(log.contains("disk I/O error") && log.contains(says), "{log}");
    assert_eq!(serving.ended().await, 1, "it ends by itself and says that it failed");
    let acked = sending.stop().await;

    let serving = zveno.serve().await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close(name, &zveno, acked, load.delivered()).await;
    // What was sent when the disk failed could not be noted: the same as one kill.
    books.balance(1, WORKERS);
    zveno.remove().await;
}

/// The log of SQLite is synced by every COMMIT. Where it fails differs, so that it is met at an
/// early commit, one of many finishes, and a late one.
#[test]
fn s6_a_failed_sync_of_a_commit_ends_the_server_and_loses_nothing() {
    let mut moments = Moments::new(17);
    for _ in 0..3 {
        let n = moments.number(20, 150);
        alone(a_sync_fails("fsync_commit", "zveno.db-wal", n, "a commit failed"));
    }
}

/// The database itself is synced by a checkpoint, before its log may be written over.
#[test]
fn s6_a_failed_sync_of_a_checkpoint_ends_the_server_and_loses_nothing() {
    alone(a_sync_fails("fsync_checkpoint", "zveno.db", 2, "checkpoint: "));
}

#[test]
fn s6_a_data_folder_on_a_network_is_refused() {
    alone(async {
        let zveno = Product::new(Kind::Sqlite).await;
        for (magic, name) in [(0x6969, "NFS"), (0xfe53_4d42, "SMB2"), (0x6573_5546, "FUSE")] {
            let there = Failing::file_system(magic);
            let said = zveno.cli_under(&there.words(), &["serve"]).await;
            assert_eq!(said.code, CANNOT_OPEN, "{said:?}");
            assert!(
                said.err.contains("network file system") && said.err.contains(name),
                "{said:?}"
            );
            assert!(!zveno.folder().join("zveno.db").exists(), "nothing was written there");
        }
        zveno.remove().await;
    });
}
