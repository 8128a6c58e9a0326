//! Installing with apt what the tests need, when asked to and possible.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::cargo::succeeds;

const APT_GET: &str = "/usr/bin/apt-get";

/// Something that the tests need.
pub struct Package {
    /// What is missing, in words.
    pub what: &'static str,
    /// Debian's name of the package.
    pub apt: &'static str,
    /// What to install where there is no apt.
    pub elsewhere: &'static str,
}

impl Package {
    /// Installs it where that is allowed and possible. What apt says goes to the standard error
    /// output. The error is one line that says what to do.
    pub fn install(&self, may_install: bool) -> Result<()> {
        let apt = Path::new(APT_GET).exists();
        if let Some(reason) = self.refusal(may_install, apt, rustix::process::geteuid().is_root()) {
            bail!("the tests need {}, and there is none here: {reason}", self.what);
        }
        eprintln!("== installing {}", self.apt);
        for args in [&["update"][..], &["install", "--yes", "--no-install-recommends", self.apt]] {
            let mut command = Command::new(APT_GET);
            command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
            command.stdin(Stdio::null()).stdout(std::io::stderr());
            // An update that fails for one source may still have what is needed.
            if !succeeds(&mut command)? && args[0] == "install" {
                bail!("apt-get could not install {0}; install it and run this again", self.apt);
            }
        }
        Ok(())
    }

    /// Why nothing may be installed, with the way out, or nothing if it may.
    fn refusal(&self, may_install: bool, apt: bool, root: bool) -> Option<String> {
        match (apt, root, may_install) {
            (true, true, true) => None,
            (true, true, false) => {
                Some("run `cargo xtask test --install` and it is installed".to_owned())
            }
            (true, false, _) => Some(format!("run `sudo apt-get install {}`", self.apt)),
            (false, ..) => {
                Some(format!("install {} with your system's package manager", self.elsewhere))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_with_apt_and_leave_installs() {
        let package = Package { what: "a thing", apt: "thing", elsewhere: "thing 2" };
        assert_eq!(package.refusal(true, true, true), None);
        for (may_install, apt, root) in
            [(false, true, true), (true, false, true), (true, true, false)]
        {
            let reason = package.refusal(may_install, apt, root).expect("must not install");
            assert!(reason.contains("install"), "{reason}");
        }
    }
}
