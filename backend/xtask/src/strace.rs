//! strace, under which a test starts the product to make its disk fail. Linux only.

use std::path::Path;

use anyhow::{Result, bail};

use crate::install::Package;

const STRACE: Package = Package { what: "strace", apt: "strace", elsewhere: "strace" };

/// Makes sure that it is on the path, or installs it where `may_install` and the machine allow it.
pub fn find_or_install(may_install: bool) -> Result<()> {
    if !cfg!(target_os = "linux") || is_there() {
        return Ok(());
    }
    STRACE.install(may_install)?;
    if !is_there() {
        bail!("apt-get installed strace, but it is not on the path");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "programs are found where a shell finds them")]
fn is_there() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    has("strace", std::env::split_paths(&path))
}

fn has(program: &str, folders: impl IntoIterator<Item = impl AsRef<Path>>) -> bool {
    folders.into_iter().any(|f| f.as_ref().join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_in_every_folder() {
        let here = env!("CARGO_MANIFEST_DIR");
        assert!(has("Cargo.toml", ["/nonexistent", here]));
        assert!(!has("Cargo.toml", ["/nonexistent"]));
    }
}
