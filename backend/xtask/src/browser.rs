//! `cargo xtask browser`: the tests that use the product as people do, in Chromium.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cargo::{self, Workspace};
use crate::install::Package;
use crate::stages::Stages;
use crate::{test, web};

/// Debian's Chromium.
const CHROMIUM: &str = "/usr/bin/chromium";

#[derive(Args)]
pub struct Options {
    /// Only the tests whose title matches this
    #[arg(long)]
    grep: Option<String>,

    /// Take the pictures of frontend/pictures anew instead of testing
    #[arg(long)]
    pictures: bool,

    /// Install Chromium with apt when it is missing (as root; CI=true means the same)
    #[arg(long, env = "CI")]
    install: bool,
}

/// The most lines of a page that a failed test showed.
const PAGE_LINES: usize = 160;

/// What is run of `tests/browser`.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// Every test.
    All,
    /// The tests whose title matches.
    Matching(&'a str),
    /// What takes the pictures.
    Pictures,
}

impl Options {
    fn what(&self) -> What<'_> {
        match &self.grep {
            _ if self.pictures => What::Pictures,
            Some(title) => What::Matching(title),
            None => What::All,
        }
    }
}

/// Builds the web UI and the product, and runs the tests.
pub fn browser(options: &Options) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let mut stages = Stages::default();
    let built = stages.run("ui", || {
        let folder = web::folder(&workspace.root).context("no frontend/package.json")?;
        web::build(&folder).map(|()| true)
    });
    if built && stages.run("build", || test::build(&workspace)) {
        stages.run("browser", || run(&workspace, options.what(), options.install));
    }
    print!("\n{}", stages.summary());
    Ok(if stages.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the tests against what is built.
pub fn run(workspace: &Workspace, what: What<'_>, install: bool) -> Result<bool> {
    if !web::has_npm() {
        bail!("the browser tests need Node.js 20 and npm; install them and run this again");
    }
    if !Path::new(CHROMIUM).exists() {
        let chromium = Package { what: "Chromium", apt: "chromium", elsewhere: "Chromium" };
        chromium.install(install)?;
    }
    let folder = workspace.root.join("tests/browser");
    web::install(&folder)?;
    let mut npx = std::process::Command::new("npx");
    npx.args(["playwright", "test"]).current_dir(&folder).stdin(std::process::Stdio::null());
    npx.env("ZVENO_STAGE", workspace.target.join("debug/stage"));
    npx.env("ZVENO_BIN", workspace.zveno("debug")).env("ZVENO_CHROMIUM", CHROMIUM);
    match what {
        What::All => npx.args(["--project", "tests"]),
        What::Matching(title) => npx.args(["--project", "tests", "--grep", title]),
        What::Pictures => npx.args(["--project", "pictures"]),
    };
    let passed = cargo::succeeds(&mut npx)?;
    if !passed {
        shown(&workspace.target.join("browser"));
    }
    Ok(passed)
}

/// Prints what the pages of failed tests showed: where nobody can open the screenshots, this says
/// what stood there instead of what was waited for.
fn shown(results: &Path) {
    let Ok(folders) = std::fs::read_dir(results) else { return };
    for folder in folders.flatten() {
        let Ok(text) = std::fs::read_to_string(folder.path().join("error-context.md")) else {
            continue;
        };
        println!("== {}", folder.file_name().to_string_lossy());
        // The page comes last, after the error that is printed already.
        let page = text.find("# Page snapshot").map_or(text.as_str(), |at| &text[at..]);
        page.lines().take(PAGE_LINES).for_each(|line| println!("{line}"));
    }
}
