//! How many tests passed and failed, read from cargo test's own lines while they are shown.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs a `cargo test` command, hands each line it prints to `show`, and returns whether it
/// succeeded together with the sum of its result lines.
pub fn run(command: &mut Command, mut show: impl FnMut(&[u8])) -> Result<(bool, Counts)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut output = BufReader::new(child.stdout.take().context("cargo test has no output")?);
    let mut counts = Counts::default();
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        show(&line);
        counts += of_line(&String::from_utf8_lossy(&line)).unwrap_or_default();
        line.clear();
    }
    Ok((child.wait()?.success(), counts))
}

/// Shows a line on the standard output; a closed output is no reason to stop the tests.
pub fn to_stdout(line: &[u8]) {
    drop(std::io::stdout().write_all(line));
}

/// Reads `test result: ok. 3 passed; 0 failed; ...`, the line libtest ends each binary with.
fn of_line(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = Counts::default();
    for part in numbers.split(';') {
        match part.trim().split_once(' ') {
            Some((number, "passed")) => counts.passed = number.parse().ok()?,
            Some((number, "failed")) => counts.failed = number.parse().ok()?,
            _ => {}
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_summed_and_every_line_is_shown() {
        let script = "echo 'running 2 tests'
            echo 'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'
            echo 'test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out'
            exit 101";
        let mut shown = Vec::new();
        let mut command = Command::new("sh");
        let (ok, counts) = run(command.args(["-c", script]), |line| {
            shown.extend_from_slice(line);
        })
        .unwrap();
        assert!(!ok);
        assert_eq!(counts, Counts { passed: 5, failed: 1 });
        assert_eq!(String::from_utf8(shown).unwrap().lines().count(), 3);
    }

    #[test]
    fn a_line_of_a_test_is_not_a_result() {
        assert_eq!(of_line("test counts::tests::a ... ok"), None);
        assert_eq!(of_line("3 passed; 1 failed"), None);
    }
}
