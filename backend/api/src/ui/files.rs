//! The files of the built UI: embedded in a release, read from the disk while developing.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../frontend/dist"]
struct Dist;

/// A file.
#[derive(Clone)]
pub struct File {
    pub data: Arc<[u8]>,
    pub hash: [u8; 32],
    pub kind: String,
}

/// The file at a path below the folder.
pub fn get(path: &str) -> Option<File> {
    let found = Dist::get(path)?;
    Some(File {
        hash: found.metadata.sha256_hash(),
        kind: found.metadata.mimetype().to_owned(),
        data: found.data.into_owned().into(),
    })
}

type Packed = HashMap<[u8; 32], Arc<[u8]>>;

/// Files that were compressed here, by their hash: as many as the UI has.
static PACKED: LazyLock<RwLock<Packed>> = LazyLock::new(RwLock::default);

/// The file compressed with gzip, made once.
pub fn packed(file: &File) -> Option<Arc<[u8]>> {
    let kept = PACKED.read().unwrap_or_else(PoisonError::into_inner).get(&file.hash).cloned();
    if kept.is_some() {
        return kept;
    }
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    gz.write_all(&file.data).ok()?;
    let made: Arc<[u8]> = gz.finish().ok()?.into();
    PACKED.write().unwrap_or_else(PoisonError::into_inner).insert(file.hash, made.clone());
    Some(made)
}
