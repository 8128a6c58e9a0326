//! The version of a PostgreSQL installation.

use std::path::Path;
use std::process::Command;

/// The major and minor number `postgres --version` prints, or nothing if it cannot run.
pub fn of(folder: &Path) -> Option<(u32, u32)> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)`; a pre-release such as `18beta1` has
/// the minor number 0.
fn parse(line: &str) -> Option<(u32, u32)> {
    let (_, version) = line.split_once("(PostgreSQL) ")?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let major = digits(version);
    let minor = version[major.len()..].strip_prefix('.').map(digits).unwrap_or_default();
    Some((major.parse().ok()?, minor.parse().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_numbers() {
        assert_eq!(parse("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some((15, 8)));
        assert_eq!(parse("postgres (PostgreSQL) 9.10"), Some((9, 10)));
        assert_eq!(parse("postgres (PostgreSQL) 18beta1"), Some((18, 0)));
    }

    #[test]
    fn another_program_has_no_version() {
        assert_eq!(parse("something 15.8"), None);
        assert_eq!(parse("postgres (PostgreSQL) next"), None);
        assert_eq!(of(Path::new("/nonexistent")), None);
    }
}
