//! `zveno.toml`: what flags and the environment say, in a file. They win over it. Its keys are the
//! names of the flags with `_` for `-`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use domain::secret::MASK;
use serde_json::{Value, json};

/// The file that is read when no other is named.
const NAME: &str = "zveno.toml";
/// The flag that names one.
const FLAG: &str = "--config";
/// The variable that names one.
const VARIABLE: &str = "ZVENO_CONFIG";
/// The commands that have settings of their own beside the common ones.
const COMMANDS: [&str; 2] = ["serve", "config"];
/// Flags that are no settings.
const NO_SETTING: [&str; 4] = ["config", "json", "help", "version"];

/// What the file says.
#[derive(Debug, Default)]
pub struct File {
    path: Option<PathBuf>,
    values: BTreeMap<String, Vec<String>>,
}

impl File {
    /// Reads the file that the words or the environment name, or the usual one if it is there.
    ///
    /// # Errors
    /// It cannot be read, or is no TOML of plain values.
    #[expect(clippy::disallowed_methods, reason = "only `config` reads the environment")]
    pub fn find(words: &[OsString]) -> anyhow::Result<Self> {
        match named(words).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from)) {
            Some(path) => Self::read(path, true),
            None => Self::read(PathBuf::from(NAME), false),
        }
    }

    fn read(path: PathBuf, must: bool) -> anyhow::Result<Self> {
        let text = match fs::read_to_string(&path) {
            Ok(t) => t,
            Err(e) if e.kind() == ErrorKind::NotFound && !must => return Ok(Self::default()),
            Err(e) => return Err(e).with_context(|| format!("cannot read {}", path.display())),
        };
        let values = parse(&text).with_context(|| path.display().to_string())?;
        Ok(Self { path: Some(path), values })
    }

    /// Puts the values of the file below flags and environment.
    ///
    /// # Errors
    /// The file has a key that is no setting.
    pub fn under(&self, mut command: Command) -> anyhow::Result<Command> {
        let known: Vec<String> = COMMANDS
            .iter()
            .filter_map(|name| command.find_subcommand(name))
            .chain([&command])
            .flat_map(|c| c.get_arguments().filter(|a| is_setting(a)).map(key))
            .collect();
        for name in self.values.keys() {
            if !known.contains(name) {
                let near = domain::problem::nearest(name, known.iter().map(String::as_str));
                let hint = near.map(|n| format!(", did you mean {n}?")).unwrap_or_default();
                bail!("{}: there is no setting {name}{hint}", self.name());
            }
        }
        for name in COMMANDS {
            command = command.mut_subcommand(name, |c| c.mut_args(|a| self.on(a)));
        }
        Ok(command.mut_args(|a| self.on(a)))
    }

    fn on(&self, arg: Arg) -> Arg {
        match self.values.get(&key(&arg)) {
            Some(values) if is_setting(&arg) => arg.default_values(values.clone()),
            _ => arg,
        }
    }

    fn name(&self) -> String {
        self.path.as_ref().map(|p| p.display().to_string()).unwrap_or_default()
    }

    /// Every setting with its value and where it comes from. Secrets are masked.
    pub fn explain(&self, command: &Command, matches: &ArgMatches) -> Value {
        let (name, own) = matches.subcommand().unwrap_or(("", matches));
        let sub = command.find_subcommand(name).into_iter();
        let all = sub.flat_map(Command::get_arguments).chain(command.get_arguments());
        let rows: Vec<Value> = all.filter(|a| is_setting(a)).map(|a| self.row(a, own)).collect();
        json!({ "file": self.path, "settings": rows })
    }

    fn row(&self, arg: &Arg, matches: &ArgMatches) -> Value {
        let id = arg.get_id().as_str();
        let source = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "env",
            _ if self.values.contains_key(&key(arg)) => "file",
            _ => "default",
        };
        let raw = matches.try_get_raw(id).ok().flatten();
        let words = raw.map(|r| r.map(|v| v.to_string_lossy().into_owned()).collect::<Vec<_>>());
        let value = match words {
            None => Value::Null,
            Some(_) if arg.is_hide_env_values_set() => json!(MASK),
            Some(words) => json!(words.join(",")),
        };
        json!({ "key": key(arg), "value": value, "source": source, "locked": source != "default" })
    }
}

