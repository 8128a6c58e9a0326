//! `zveno connector check`: every fault of a folder with its file and line.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use connect::manifest::{Manifest, lines::Lines};
use connect::registry::{Connector, LoadError, Spotted};
use domain::{Lang, Problem};
use serde_json::{Value, json};

use super::folder::{Case, Folder};
use super::{lang, out};
use crate::ops::exit;

#[derive(clap::Args)]
pub struct Args {
    /// Folders of connectors, or folders of such folders.
    pub paths: Vec<PathBuf>,
    /// Also what the catalogue of the product asks for: texts in both languages, an icon, a proof
    /// of every delivery, and fixtures for every trigger and action, also of what goes wrong.
    #[arg(long)]
    pub strict: bool,
    /// The language of the messages: en or ru.
    #[arg(long, default_value = "en", value_parser = lang)]
    pub lang: Lang,
}

/// Checks the folders; warnings count only with --strict.
pub fn run(a: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let (mut found, mut checked) = (Vec::new(), 0usize);
    for folder in Folder::all(&a.paths)? {
        checked += 1;
        let file = folder.file();
        for s in problems(&folder, a.strict)? {
            if a.strict || s.problem.is_error() {
                found.push((file.clone(), s));
            } else if !json {
                out(&format!("warning: {}", s.text(&file, a.lang)));
            }
        }
    }
    if json {
        let all: Vec<Value> = found
            .iter()
            .map(|(file, s)| {
                json!({
                    "file": file, "line": s.at.map(|a| a.0), "column": s.at.map(|a| a.1),
                    "place": s.problem.place, "code": s.problem.code, "message": s.problem.message,
                })
            })
            .collect();
        out(&json!({ "checked": checked, "problems": all }).to_string());
    } else {
        for (file, s) in &found {
            out(&s.text(file, a.lang));
        }
        out(&format!("{checked} checked, {} problem(s)", found.len()));
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::PROBLEMS) })
}

fn problems(folder: &Folder, strict: bool) -> anyhow::Result<Vec<Spotted>> {
    let text = folder.text()?;
    let (connector, mut found) = match folder.connector()? {
        Ok(read) => read,
        Err(LoadError::Invalid { problems, .. }) => return Ok(problems),
        Err(LoadError::Read(e)) => {
            let at = e.line.zip(e.column);
            return Ok(vec![Spotted {
                at,
                problem: problem("not_readable", "", &e.message, &e.message),
            }]);
        }
        Err(e) => return Err(e.into()),
    };
    let cases = folder.cases();
    let mut more = around(folder, &connector, &cases);
    if strict {
        texts(&serde_json::from_str(&connector.manifest_json)?, "", &mut more);
        more.extend(wanted(&connector, &cases));
    }
    let lines = Lines::of(&text);
    found.extend(more.into_iter().map(|p| Spotted { at: lines.get(&p.place), problem: p }));
    Ok(found)
}

fn problem(code: &'static str, at: &str, en: &str, ru: &str) -> Problem {
    Problem::error(code, at, en, ru)
}

/// The name, the icon, and fixtures that can be read and name what is there.
fn around(folder: &Folder, c: &Connector, cases: &[Case]) -> Vec<Problem> {
    let mut out = Vec::new();
    let name = folder.path.canonicalize().ok();
    let name = name.and_then(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()));
    if name.as_deref().is_some_and(|n| n != c.name) {
        let (en, ru) = ("the folder has another name", "папка называется иначе");
        out.push(problem("folder_name", "name", en, ru));
    }
    if let Some(icon) = &c.manifest.display.icon {
        match std::fs::read(folder.path.join(icon)) {
            Ok(bytes) => {
                if let Some((code, why)) = connect::registry::folder::unfit(&bytes) {
                    out.push(problem(code, "display.icon", &why.en, &why.ru));
                }
            }
            Err(_) => out.push(problem(
                "icon_missing",
                "display.icon",
                "there is no such file",
                "нет такого файла",
            )),
        }
    }
    for case in cases {
        match &case.fixture {
            Err(e) => {
                let text = format!("fixtures/{}: {e}", case.name);
                out.push(problem("fixture", "", &text, &text));
            }
            Ok(f) => {
                let Some((kind, key)) = f.subject() else { continue };
                if !exists(c, kind, key) {
                    let en = format!("fixtures/{}: there is no {kind} {key}", case.name);
                    let ru = format!("fixtures/{}: нет такого: {kind} {key}", case.name);
                    out.push(problem("fixture_subject", "", &en, &ru));
                }
            }
        }
    }
    out
}

