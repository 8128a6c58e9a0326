//! `cargo xtask run` and `build`: build the UI and the product; start it on SQLite.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cargo::{self, Workspace};
use crate::web;

/// The data folder of a start without `--data-dir`; git ignores it.
const DATA_DIR: &str = "./data";
/// The address of a start without `--listen`: this machine only.
const LISTEN: &str = "127.0.0.1:8080";

#[derive(Args)]
pub struct Options {
    /// Arguments for `zveno serve`, after `--`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<String>,
}

/// Builds, says where to look and becomes the product, so that Ctrl-C and signals reach it.
pub fn run(options: &Options) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    build_ui(&workspace.root)?;
    // All packages are named so that features are resolved as in the tests: one compilation.
    let mut build = workspace.cargo(["build", "--workspace", "--bin", "zveno"]);
    if !cargo::succeeds(&mut build)? {
        bail!("the product did not build");
    }
    let args = with_defaults(&options.args);
    let listen = value_of(&args, "--listen").unwrap_or(LISTEN);
    let data = value_of(&args, "--data-dir").unwrap_or(DATA_DIR);
    eprintln!("Zveno: http://{listen} (data in {data}, Ctrl-C stops it)");
    let zveno = workspace.zveno("debug");
    let error = Command::new(&zveno).arg("serve").args(&args).current_dir(&workspace.root).exec();
    Err(error).with_context(|| format!("cannot start {}", zveno.display()))
}

/// Builds what a server needs: the release, with the web UI in it.
pub fn build() -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    build_ui(&workspace.root)?;
    let mut build = workspace.cargo(["build", "--workspace", "--bin", "zveno", "--release"]);
    if !cargo::succeeds(&mut build)? {
        bail!("the product did not build");
    }
    eprintln!("Zveno: {}", workspace.zveno("release").display());
    Ok(ExitCode::SUCCESS)
}

fn build_ui(root: &Path) -> Result<()> {
    let Some(folder) = web::folder(root) else {
        eprintln!("xtask: no web UI in this tree (no frontend/package.json), building without it");
        return Ok(());
    };
    if !web::has_npm() {
        eprintln!("xtask: npm is missing, building without the web UI; install Node.js to have it");
        return Ok(());
    }
    web::build(&folder)
}

fn with_defaults(args: &[String]) -> Vec<String> {
    let mut all = args.to_vec();
    for (name, value) in [("--data-dir", DATA_DIR), ("--listen", LISTEN)] {
        if value_of(args, name).is_none() {
            all.extend([name.to_owned(), value.to_owned()]);
        }
    }
    all
}

/// The value of an option written as `--name value` or `--name=value`.
fn value_of<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(index, arg)| match arg.strip_prefix(name)? {
        "" => args.get(index + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_start_without_arguments_uses_the_defaults() {
        assert_eq!(with_defaults(&[]), words("--data-dir ./data --listen 127.0.0.1:8080"));
    }

    #[test]
    fn what_is_given_is_not_given_twice() {
        let args = words("--listen=0.0.0.0:80 --data-dir /var/lib/zveno");
        assert_eq!(with_defaults(&args), args);
        assert_eq!(value_of(&args, "--listen"), Some("0.0.0.0:80"));
    }

    #[test]
    fn an_option_with_a_longer_name_is_another_option() {
        assert_eq!(value_of(&words("--listen-admin 127.0.0.1:9"), "--listen"), None);
    }
}
