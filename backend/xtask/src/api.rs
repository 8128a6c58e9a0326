//! `cargo xtask api`: write what is generated from the API of the product: its OpenAPI document
//! and the types of the web UI.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Workspace};

/// Where the document is kept. A test holds it against the code.
const DOCUMENT: &str = "frontend/src/api/openapi.json";

/// Builds the product, asks it for the document and writes it.
pub fn api() -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let mut build = workspace.cargo(["build", "--workspace", "--bin", "zveno"]);
    if !cargo::succeeds(&mut build)? {
        bail!("the product did not build");
    }
    let mut zveno = Command::new(workspace.zveno("debug"));
    let out = zveno.arg("openapi").output().context("zveno openapi")?;
    if !out.status.success() {
        bail!("zveno openapi failed: {}", String::from_utf8_lossy(&out.stderr));
    }
    let path = workspace.root.join(DOCUMENT);
    let folder = path.parent().context("the folder of the document")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(&path, &out.stdout).with_context(|| format!("cannot write {DOCUMENT}"))?;
    println!("{DOCUMENT} is written");
    types(&workspace.root)?;
    Ok(ExitCode::SUCCESS)
}

/// Where the web UI makes its types of the document.
const CODEGEN: &str = "frontend/codegen";

/// Writes the types of the web UI, if it makes them of the document.
fn types(root: &Path) -> Result<()> {
    if !root.join(CODEGEN).exists() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["run", "gen"]).current_dir(root.join("frontend"));
    if !cargo::succeeds(&mut npm).context("npm is needed for the types of the web UI")? {
        bail!("npm run gen failed in frontend/");
    }
    println!("the types of the web UI are written");
    Ok(())
}
