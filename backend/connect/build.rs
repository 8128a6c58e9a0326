//! Embeds the connectors: manifest, icon and texts of each folder. Fixtures and samples stay out of
//! the binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What of a folder the server reads.
const KEPT: [&str; 4] = ["yaml", "svg", "png", "md"];

#[expect(clippy::disallowed_methods, reason = "cargo says by the environment where to write")]
fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    for folder in entries(&root)?.into_iter().filter(|p| p.is_dir()) {
        println!("cargo:rerun-if-changed={}", folder.display());
        files.extend(entries(&folder)?.into_iter().filter(|p| p.is_file() && kept(p)));
    }
    let mut text = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.display().to_string();
        let path = file.canonicalize()?.display().to_string();
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    text.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("connectors.rs"), text)
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
