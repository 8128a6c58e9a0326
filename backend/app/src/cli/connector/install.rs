//! `zveno connector install`: a checked folder, given to the server, which keeps it in its database
//! so that every node has it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::folder::Folder;
use crate::ops::Op;
use crate::ops::connector::InstallOp;

#[derive(clap::Args)]
pub struct Args {
    /// The folder of the connector.
    pub path: PathBuf,
}

/// What is sent to the server. The folder is checked here first, so that faults have its file
/// names.
///
/// # Errors
/// The folder holds no connector, or one that is wrong.
pub fn op(a: &Args) -> anyhow::Result<Op> {
    let folders = Folder::all(std::slice::from_ref(&a.path))?;
    let [folder] = folders.as_slice() else {
        bail!("{} holds several connectors", a.path.display())
    };
    let path = folder.path.canonicalize().with_context(|| folder.file())?;
    let connector = connect::registry::folder::read(&path)?;
    let icon = connector.icon.as_ref().map(|i| STANDARD.encode(&i.bytes));
    let manifest =
        fs::read_to_string(path.join("connector.yaml")).with_context(|| folder.file())?;
    Ok(Op::ConnectorInstall(InstallOp { name: connector.name, manifest, icon }))
}
