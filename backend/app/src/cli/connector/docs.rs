//! `zveno connector docs`: README.md of each connector, and the page of the catalogue.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use connect::manifest::{Field, Manifest, TriggerKind};
use domain::{Lang, Text};

use super::folder::Folder;
use super::{lang, out};
use crate::ops::exit;

#[derive(clap::Args)]
pub struct Args {
    /// Folders of connectors, or folders of such folders.
    pub paths: Vec<PathBuf>,
    /// The language: en or ru.
    #[arg(long, default_value = "en", value_parser = lang)]
    pub lang: Lang,
    /// Write nothing; exit code 4 if a page is not as it would be written.
    #[arg(long)]
    pub check: bool,
}

/// Writes the pages.
pub fn run(a: &Args) -> anyhow::Result<ExitCode> {
    let mut old = Vec::new();
    for folder in Folder::all(&a.paths)? {
        let (connector, _) = folder.connector()??;
        let file = folder.path.join("README.md");
        let text = page(&connector.manifest, a.lang);
        if fs::read_to_string(&file).is_ok_and(|have| have == text) {
            continue;
        }
        if a.check {
            old.push(file.display().to_string());
        } else {
            fs::write(&file, text).with_context(|| file.display().to_string())?;
            out(&format!("{} is written", file.display()));
        }
    }
    for f in &old {
        out(&format!("{f} is not as its manifest says; run zveno connector docs"));
    }
    Ok(if old.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::PROBLEMS) })
}

/// The words of the page around the manifest's own.
struct Words {
    connect: &'static str,
    triggers: &'static str,
    actions: &'static str,
    field: &'static str,
    meaning: &'static str,
    required: &'static str,
    secret: &'static str,
    gives: &'static str,
    unverified: &'static str,
    setup: &'static str,
    polls: &'static str,
}

const EN: Words = Words {
    connect: "Connecting",
    triggers: "Triggers",
    actions: "Actions",
    field: "field",
    meaning: "meaning",
    required: "required",
    secret: "secret",
    gives: "Gives",
    unverified: "Some facts here could not be confirmed in the service's documentation.",
    setup: "Setting up",
    polls: "The service is asked for new records from time to time.",
};

const RU: Words = Words {
    connect: "Подключение",
    triggers: "Триггеры",
    actions: "Действия",
    field: "поле",
    meaning: "смысл",
    required: "обязательно",
    secret: "секрет",
    gives: "На выходе",
    unverified: "Часть фактов здесь не удалось подтвердить документацией сервиса.",
    setup: "Настройка",
    polls: "Новые записи сервиса запрашиваются время от времени.",
};

/// The page of a connector.
fn page(m: &Manifest, lang: Lang) -> String {
    let w = if lang == Lang::Ru { &RU } else { &EN };
    let mut t = String::new();
    let d = &m.display;
    line(&mut t, &format!("# {}", d.title.get(lang)));
    line(&mut t, &format!("\n{}", d.description.get(lang)));
    let links: Vec<&str> = d.homepage.iter().chain(&d.docs).map(String::as_str).collect();
    if !links.is_empty() {
        line(&mut t, &format!("\n{}", links.join(" · ")));
    }
    if d.unverified {
        line(&mut t, &format!("\n> {}", w.unverified));
    }
    connection(&mut t, m, lang, w);
    if !m.triggers.is_empty() {
        line(&mut t, &format!("\n## {}", w.triggers));
    }
    for (key, trigger) in m.triggers.iter().filter(|(_, t)| !t.hidden) {
        heading(&mut t, &trigger.title, key, trigger.description.as_ref(), lang);
        if trigger.unverified {
            line(&mut t, &format!("\n> {}", w.unverified));
        }
        if trigger.kind == TriggerKind::Poll {
            line(&mut t, &format!("\n{}", w.polls));
        }
        if let Some(guide) = &trigger.guide {
            line(&mut t, &format!("\n{}:\n\n{}", w.setup, guide.get(lang).trim()));
        }
        fields(&mut t, &trigger.input, lang, w);
        gives(&mut t, &trigger.output, w);
    }
    if !m.actions.is_empty() {
        line(&mut t, &format!("\n## {}", w.actions));
    }
    for (key, action) in m.actions.iter().filter(|(_, a)| !a.hidden) {
        heading(&mut t, &action.title, key, action.description.as_ref(), lang);
        if action.unverified {
            line(&mut t, &format!("\n> {}", w.unverified));
        }
        fields(&mut t, &action.input, lang, w);
        gives(&mut t, &action.output, w);
    }
    t
}

fn line(t: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(t, "{text}");
}

fn heading(t: &mut String, title: &Text, key: &str, about: Option<&Text>, lang: Lang) {
    line(t, &format!("\n### {} (`{key}`)", title.get(lang)));
    if let Some(about) = about {
        line(t, &format!("\n{}", about.get(lang).trim()));
    }
}

fn connection(t: &mut String, m: &Manifest, lang: Lang, w: &Words) {
    let Some(c) = m.connection.as_ref().filter(|c| !c.methods.is_empty()) else { return };
    line(t, &format!("\n## {}", w.connect));
    if let Some(guide) = &m.display.guide {
        line(t, &format!("\n{}", guide.get(lang).trim()));
    }
    for method in &c.methods {
        line(t, &format!("\n### {} (`{}`)", method.title.get(lang), method.id));
        fields(t, &method.fields, lang, w);
    }
}

fn fields(t: &mut String, fields: &[Field], lang: Lang, w: &Words) {
    if fields.is_empty() {
        return;
    }
    line(t, &format!("\n| {} | {} | |\n|---|---|---|", w.field, w.meaning));
    for f in fields {
        let label = if f.label.is_empty() { f.key.clone() } else { f.label.get(lang).to_owned() };
        let help = f.help.as_ref().map(|h| h.get(lang)).unwrap_or_default();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut marks = Vec::new();
        if f.required {
            marks.push(w.required);
        }
        if f.secret {
            marks.push(w.secret);
        }
        let text = if help.is_empty() { label } else { format!("{label}. {help}") };
        let text = text.replace('|', "\\|");
        line(t, &format!("| `{}` | {text} | {} |", f.key, marks.join(", ")));
    }
}

fn gives(t: &mut String, output: &[Field], w: &Words) {
    if output.is_empty() {
        return;
    }
    let names: Vec<String> = output.iter().map(|f| format!("`{}`", f.key)).collect();
    line(t, &format!("\n{}: {}.", w.gives, names.join(", ")));
}
