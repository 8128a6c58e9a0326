//! Why a delivery or an event has no run, for a person. Reasons of the product's own are stable
//! words in the database; what was found in a delivery is kept in both languages.

use domain::{Lang, Text};

/// What to say of a stored reason.
pub fn words(reason: &str, lang: Lang) -> String {
    let own = OWN.iter().find(|(word, ..)| *word == reason);
    let text = own.map_or_else(|| Text::of_kept(reason), |(_, en, ru)| Text::new(*en, *ru));
    text.get(lang).to_owned()
}

/// The stable words.
pub const OWN: [(&str, &str, &str); 10] = [
    (
        "unpublished",
        "the flow is not published yet; the event waits",
        "сценарий ещё не опубликован; событие ждёт",
    ),
    ("paused", "paused when it came; the event waits", "пришло во время паузы; событие ждёт"),
    (
        "disabled",
        "the subscriber was switched off after failures; the event waits",
        "получатель отключён после ошибок; событие ждёт",
    ),
    (
        "connector_missing",
        "a connector of the flow is not installed; the event waits",
        "коннектор сценария не установлен; событие ждёт",
    ),
    (
        "trigger_invalid",
        "the trigger of the flow cannot be used; the event waits",
        "триггер сценария неисправен; событие ждёт",
    ),
    (
        "loop",
        "it went through this server too many times; the event waits",
        "прошло через этот сервер слишком много раз; событие ждёт",
    ),
    ("filter", "the connector leaves such events out", "коннектор пропускает такие события"),
    ("only_if", "the condition of the trigger was not met", "условие триггера не выполнено"),
    ("overlap", "the run before had not ended yet", "предыдущий запуск ещё не закончился"),
    ("test", "a test from the editor", "проверка из редактора"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_in_the_language_of_the_reader() {
        let text = Text::new("the signature is wrong", "подпись неверна").kept();
        assert_eq!(words(&text, Lang::En), "the signature is wrong");
        assert_eq!(words(&text, Lang::Ru), "подпись неверна");
        assert_eq!(words("only_if", Lang::Ru), "условие триггера не выполнено");
        assert_eq!(words("as an older server wrote it", Lang::Ru), "as an older server wrote it");
    }
}
