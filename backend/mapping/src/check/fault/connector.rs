//! Faults of the connectors, versions, triggers and actions that a flow names.

use domain::Problem;

use super::{meant, meant_or_all, strs};

pub fn unknown_connector(place: &str, name: &str, known: &[String]) -> Problem {
    let (en, ru) = meant(name, strs(known));
    Problem::error(
        "unknown_connector",
        place,
        format!("unknown connector \"{name}\"{en}"),
        format!("неизвестный коннектор «{name}»{ru}"),
    )
}

pub fn version_missing(place: &str, full: &str) -> Problem {
    Problem::error(
        "version_missing",
        place,
        format!("the version is missing, the newest is {full}"),
        format!("не указана версия, самая новая — {full}"),
    )
}

pub fn unknown_version(place: &str, name: &str, version: &str, newest: &str) -> Problem {
    Problem::error(
        "unknown_version",
        place,
        format!("version {version} of \"{name}\" is not installed, the newest is {newest}"),
        format!("версия {version} коннектора «{name}» не установлена, самая новая — {newest}"),
    )
}

pub fn unknown_trigger(place: &str, connector: &str, key: &str, known: &[String]) -> Problem {
    let (en, ru) = meant_or_all(key, &strs(known));
    Problem::error(
        "unknown_trigger",
        place,
        format!("\"{connector}\" has no event \"{key}\"{en}"),
        format!("у «{connector}» нет события «{key}»{ru}"),
    )
}

pub fn unknown_action(place: &str, connector: &str, key: &str, known: &[String]) -> Problem {
    let (en, ru) = meant_or_all(key, &strs(known));
    Problem::error(
        "unknown_action",
        place,
        format!("\"{connector}\" has no action \"{key}\"{en}"),
        format!("у «{connector}» нет действия «{key}»{ru}"),
    )
}

pub fn connection_missing(place: &str, connector: &str) -> Problem {
    Problem::error(
        "connection_missing",
        place,
        format!("choose a connection to \"{connector}\""),
        format!("выберите подключение к «{connector}»"),
    )
}

pub fn connection_unused(place: &str, connector: &str) -> Problem {
    Problem::warning(
        "connection_unused",
        place,
        format!("this action of \"{connector}\" uses no connection"),
        format!("это действие «{connector}» не использует подключение"),
    )
}

pub fn no_check(place: &str) -> Problem {
    Problem::error(
        "no_check",
        place,
        "this action cannot check whether it worked, choose retry or park",
        "это действие не умеет проверять, выполнено ли оно; выберите retry или park",
    )
}
