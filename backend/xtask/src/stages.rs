//! Stages of a long command: each is announced, timed and listed in the summary at the end.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The stages run so far.
#[derive(Default)]
pub struct Stages {
    done: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    ok: bool,
    took: Duration,
}

impl Stages {
    /// Runs one stage. A stage that fails or cannot start counts as failed and the next one runs
    /// all the same, so that one call shows everything that is wrong.
    pub fn run(&mut self, name: &'static str, stage: impl FnOnce() -> Result<bool>) -> bool {
        eprintln!("== {name}");
        let started = now();
        let ok = stage().unwrap_or_else(|error| {
            eprintln!("xtask: {name}: {error:#}");
            false
        });
        self.done.push(Stage { name, ok, took: now().duration_since(started) });
        ok
    }

    /// Whether no stage failed.
    pub fn ok(&self) -> bool {
        self.done.iter().all(|stage| stage.ok)
    }

    /// One line for each stage with its wall time, and their sum.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let mut total = Duration::ZERO;
        for Stage { name, ok, took } in &self.done {
            total += *took;
            let result = if *ok { "ok" } else { "FAILED" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<8} {result:<6} {:>8.1} s", took.as_secs_f64());
        }
        let _ = writeln!(text, "{:<15} {:>8.1} s", "total", total.as_secs_f64());
        text
    }
}

#[expect(clippy::disallowed_methods, reason = "stages are measured on the machine's real clock")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_stage_fails_the_whole_and_the_next_one_still_runs() {
        let mut stages = Stages::default();
        assert!(!stages.run("fmt", || Ok(false)));
        assert!(!stages.run("clippy", || anyhow::bail!("cannot start")));
        assert!(stages.run("tests", || Ok(true)));
        assert!(!stages.ok());
        let summary = stages.summary();
        assert!(summary.contains("fmt      FAILED"), "{summary}");
        assert!(summary.contains("tests    ok"), "{summary}");
        assert_eq!(summary.lines().count(), 4);
    }

    #[test]
    fn stages_that_all_pass_are_ok() {
        let mut stages = Stages::default();
        stages.run("fmt", || Ok(true));
        assert!(stages.ok());
    }
}
