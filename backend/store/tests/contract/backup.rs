//! Backup and restore (semantics S26): from either database into either.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Secret;
use domain::ids::RunId;
use domain::run::RunState;
use store::*;
use tempfile::TempDir;

use crate::contract;
use crate::given::*;
use crate::world::{World, empty_postgres, options};

const PASSPHRASE: &str = "correct horse battery";
/// Sealed in the database; nowhere in clear.
const CANARY: &str = "canary-5f0c-91ab";

fn of(t: &World, file: &Path, passphrase: Option<&str>) -> BackupOptions {
    BackupOptions {
        target: t.target.clone(),
        key: KeySource::File(t.folder.path().join("key")),
        file: file.to_owned(),
        passphrase: passphrase.map(Secret::new),
        clock: t.clock.clone(),
        version: "test",
    }
}

/// Where a backup is restored.
struct Elsewhere {
    target: Target,
    folder: TempDir,
}

impl Elsewhere {
    /// Databases of both kinds, without tables.
    async fn both() -> [Elsewhere; 2] {
        let lite = tempfile::tempdir().unwrap();
        let target = Target::Sqlite { data_dir: lite.path().join("data") };
        let pg = Elsewhere { target: empty_postgres().await, folder: tempfile::tempdir().unwrap() };
        [Elsewhere { target, folder: lite }, pg]
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    async fn restore(
        &self,
        t: &World,
        file: &Path,
        passphrase: Option<&str>,
    ) -> Result<BackedUp, BackupError> {
        let from = of(t, file, passphrase);
        let key = KeySource::File(self.key());
        Db::restore(BackupOptions { target: self.target.clone(), key, ..from }).await
    }

    async fn open(&self, t: &World) -> Db {
        Db::open(options(&self.target, self.folder.path(), &t.clock)).await.unwrap()
    }
}

/// One of everything that must be there again.
async fn filled(t: &World) -> (domain::ids::FlowId, [RunId; 3]) {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, done) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let mut p = end(&t.db, c.lease, RunState::Succeeded);
    (p.steps, p.attempts) = (vec![step(&t.db, "send")], vec![attempt(&t.db, done, "send")]);
    t.db.apply(p).await.unwrap();
    let (_, _, running) = accepted(&t.db, flow).await;
    claimed(&t.db, node).await;
    let (_, _, queued) = accepted(&t.db, flow).await;
    held(&t.db, flow).await;
    let secret = Secret::new(CANARY);
    t.db.put_secret(flow, "token", &secret).await.unwrap();
    (flow, [done, running, queued])
}

