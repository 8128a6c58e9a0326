//! A full disk under load on SQLite: refused, not lost, and gone on with once there is room.
//!
//! A small file system is mounted where that is allowed. Elsewhere the size of files is limited:
//! the system ends the process at the write that is too much, and the next start goes on.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tests::world::product::{Product, Serving};
use tests::world::{Kind, SOON, alone, within};

use crate::ledger::Books;
use crate::load::{Load, Sending, Style, WORKERS, step};

#[test]
fn s16_a_full_disk_refuses_and_loses_nothing() {
    alone(full_disk());
}

/// Room enough for the reserve of the server and some data.
const SIZE_MIB: u64 = 288;
/// What a test's database may have besides, where files are limited.
const LIMIT: u64 = 3 << 20;
/// How long the disk stays full.
const FULL: Duration = Duration::from_secs(3);

/// A file system of its own over a folder, until dropped.
struct Small<'a>(&'a Path);

impl Small<'_> {
    /// Nothing where mounting is not allowed.
    fn mount(at: &Path) -> Option<Small<'_>> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m,mode=700"), "tmpfs"]).arg(at);
        let done = mount.output().is_ok_and(|o| o.status.success());
        done.then_some(Small(at))
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let zeros = vec![0; 1 << 20];
        let mut file = fs::File::create(self.ballast()).expect("a file");
        while std::io::Write::write(&mut file, &zeros).is_ok_and(|n| n > 0) {}
    }

    fn empty(&self) {
        fs::remove_file(self.ballast()).expect("the file goes");
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

async fn full_disk() {
    let product = Product::new(Kind::Sqlite).await;
    let folder = product.folder().to_owned();
    let disk = Small::mount(&folder);
    let (zveno, load) = Load::on(product, |sink| step(sink, "out", "/")).await;
    let serving = zveno.serve().await;
    let style = Style { to: vec![zveno.addr()], pace: Duration::from_millis(5), again: true };
    let sending = load.start_as(&style);
    within(SOON, "a load", async || (taken(&sending) > 100).then_some(())).await;
    let (serving, how) = match &disk {
        Some(disk) => (fill_and_empty(disk, serving, &sending).await, "full"),
        None => (limit_and_restart(&zveno, serving).await, "limited"),
    };
    let before = taken(&sending);
    within(SOON, "it accepts again", async || (taken(&sending) > before + 50).then_some(())).await;
    let refused = sending.answers(503..504) + sending.answers(0..1);
    assert!(refused > 0, "senders are told to come again");
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close("disk_full", &zveno, acked, load.delivered()).await;
    books.with("how", how).with("refused", refused).balance(1, WORKERS);
    drop(disk);
    zveno.remove().await;
}

/// The disk is full while the server runs.
async fn fill_and_empty(disk: &Small<'_>, mut serving: Serving, sending: &Sending) -> Serving {
    disk.fill();
    within(SOON, "it refuses", async || (sending.answers(503..504) > 20).then_some(())).await;
    let accepted = taken(sending);
    tokio::time::sleep(FULL).await;
    assert_eq!(taken(sending), accepted, "accepted without room");
    assert!(!serving.has_ended(), "it waits for room: {}", serving.log());
    disk.empty();
    serving
}

/// Files may not grow: the server is ended in the middle of a write.
async fn limit_and_restart(zveno: &Product, mut serving: Serving) -> Serving {
    serving.limit_files(LIMIT);
    let ended = serving.dies(Duration::from_mins(1)).await;
    assert!(!ended.success(), "{ended}: {}", serving.log());
    zveno.serve().await
}

fn taken(sending: &Sending) -> u64 {
    sending.answers(200..300)
}
