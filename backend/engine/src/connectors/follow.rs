//! Keeps the connectors of a node as the database has them, and with `--dev` as their folders are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use domain::limits;

use super::shelf::inside;
use crate::engine::Shared;

/// A file with its size and time.
type Written = (PathBuf, u64, Option<SystemTime>);

/// Looks after every change of the database, until the engine stops.
pub(crate) async fn follow(s: Arc<Shared>) {
    let mut changed = s.db.changed();
    let mut written = written(&s).await;
    while !s.stop.is_cancelled() {
        match s.shelf.take(&s.db).await {
            Ok(true) => s.cache.forget_programs(),
            Ok(false) => {}
            Err(e) => tracing::warn!(error = %e, "the connectors could not be looked up"),
        }
        let look = async {
            if s.shelf.sources().dev {
                s.clock.timer(s.clock.now().plus(limits::CONNECTOR_LOOK)).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = changed.changed() => {}
            () = look => {
                let now = self::written(&s).await;
                if now != written {
                    written = now;
                    again(&s).await;
                }
            }
            () = s.stop.cancelled() => {}
        }
    }
}

async fn again(s: &Shared) {
    match s.shelf.reload(&s.db).await {
        Ok(r) => {
            s.cache.forget_programs();
            tracing::info!(read = r.installed.len(), refused = r.refused.len(), "connectors");
        }
        Err(e) => tracing::warn!(error = %e, "the folders of connectors were not taken"),
    }
}

/// Size and time of every file of the folders: what changes with them.
async fn written(s: &Shared) -> Vec<Written> {
    if !s.shelf.sources().dev {
        return Vec::new();
    }
    let folders = s.shelf.sources().folders.clone();
    let look = move || {
        let connectors = folders.iter().flat_map(|f| inside(f));
        let files = connectors.flat_map(|c| files(&c));
        files.take(limits::CONNECTOR_FOLDERS * 8).collect()
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

fn files(folder: &Path) -> Vec<Written> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.path(), e.metadata().ok()?)))
        .filter(|(_, m)| m.is_file())
        .map(|(path, m)| (path, m.len(), m.modified().ok()))
        .collect();
    all.sort();
    all
}
