//! What the tests are told by their caller: `cargo xtask test` sets it.

use std::path::PathBuf;

#[expect(clippy::disallowed_methods, reason = "tests have no configuration to be given it by")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// The address of a PostgreSQL where databases can be made.
///
/// # Panics
/// If there is none: a test that needs it must not pass.
pub(super) fn postgres() -> String {
    variable("ZVENO_TEST_POSTGRES").expect("set ZVENO_TEST_POSTGRES or run `cargo xtask test`")
}

/// The product's binary: named by the caller, or the one built beside the test.
///
/// # Panics
/// If there is none.
pub(super) fn binary() -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().ok()?;
        let folder = test.parent()?;
        [folder, folder.parent()?].map(|f| f.join("zveno")).into_iter().find(|p| p.is_file())
    };
    let found = variable("ZVENO_BIN").map(PathBuf::from).or_else(beside);
    found.filter(|p| p.is_file()).expect("set ZVENO_BIN or run `cargo build -p app`")
}

/// The folder with `initdb` and `postgres`: named by the caller, or where they are on the path.
///
/// # Panics
/// If there is none.
pub(super) fn postgres_programs() -> PathBuf {
    let on_path = || {
        let path = variable("PATH")?;
        let found = std::env::split_paths(&path).find(|p| p.join("initdb").is_file())?;
        // The programs find their own files beside the place that links lead to.
        found.join("initdb").canonicalize().ok()?.parent().map(PathBuf::from)
    };
    let found = variable("ZVENO_TEST_POSTGRES_BIN").map(PathBuf::from).or_else(on_path);
    found.expect("set ZVENO_TEST_POSTGRES_BIN or run `cargo xtask test`")
}

/// Whether the fault tests take their time.
pub fn fault_is_long() -> bool {
    variable("ZVENO_FAULT").is_some_and(|v| v == "long")
}