fn contains(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

contract!(s26_a_backup_is_restored_on_either_database, |t| {
    let (flow, [done, running, queued]) = filled(t).await;
    let before = t.db.counts().await.unwrap();
    let file = t.folder.path().join("a.zveno");
    let made = Db::backup(of(t, &file, Some(PASSPHRASE))).await.unwrap();
    assert!(made.with_key && made.rows > 10 && made.schema == SCHEMA, "{made:?}");
    assert!(!contains(&file, "Orders"), "all of it is sealed");
    for there in Elsewhere::both().await {
        assert!(matches!(there.restore(t, &file, None).await, Err(BackupError::NeedsPassphrase)));
        assert!(matches!(
            there.restore(t, &file, Some("another passphrase")).await,
            Err(BackupError::WrongPassphrase)
        ));
        there.restore(t, &file, Some(PASSPHRASE)).await.unwrap();
        let db = there.open(t).await;
        let after = db.counts().await.unwrap();
        // Whoever was running then is nobody now.
        let free = Counts { running: 0, queued: 2, ..before };
        assert_eq!(after, free);
        let secrets = db.secrets(flow).await.unwrap();
        assert_eq!(secrets["token"], Secret::new(CANARY));
        let all = db.load(&[done, running, queued]).await.unwrap();
        assert_eq!(all.len(), 3);
        let hold = db.hold().await.unwrap().expect("it is on hold");
        assert_eq!((hold.made_at, db.unfinished(hold).await.unwrap()), (made.made_at, 2));
        // What came after the restore is not part of what was unfinished.
        t.clock.advance(domain::Span::secs(1));
        let (_, _, later) = accepted(&db, flow).await;
        assert_eq!(db.end_hold(Unfinished::Park).await.unwrap(), 2);
        assert!(db.hold().await.unwrap().is_none());
        let n = db.counts().await.unwrap();
        assert_eq!((n.parked, n.jobs), (2, 1));
        // Numbers that the database gives itself go on after those of the backup.
        let node = db.join().await.unwrap();
        let c = claimed(&db, node).await;
        assert_eq!(c.lease.run, later);
        let mut p = end(&db, c.lease, RunState::Succeeded);
        p.attempts = vec![attempt(&db, later, "send")];
        db.apply(p).await.unwrap();
        assert_eq!(db.counts().await.unwrap().attempts, before.attempts + 1);
        db.close().await;
    }
});

contract!(s26_without_a_passphrase_the_key_is_not_in_the_file, |t| {
    let (flow, _) = filled(t).await;
    let file = t.folder.path().join("a.zveno");
    let made = Db::backup(of(t, &file, None)).await.unwrap();
    assert!(!made.with_key);
    let own = std::fs::read_to_string(t.folder.path().join("key")).unwrap();
    assert!(!contains(&file, CANARY) && !contains(&file, own.trim()));
    let again = Db::backup(of(t, &file, None)).await;
    assert!(matches!(again, Err(BackupError::Exists(_))), "nothing is replaced");
    for there in Elsewhere::both().await {
        assert!(matches!(there.restore(t, &file, None).await, Err(BackupError::WrongKey(_))));
        std::fs::copy(t.folder.path().join("key"), there.key()).unwrap();
        there.restore(t, &file, None).await.unwrap();
        let db = there.open(t).await;
        assert_eq!(db.secrets(flow).await.unwrap()["token"], Secret::new(CANARY));
        db.end_hold(Unfinished::Drop).await.unwrap();
        let n = db.counts().await.unwrap();
        assert_eq!((n.cancelled, n.jobs), (2, 0));
        db.close().await;
        let full = there.restore(t, &file, None).await;
        assert!(matches!(full, Err(BackupError::NotEmpty(_))), "{full:?}");
    }
});

contract!(s26_a_torn_or_altered_backup_is_refused_and_writes_nothing, |t| {
    filled(t).await;
    let file = t.folder.path().join("a.zveno");
    Db::backup(of(t, &file, None)).await.unwrap();
    let good = std::fs::read(&file).unwrap();
    let [there, _] = Elsewhere::both().await;
    std::fs::copy(t.folder.path().join("key"), there.key()).unwrap();
    let bad = t.folder.path().join("bad.zveno");
    for at in [9, 40, good.len() / 2, good.len() - 2] {
        std::fs::write(&bad, &good[..at]).unwrap();
        assert!(there.restore(t, &bad, None).await.is_err(), "cut to {at}");
        let mut altered = good.clone();
        altered[at] ^= 1;
        std::fs::write(&bad, altered).unwrap();
        assert!(there.restore(t, &bad, None).await.is_err(), "byte {at}");
    }
    let Target::Sqlite { data_dir } = &there.target else { panic!() };
    assert!(!data_dir.join("zveno.db").exists());
    there.restore(t, &file, None).await.unwrap();
});

contract!(s26_a_backup_under_load_is_one_moment, |t| {
    let flow = flow(&t.db).await;
    let db = Arc::new(t.db.clone());
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut writers = Vec::new();
    for _ in 0..4 {
        let (db, stop) = (db.clone(), stop.clone());
        writers.push(tokio::spawn(async move {
            let mut n = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                accepted(&db, flow).await;
                n += 1;
            }
            n
        }));
    }
    let file = t.folder.path().join("a.zveno");
    // Something is there before, and more comes while it is read.
    while db.counts().await.unwrap().events < 50 {
        tokio::task::yield_now().await;
    }
    let made = Db::backup(of(t, &file, Some(PASSPHRASE))).await.unwrap();
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut written = 0;
    for w in writers {
        written += w.await.unwrap();
    }
    assert!(made.rows > 150, "{made:?}");
    for there in Elsewhere::both().await {
        there.restore(t, &file, Some(PASSPHRASE)).await.unwrap();
        let db = there.open(t).await;
        let n = db.counts().await.unwrap();
        // Whatever was committed together is there together.
        assert!(n.events >= 50 && n.events <= written, "{n:?} of {written}");
        assert_eq!((n.deliveries, n.jobs, n.queued), (n.events, n.events, n.events));
        db.close().await;
    }
});
