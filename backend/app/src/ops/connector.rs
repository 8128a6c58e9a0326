//! Commands about the connectors of a server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::manage::Manage;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Failure;

/// A connector that is to be installed.
#[derive(Serialize, Deserialize)]
pub struct InstallOp {
    pub name: String,
    /// The text of `connector.yaml`.
    pub manifest: String,
    /// Its picture, base64.
    pub icon: Option<String>,
}

/// Adds a connector to the server.
///
/// # Errors
/// It is wrong, or its version is there with another content.
pub async fn install(m: &Manage, o: InstallOp) -> Result<Value, Failure> {
    let icon = o.icon.map(|i| STANDARD.decode(i)).transpose();
    let icon = icon.map_err(|_| Failure::bad("the icon is no base64"))?;
    let done = m.install_connector(&o.name, &o.manifest, icon).await?;
    Ok(json!({
        "id": format!("{}@{}", done.name, done.version),
        "name": done.name,
        "version": done.version,
        "sha256": done.sha256,
        "new": done.new,
    }))
}

/// The versions that nothing uses any more; removed, if that is meant.
///
/// # Errors
/// The database does not answer, or flows change all the time.
pub async fn unused(m: &Manage, remove: bool) -> Result<Value, Failure> {
    let all =
        if remove { m.remove_unused_connectors().await? } else { m.unused_connectors().await? };
    Ok(all.into_iter().map(|(name, version)| json!({ "name": name, "version": version })).collect())
}

/// Reads the folders of connectors of the server again.
///
/// # Errors
/// The database does not answer.
pub async fn reload(m: &Manage) -> Result<Value, Failure> {
    let done = m.reload_connectors().await?;
    let installed = done.installed.iter();
    let refused = done.refused.iter();
    Ok(json!({
        "connectors": installed.map(|c| format!("{}@{}", c.name, c.version)).collect::<Vec<_>>(),
        "refused": refused
            .map(|r| json!({ "folder": r.folder.display().to_string(), "reason": r.reason }))
            .collect::<Vec<_>>(),
    }))
}
