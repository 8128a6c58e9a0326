//! The folders of connectors that are part of the server.

use bytes::Bytes;

include!(concat!(env!("OUT_DIR"), "/connectors.rs"));

/// The manifest of one folder, as the database keeps it.
#[derive(Debug)]
pub struct Own {
    /// Its name for messages, such as `tilda/connector.yaml`.
    pub file: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    /// The file of its picture.
    pub icon: Option<&'static str>,
    /// SHA-256 of the canonical JSON, hex.
    pub sha256: &'static str,
    pub json: &'static str,
}

/// A file of a connector's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub bytes: Bytes,
    pub mime: &'static str,
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
