//! Makes cargo embed the connectors anew when one of their files changes.

use std::path::Path;

fn main() {
    watch(Path::new("../../connectors"));
}

/// A folder is watched for files that come and go, its files for their content.
fn watch(folder: &Path) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            watch(&path);
        } else {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
}
