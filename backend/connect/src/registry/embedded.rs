//! The folders of connectors that are part of the server.

use include_dir::{Dir, include_dir};

static CONNECTORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../connectors");

/// The manifest of one folder.
pub struct Folder {
    /// Its name for messages, such as `tilda/connector.yaml`.
    pub file: String,
    pub manifest: String,
}

/// A file of a connector's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    pub bytes: &'static [u8],
    pub mime: &'static str,
}

/// Every folder with a manifest.
pub fn folders() -> Vec<Folder> {
    let read = |dir: &'static Dir<'static>| {
        let file = format!("{}/connector.yaml", dir.path().display());
        let manifest = dir.get_file(&file)?.contents_utf8()?.to_owned();
        Some(Folder { file, manifest })
    };
    CONNECTORS.dirs().filter_map(read).collect()
}

/// A file of a folder. Only pictures and texts are given out.
pub fn asset(connector: &str, file: &str) -> Option<Asset> {
    let extension = file.rsplit('.').next().unwrap_or_default();
    let mime = match extension {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "md" => "text/markdown; charset=utf-8",
        _ => return None,
    };
    let bytes = CONNECTORS.get_file(format!("{connector}/{file}"))?.contents();
    Some(Asset { bytes, mime })
}