fn exists(c: &Connector, kind: &str, key: &str) -> bool {
    match kind {
        "action" => c.action(key).is_some(),
        "lookup" => c.lookup(key).is_some(),
        "test" | "login" => true,
        "revoke" => c.ways().iter().any(|w| w.oauth2.as_ref().is_some_and(|o| o.revoke.is_some())),
        _ => c.trigger(key).is_some(),
    }
}

/// Texts in one language only.
fn texts(v: &Value, at: &str, out: &mut Vec<Problem>) {
    match v {
        Value::Object(m) => {
            let only_text = m.keys().all(|k| k == "en" || k == "ru");
            if !m.is_empty() && only_text && m.len() < 2 {
                let (en, ru) =
                    ("the text is there in one language only", "текст только на одном языке");
                out.push(problem("text_language", at, en, ru));
            }
            for (k, v) in m {
                texts(v, &domain::flow::place::key(at, k), out);
            }
        }
        Value::Array(l) => {
            for (i, v) in l.iter().enumerate() {
                texts(v, &domain::flow::place::item(at, i), out);
            }
        }
        _ => {}
    }
}

/// What the catalogue of the product asks for.
fn wanted(c: &Connector, cases: &[Case]) -> Vec<Problem> {
    let m = &c.manifest;
    let mut out = Vec::new();
    if m.display.icon.is_none() {
        out.push(problem("icon_missing", "display", "there is no icon", "нет иконки"));
    }
    if m.display.categories.is_empty() {
        out.push(problem("no_category", "display", "there is no category", "нет категории"));
    }
    let (good, bad) = covered(cases);
    for (i, way) in c.ways().iter().enumerate() {
        let made = way.session.is_some() || way.jwt.is_some();
        if made && !good.contains("login ") {
            let at = domain::flow::place::item("connection.methods", i);
            out.push(missing(&at, "this log-in", "у входа"));
        }
    }
    for key in m.triggers.keys().filter(|k| c.trigger(k).is_some_and(has_fixtures)) {
        let at = format!("triggers.{key}");
        if !good.contains(&format!("trigger {key}")) && !good.contains(&format!("poll {key}")) {
            out.push(missing(&at, "this trigger", "у триггера"));
        }
        let subscribes = m.triggers[key].webhook.as_ref().is_some_and(|w| w.subscribe.is_some());
        if subscribes && !good.contains(&format!("subscribe {key}")) {
            out.push(missing(
                &format!("{at}.webhook.subscribe"),
                "this registration",
                "у регистрации",
            ));
        }
    }
    for (key, action) in &m.actions {
        let at = format!("actions.{key}");
        let code = connect::native::action(&c.name, key);
        let calls = !code.is_some_and(connect::native::Native::sends_nothing);
        if calls && !good.contains(&format!("action {key}")) {
            out.push(missing(&at, "this action", "у действия"));
        }
        let judges = !action.hidden;
        if judges && !bad.contains(&format!("action {key}")) {
            out.push(problem(
                "fixture_negative",
                &at,
                "no fixture shows what goes wrong with this action",
                "нет фикстуры с ошибкой этого действия",
            ));
        }
    }
    guides(m, &mut out);
    out
}

fn has_fixtures(t: &connect::registry::Trigger) -> bool {
    t.manifest.kind != connect::manifest::TriggerKind::Native
}

fn missing(at: &str, en: &str, ru: &str) -> Problem {
    let (en, ru) = (format!("no fixture shows {en}"), format!("{ru} нет фикстуры"));
    problem("fixture_missing", at, &en, &ru)
}

/// A trigger that the user sets up by hand says how.
fn guides(m: &Manifest, out: &mut Vec<Problem>) {
    for (key, t) in &m.triggers {
        let by_hand = t.webhook.as_ref().is_some_and(|w| w.subscribe.is_none());
        if by_hand && t.guide.is_none() && !t.hidden {
            out.push(problem(
                "guide_missing",
                &format!("triggers.{key}"),
                "the user pastes the address by hand, so a guide says where",
                "адрес вставляют вручную, поэтому нужен guide",
            ));
        }
    }
}

/// What the cases show: subjects that work, and subjects that fail.
fn covered(cases: &[Case]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut good, mut bad) = (BTreeSet::new(), BTreeSet::new());
    for f in cases.iter().filter_map(|c| c.fixture.as_ref().ok()) {
        let Some((kind, key)) = f.subject() else { continue };
        let subject = format!("{kind} {key}");
        let expect = f.expect.as_ref();
        let fails = expect.is_some_and(|e| {
            e.error.is_some() || e.outcome.as_deref().is_some_and(|o| o != "done")
        });
        if fails {
            bad.insert(subject)
        } else {
            good.insert(subject)
        };
    }
    (good, bad)
}