/// The file that `--config FILE` or `--config=FILE` names.
fn named(words: &[OsString]) -> Option<PathBuf> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == FLAG {
            return words.next().map(PathBuf::from);
        }
        if let Some(path) = word.to_str().and_then(|w| w.strip_prefix(FLAG)?.strip_prefix('=')) {
            return Some(path.into());
        }
    }
    None
}

fn is_setting(arg: &Arg) -> bool {
    let long = arg.get_long().is_some_and(|l| !NO_SETTING.contains(&l));
    long && arg.get_env().is_some() && arg.get_id() != "failpoint"
}

fn key(arg: &Arg) -> String {
    arg.get_long().unwrap_or_default().replace('-', "_")
}

fn parse(text: &str) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let table: toml::Table = text.parse()?;
    let mut out = BTreeMap::new();
    for (name, value) in table {
        let values = match &value {
            toml::Value::Array(all) => all.iter().map(|v| plain(&name, v)).collect(),
            one => plain(&name, one).map(|v| vec![v]),
        };
        out.insert(name, values?);
    }
    Ok(out)
}

fn plain(name: &str, value: &toml::Value) -> anyhow::Result<String> {
    Ok(match value {
        toml::Value::String(s) => s.clone(),
        toml::Value::Integer(n) => n.to_string(),
        toml::Value::Boolean(b) => b.to_string(),
        _ => bail!("{name} must be a text, a whole number, true or false, or a list of those"),
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::cli::Cli;

    fn file(text: &str) -> File {
        File { path: Some("zveno.toml".into()), values: parse(text).unwrap() }
    }

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    fn served(file: &File, text: &str) -> (ArgMatches, Cli) {
        let command = file.under(Cli::command()).unwrap();
        let matches = command.try_get_matches_from(words(text)).unwrap();
        let cli = Cli::from_arg_matches(&matches).unwrap();
        (matches, cli)
    }

    #[test]
    fn a_file_is_below_the_flags() {
        let f = file(
            "public_url = \"https://a.example\"\nlisten = \"127.0.0.1:9000\"\nbacklog = 7\n\
             allow_networks = [\"10.0.0.0/8\", \"127.0.0.0/8\"]\nlog_json = true\n",
        );
        let (_, cli) = served(&f, "zveno serve --listen 127.0.0.1:9001");
        assert_eq!(cli.data.public_url.as_deref(), Some("https://a.example"));
        assert_eq!((cli.data.backlog, cli.data.allow_networks.len()), (7, 2));
        let args = cli.serve_args().unwrap();
        assert_eq!((args.listen.port(), args.log_json), (9001, true));
    }

    #[test]
    fn each_setting_says_where_it_comes_from() {
        let f = file("workers = 3\ndatabase_url = \"postgres://a:hunter2@b/c\"\n");
        let command = f.under(Cli::command()).unwrap();
        let matches = command.clone().try_get_matches_from(words("zveno config --backlog 5"));
        let all = f.explain(&command, &matches.unwrap());
        let of = |key: &str| {
            let rows = all["settings"].as_array().unwrap();
            rows.iter().find(|r| r["key"] == key).unwrap().clone()
        };
        assert_eq!(
            of("workers"),
            json!({ "key": "workers", "value": "3", "source": "file", "locked": true })
        );
        assert_eq!(
            (&of("backlog")["value"], &of("backlog")["source"]),
            (&json!("5"), &json!("flag"))
        );
        assert_eq!(
            (&of("listen")["source"], &of("listen")["locked"]),
            (&json!("default"), &json!(false))
        );
        assert_eq!(of("public_url")["value"], Value::Null);
        assert!(!all.to_string().contains("hunter2"));
    }

    #[test]
    fn unknown_keys_and_odd_values_are_named() {
        let e = file("databse_url = \"x\"").under(Cli::command()).unwrap_err();
        assert_eq!(
            e.to_string(),
            "zveno.toml: there is no setting databse_url, did you mean database_url?"
        );
        assert!(parse("listen = 1.5").unwrap_err().to_string().starts_with("listen must be"));
        assert!(parse("[serve]\nlisten = \"x\"").is_err());
    }

    #[test]
    fn the_file_is_named_by_a_flag() {
        assert_eq!(named(&words("zveno serve --config a.toml")), Some("a.toml".into()));
        assert_eq!(named(&words("zveno --config=b.toml serve")), Some("b.toml".into()));
        assert_eq!(named(&words("zveno serve")), None);
    }
}
