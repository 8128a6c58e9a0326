//! The folders of connectors that are part of the server.

use bytes::Bytes;
use sha2::{Digest, Sha256};

include!(concat!(env!("OUT_DIR"), "/connectors.rs"));

/// The manifest of one folder.
#[derive(Clone, Copy, Debug)]
pub struct Folder {
    /// Its name for messages, such as `tilda/connector.yaml`.
    pub file: &'static str,
    pub manifest: &'static str,
}

/// A file of a connector's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub bytes: Bytes,
    pub mime: &'static str,
}

fn manifests() -> impl Iterator<Item = &'static (&'static str, &'static [u8])> {
    FILES.iter().filter(|(file, _)| file.ends_with("/connector.yaml"))
}

/// Every folder with a manifest; a manifest is UTF-8 text.
pub fn folders() -> impl Iterator<Item = Folder> {
    manifests().filter_map(|(file, bytes)| {
        let manifest = str::from_utf8(bytes).ok()?;
        Some(Folder { file, manifest })
    })
}

/// What all files of the built-in connectors are known by: another binary with the same ones has
/// the same.
pub fn fingerprint() -> String {
    let mut all = Sha256::new();
    for (file, bytes) in FILES {
        // A length before each: no two lists of files give the same bytes.
        for part in [file.as_bytes(), bytes] {
            all.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            all.update(part);
        }
    }
    hex::encode(all.finalize())
}

/// A file of a folder. Only pictures and texts are given out.
pub fn asset(connector: &str, file: &str) -> Option<Asset> {
    let mime = match file.rsplit('.').next().unwrap_or_default() {
        "md" => "text/markdown; charset=utf-8",
        _ => super::folder::picture(file)?,
    };
    let name = format!("{connector}/{file}");
    let (_, bytes) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(Asset { bytes: Bytes::from_static(bytes), mime })
}
