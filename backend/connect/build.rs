//! Embeds the connectors: icon and texts of each folder, and its manifest as the database keeps it,
//! so that no start of the server reads YAML. Fixtures and samples stay out of the binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::Value;

#[path = "src/registry/hash.rs"]
mod hash;

/// What of a folder the server gives out.
const KEPT: [&str; 3] = ["svg", "png", "md"];
const MANIFEST: &str = "connector.yaml";

#[expect(clippy::disallowed_methods, reason = "cargo says by the environment where to write")]
fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors");
    println!("cargo:rerun-if-changed={}", root.display());
    let (mut files, mut manifests) = (Vec::new(), String::new());
    for folder in entries(&root)?.into_iter().filter(|p| p.is_dir()) {
        println!("cargo:rerun-if-changed={}", folder.display());
        files.extend(entries(&folder)?.into_iter().filter(|p| p.is_file() && kept(p)));
        let manifest = folder.join(MANIFEST);
        if manifest.is_file() {
            println!("cargo:rerun-if-changed={}", manifest.display());
            manifests.push_str(&own(&root, &manifest)?);
        }
    }
    let mut text = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.display().to_string();
        let path = file.canonicalize()?.display().to_string();
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    writeln!(text, "];\npub static OWN: &[Own] = &[\n{manifests}];").map_err(io::Error::other)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("connectors.rs"), text)
}

/// The line of one manifest. What is wrong with it in detail is for `zveno connector check` and the
/// tests to say.
fn own(root: &Path, path: &Path) -> io::Result<String> {
    let file = path.strip_prefix(root).map_err(io::Error::other)?.display().to_string();
    let wrong = |what: String| io::Error::other(format!("{file}: {what}"));
    let text = fs::read_to_string(path)?;
    // As manifest::read::yaml reads it, which a test compares.
    let options = serde_saphyr::options! { strict_booleans: true };
    let tree: Value =
        serde_saphyr::from_str_with_options(&text, options).map_err(|e| wrong(e.to_string()))?;
    let key = |at: &str| tree.pointer(at).and_then(Value::as_str);
    let (Some(name), Some(version)) = (key("/name"), key("/version")) else {
        return Err(wrong("it has no name or version".to_owned()));
    };
    let (icon, sha256, json) = (key("/display/icon"), hash::sha256(&tree), tree.to_string());
    Ok(format!(
        "    Own {{ file: {file:?}, name: {name:?}, version: {version:?}, icon: {icon:?}, \
         sha256: {sha256:?}, json: {json:?} }},\n"
    ))
}

fn kept(path: &Path) -> bool {
    path.extension().is_some_and(|e| KEPT.iter().any(|k| e == *k))
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<_>>()?;
    all.sort();
    Ok(all)
}
