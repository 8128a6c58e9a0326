//! `cargo xtask bench`: the release build, measured three times; the median of each figure.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Map, Value};

use crate::cargo::{self, Workspace};

/// How often everything is measured: enough for a median to drop one bad run.
const RUNS: usize = 3;

#[derive(Args)]
pub struct Options {
    /// Arguments for `zveno bench`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Prints one JSON line for each figure of `zveno bench`, with medians in place of numbers.
pub fn bench(options: &Options) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let mut build = workspace.cargo(["build", "--release", "--workspace", "--bin", "zveno"]);
    if !cargo::succeeds(&mut build)? {
        bail!("the release did not build");
    }
    let mut runs = Vec::with_capacity(RUNS);
    for number in 1..=RUNS {
        eprintln!("== run {number} of {RUNS}");
        let output = Command::new(workspace.zveno("release"))
            .args(["bench", "--json"])
            .args(&options.args)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start zveno")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            eprint!("{text}");
            bail!("zveno bench failed ({})", output.status);
        }
        let found = figures(&text);
        if found.is_empty() {
            bail!("zveno bench printed no figures");
        }
        runs.push(found);
    }
    for figure in medians(&runs) {
        println!("{}", Value::Object(figure));
    }
    Ok(ExitCode::SUCCESS)
}

type Figure = Map<String, Value>;

/// The JSON objects among the lines of one run; other lines are for eyes.
fn figures(output: &str) -> Vec<Figure> {
    output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The figures of the first run with each number replaced by the median over all runs. Figures
/// belong together when all but their numbers is equal and they come in the same order.
fn medians(runs: &[Vec<Figure>]) -> Vec<Figure> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let mut seen: Vec<Figure> = Vec::new();
    let mut result = Vec::with_capacity(first.len());
    for figure in first {
        let label = label(figure);
        let nth = seen.iter().filter(|earlier| **earlier == label).count();
        let same: Vec<&Figure> = runs
            .iter()
            .filter_map(|run| run.iter().filter(|other| self::label(other) == label).nth(nth))
            .collect();
        result.push(median(figure, &same));
        seen.push(label);
    }
    result
}

fn label(figure: &Figure) -> Figure {
    let texts = figure.iter().filter(|(_, value)| !value.is_number());
    texts.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn median(figure: &Figure, same: &[&Figure]) -> Figure {
    let mut result = figure.clone();
    for (key, value) in &mut result {
        if value.is_number() {
            let mut values: Vec<&Value> = same
                .iter()
                .filter_map(|figure| figure.get(key))
                .filter(|v| v.is_number())
                .collect();
            values.sort_by(|a, b| {
                let number = |value: &Value| value.as_f64().unwrap_or_default();
                number(a).total_cmp(&number(b))
            });
            if let Some(middle) = values.get(values.len() / 2) {
                *value = (*middle).clone();
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(lines: &[&str]) -> Vec<Figure> {
        figures(&lines.join("\n"))
    }

    #[test]
    fn the_median_of_each_number_is_taken_on_its_own() {
        let runs = [
            run(&["warming up", r#"{"figure":"accept","per_s":300,"p99_ms":1.5}"#]),
            run(&[r#"{"figure":"accept","per_s":100,"p99_ms":9.5}"#]),
            run(&[r#"{"figure":"accept","per_s":200,"p99_ms":0.5}"#]),
        ];
        assert_eq!(medians(&runs), run(&[r#"{"figure":"accept","per_s":200,"p99_ms":1.5}"#]));
    }

    #[test]
    fn figures_with_one_label_are_paired_by_their_order() {
        let runs = [
            run(&[r#"{"figure":"a","size":1,"v":1}"#, r#"{"figure":"a","size":9,"v":50}"#]),
            run(&[r#"{"figure":"a","size":1,"v":3}"#, r#"{"figure":"a","size":9,"v":70}"#]),
            run(&[r#"{"figure":"a","size":1,"v":2}"#, r#"{"figure":"a","size":9,"v":60}"#]),
        ];
        let expected =
            run(&[r#"{"figure":"a","size":1,"v":2}"#, r#"{"figure":"a","size":9,"v":60}"#]);
        assert_eq!(medians(&runs), expected);
    }

    #[test]
    fn other_figures_stay_apart() {
        let runs = [run(&[r#"{"figure":"a","v":1}"#, r#"{"figure":"b","v":2}"#])];
        assert_eq!(medians(&runs), runs[0]);
        assert!(medians(&[]).is_empty());
    }
}
