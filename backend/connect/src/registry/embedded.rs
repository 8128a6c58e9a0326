//! The folders of connectors that are part of the server.

use bytes::Bytes;

include!(concat!(env!("OUT_DIR"), "/connectors.rs"));

/// The manifest of one folder.
pub struct Folder {
    /// Its name for messages, such as `tilda/connector.yaml`.
    pub file: String,
    pub manifest: String,
}

/// A file of a connector's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub bytes: Bytes,
    pub mime: &'static str,
}

/// Every folder with a manifest.
pub fn folders() -> Vec<Folder> {
    let manifests = FILES.iter().filter(|(file, _)| file.ends_with("/connector.yaml"));
    let read = |(file, bytes): &(&str, &[u8])| Folder {
        file: (*file).to_owned(),
        manifest: String::from_utf8_lossy(bytes).into_owned(),
    };
    manifests.map(read).collect()
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
