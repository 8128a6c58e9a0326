//! Opening a database, and every way in which it is refused.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use domain::Secret;
use domain::clock::ManualClock;
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::{START, World, empty_postgres, options};

contract!(a_newer_schema_is_refused_and_left_alone, |t| {
    t.db.close().await;
    let newer = SCHEMA + 1;
    t.exec(&format!("INSERT INTO schema_migrations (number, applied_at) VALUES ({newer}, 1)"))
        .await;
    let e = t.second().await.err().expect("it is newer");
    assert!(
        matches!(e, OpenError::NewerSchema { found, known } if found == newer && known == SCHEMA),
        "{e}"
    );
    t.exec(&format!("DELETE FROM schema_migrations WHERE number = {newer}")).await;
    t.db = t.second().await.unwrap();
});

contract!(migrating_twice_changes_nothing, |t| {
    flow(&t.db).await;
    t.db.close().await;
    let again = Db::migrate(t.target.clone(), t.clock.clone()).await.unwrap();
    assert_eq!(again, SCHEMA);
    assert_eq!(t.int("SELECT count(*) FROM schema_migrations").await, SCHEMA);
    t.db = t.second().await.unwrap();
    assert_eq!(t.db.flows(WS).await.unwrap().len(), 1);
});

async fn without_migration(target: Target) {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    let mut o = options(&target, folder.path(), &clock);
    o.migrate = false;
    let e = Db::open(o).await.err().expect("it has no tables");
    assert!(matches!(e, OpenError::NeedsMigration(1)), "{e}");
    assert_eq!(Db::migrate(target.clone(), clock.clone()).await.unwrap(), SCHEMA);
    let mut o = options(&target, folder.path(), &clock);
    o.migrate = false;
    Db::open(o).await.unwrap().close().await;
}

#[tokio::test]
async fn without_leave_to_migrate_an_empty_sqlite_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    without_migration(Target::Sqlite { data_dir: folder.path().into() }).await;
}

#[tokio::test]
async fn without_leave_to_migrate_an_empty_postgres_is_refused() {
    without_migration(empty_postgres().await).await;
}

#[tokio::test]
async fn two_nodes_may_start_on_an_empty_postgres_at_once() {
    let target = empty_postgres().await;
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    // One has the key as a value, so that only the database can be in the way.
    let open = || {
        let mut o = options(&target, folder.path(), &clock);
        o.key = KeySource::Value(Secret::new("07".repeat(32)));
        Db::open(o)
    };
    let (a, b) = futures::join!(open(), open());
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_ne!(a.join().await.unwrap().node, b.join().await.unwrap().node);
    a.close().await;
    b.close().await;
}

contract!(the_wrong_key_is_refused, |t| {
    t.db.close().await;
    let mut o = t.options();
    o.key = KeySource::Value(Secret::new("11".repeat(32)));
    assert!(matches!(Db::open(o).await.err(), Some(OpenError::WrongKey)));
    let key = t.folder.path().join("key");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // The same key as a value, in both spellings.
    let hex = std::fs::read_to_string(&key).unwrap();
    let raw = hex::decode(hex.trim()).unwrap();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, raw);
    for text in [hex, base64] {
        let mut o = t.options();
        o.key = KeySource::Value(Secret::new(text));
        Db::open(o).await.unwrap().close().await;
    }
    // A lost key file is never replaced by a new key.
    std::fs::rename(&key, t.folder.path().join("kept")).unwrap();
    assert!(matches!(t.second().await.err(), Some(OpenError::BadKey(_))));
    assert!(!key.exists());
    std::fs::write(&key, "no key").unwrap();
    assert!(matches!(t.second().await.err(), Some(OpenError::BadKey(_))));
    std::fs::remove_file(&key).unwrap();
    std::fs::rename(t.folder.path().join("kept"), &key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(t.second().await.err(), Some(OpenError::BadKey(_))), "others can read it");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    t.db = t.second().await.unwrap();
});

#[tokio::test]
async fn s5_a_folder_in_use_is_refused() {
    let t = World::sqlite().await;
    let e = t.second().await.err().expect("it is in use");
    assert!(matches!(e, OpenError::Locked(_)), "{e}");
    let e = Db::migrate(t.target.clone(), t.clock.clone()).await.expect_err("it is in use");
    assert!(matches!(e, OpenError::Locked(_)), "{e}");
    t.db.close().await;
    t.second().await.unwrap().close().await;
}

/// `/proc` takes no files, not even from root.
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    for data_dir in ["/proc", "/proc/zveno"] {
        let target = Target::Sqlite { data_dir: PathBuf::from(data_dir) };
        let e = Db::open(options(&target, folder.path(), &clock)).await.err().expect("refused");
        assert!(matches!(e, OpenError::NotWritable(_, _)), "{e}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    for url in ["postgres://u:hunter2@127.0.0.1:1/x", "postgres//u:hunter2"] {
        let target = Target::Postgres { url: Secret::new(url) };
        let e = Db::open(options(&target, folder.path(), &clock)).await.err().expect("refused");
        assert!(matches!(e, OpenError::Connect(_)), "{e}");
        assert!(!e.to_string().contains("hunter2"), "{e}");
    }
}

contract!(a_store_that_is_open_is_ready, |t| {
    t.db.is_ready().await.unwrap();
    assert_eq!(t.db.is_sqlite(), matches!(t.target, Target::Sqlite { .. }));
    t.db.close().await;
    assert!(t.db.is_ready().await.is_err());
});
