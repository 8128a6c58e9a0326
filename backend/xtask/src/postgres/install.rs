//! Installing PostgreSQL with apt, when asked to and possible.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::cargo::succeeds;

const APT_GET: &str = "/usr/bin/apt-get";

/// Why nothing may be installed, with the way out, or nothing if it may.
pub fn refusal(may_install: bool) -> Option<String> {
    let apt = Path::new(APT_GET).exists();
    reason(may_install, apt, rustix::process::geteuid().is_root()).map(str::to_owned)
}

fn reason(may_install: bool, apt: bool, root: bool) -> Option<&'static str> {
    match (apt, root, may_install) {
        (true, true, true) => None,
        (true, true, false) => Some("run `cargo xtask test --install` and it installs them"),
        (true, false, _) => Some("run `sudo apt-get install postgresql`"),
        (false, ..) => {
            Some("install the PostgreSQL server, 13 or later, with your system's package manager")
        }
    }
}

/// Installs the distribution's server package. What apt says goes to the standard error output.
pub fn install() -> Result<()> {
    eprintln!("== installing PostgreSQL");
    for args in [&["update"][..], &["install", "--yes", "--no-install-recommends", "postgresql"]] {
        let mut command = Command::new(APT_GET);
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        command.stdin(Stdio::null()).stdout(std::io::stderr());
        // An update that fails for one source may still have what is needed.
        if !succeeds(&mut command)? && args[0] == "install" {
            bail!("apt-get could not install postgresql; install it by hand and run this again");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_with_apt_and_leave_installs() {
        assert_eq!(reason(true, true, true), None);
        for (may_install, apt, root) in
            [(false, true, true), (true, false, true), (true, true, false)]
        {
            let reason = reason(may_install, apt, root).expect("must not install");
            assert!(reason.contains("install"), "{reason}");
        }
    }
}
