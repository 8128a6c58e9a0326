//! What is said when something needs a person, in both languages.

use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, FlowId, RunId};
use crate::run::words;
use crate::{Lang, Text, Time};

words! {
    /// Why somebody is told.
    AlertKind {
        /// A flow began to fail.
        Failure = "failure",
        /// What was wrong is over.
        Recovery = "recovery",
        /// A flow that usually has events has none.
        Silence = "silence",
        /// The credentials of a connection do not work any more.
        Connection = "connection",
        /// Runs wait for a person.
        Parked = "parked",
        /// Something accepted was not begun for long.
        Waiting = "waiting",
        /// The room for the database is nearly used up.
        Disk = "disk",
        /// The sum of a day or a week.
        Digest = "digest",
        /// A person tries whether alerts arrive.
        Test = "test",
    }
}

words! {
    /// How an alert goes out.
    Channel { Email = "email", Telegram = "telegram", Webhook = "webhook" }
}

words! {
    /// What became of an alert at one receiver.
    NoticeState {
        /// It is to be sent, or to be tried again.
        Waiting = "waiting",
        Sent = "sent",
        /// Out of tries.
        Failed = "failed",
    }
}

/// The facts of an alert; which of them there are depends on its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// The flow or connection.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// What went wrong, masked like every error of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Text>,
    /// Of what it is the recovery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<AlertKind>,
    /// Runs, hours, minutes or percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The lines of a digest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowSum>,
}

/// What happened to one flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowSum {
    pub name: String,
    pub failed: i64,
    pub parked: i64,
    pub held: i64,
}

impl Detail {
    /// Where in the web UI a person looks further.
    pub fn path(&self, kind: AlertKind) -> String {
        match (kind, self.run, self.flow) {
            (AlertKind::Failure | AlertKind::Parked, Some(run), _) => format!("/runs/{run}"),
            (AlertKind::Connection, ..) => match self.connection {
                Some(id) => format!("/connections?edit={id}"),
                None => "/connections".into(),
            },
            (AlertKind::Disk, ..) => "/settings/retention".into(),
            (AlertKind::Test, ..) => "/settings/alerts".into(),
            (AlertKind::Digest | AlertKind::Waiting, ..) => "/overview".into(),
            (_, _, Some(flow)) => format!("/flows/{flow}"),
            _ => "/".into(),
        }
    }

    /// One line.
    pub fn title(&self, kind: AlertKind, lang: Lang) -> String {
        let (name, n) = (self.name.as_str(), self.number.unwrap_or(0));
        match (kind, lang) {
            (AlertKind::Failure, Lang::En) => format!("{name}: a run failed"),
            (AlertKind::Failure, Lang::Ru) => format!("{name}: запуск завершился ошибкой"),
            (AlertKind::Recovery, Lang::En) => format!("{name}: works again"),
            (AlertKind::Recovery, Lang::Ru) => format!("{name}: снова работает"),
            (AlertKind::Silence, Lang::En) => format!("{name}: no events for {n} h"),
            (AlertKind::Silence, Lang::Ru) => format!("{name}: нет событий уже {n} ч"),
            (AlertKind::Connection, Lang::En) => format!("Connection {name} no longer works"),
            (AlertKind::Connection, Lang::Ru) => format!("Подключение {name} больше не работает"),
            (AlertKind::Parked, Lang::En) => format!("{name}: a run waits for your decision"),
            (AlertKind::Parked, Lang::Ru) => format!("{name}: запуск ждёт вашего решения"),
            (AlertKind::Waiting, Lang::En) => format!("Accepted events have waited for {n} min"),
            (AlertKind::Waiting, Lang::Ru) => format!("Принятые события ждут уже {n} мин"),
            (AlertKind::Disk, Lang::En) => format!("The database uses {n} % of its room"),
            (AlertKind::Disk, Lang::Ru) => format!("База данных заняла {n} % отведённого места"),
            (AlertKind::Digest, Lang::En) => "What happened in your flows".into(),
            (AlertKind::Digest, Lang::Ru) => "Что происходило в ваших сценариях".into(),
            (AlertKind::Test, Lang::En) => "A test of alerts".into(),
            (AlertKind::Test, Lang::Ru) => "Проверка оповещений".into(),
        }
    }

    /// What it means and what to do, without the link.
    pub fn body(&self, kind: AlertKind, lang: Lang) -> String {
        let error = self.error.as_ref().map(|e| e.get(lang)).unwrap_or_default();
        let error = if error.is_empty() { String::new() } else { format!("{error}\n\n") };
        match (kind, lang) {
            (AlertKind::Failure, Lang::En) => format!("{error}Nothing is lost: look at the run, mend the cause and replay it. You are told again when the flow works."),
            (AlertKind::Failure, Lang::Ru) => format!("{error}Ничего не потеряно: посмотрите запуск, устраните причину и повторите его. Когда сценарий заработает, придёт ещё одно сообщение."),
            (AlertKind::Recovery, Lang::En) => "It works again. Runs that failed meanwhile can be replayed.".into(),
            (AlertKind::Recovery, Lang::Ru) => "Всё снова работает. Неудачные запуски можно повторить.".into(),
            (AlertKind::Silence, Lang::En) => "It usually has events every day. See whether the sender still sends to its address.".into(),
            (AlertKind::Silence, Lang::Ru) => "Обычно события приходят каждый день. Проверьте, что отправитель по-прежнему шлёт их на адрес сценария.".into(),
            (AlertKind::Connection, Lang::En) => format!("{error}Its runs wait and nothing is lost. Connect again; everything goes on by itself."),
            (AlertKind::Connection, Lang::Ru) => format!("{error}Запуски ждут, ничего не потеряно. Подключите заново, и всё продолжится само."),
            (AlertKind::Parked, Lang::En) => format!("{error}It is not known whether the last step was done, so it was not repeated. Say what became of it."),
            (AlertKind::Parked, Lang::Ru) => format!("{error}Неизвестно, выполнен ли последний шаг, поэтому он не повторялся. Решите, что с ним делать."),
            (AlertKind::Waiting, Lang::En) => "The server does not keep up, or a service does not answer. The events are safe and wait.".into(),
            (AlertKind::Waiting, Lang::Ru) => "Сервер не успевает, или сервис не отвечает. События сохранены и ждут.".into(),
            (AlertKind::Disk, Lang::En) => "From 90 % on the oldest finished runs are removed before their time; from 95 % on no events are accepted.".into(),
            (AlertKind::Disk, Lang::Ru) => "С 90 % самые старые завершённые запуски удаляются раньше срока, с 95 % события не принимаются.".into(),
            (AlertKind::Digest, _) => self.digest(lang),
            (AlertKind::Test, Lang::En) => "Alerts of this workspace arrive here.".into(),
            (AlertKind::Test, Lang::Ru) => "Оповещения этого пространства приходят сюда.".into(),
        }
    }

    fn digest(&self, lang: Lang) -> String {
        if self.flows.is_empty() {
            return match lang {
                Lang::En => "Nothing failed, nothing waits for you.".into(),
                Lang::Ru => "Ошибок не было, ничего не ждёт вашего решения.".into(),
            };
        }
        let line = |f: &FlowSum| {
            let FlowSum { name, failed, parked, held } = f;
            match lang {
                Lang::En => format!("{name}: {failed} failed, {parked} to decide, {held} held"),
                Lang::Ru => {
                    format!("{name}: ошибок {failed}, ждут решения {parked}, отложено {held}")
                }
            }
        };
        self.flows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_has_words_in_both_languages() {
        let d = Detail { name: "Orders".into(), number: Some(3), ..Detail::default() };
        for kind in AlertKind::ALL {
            for words in [Detail::title, Detail::body] {
                let (en, ru) = (words(&d, *kind, Lang::En), words(&d, *kind, Lang::Ru));
                assert!(!en.is_empty() && en != ru, "{kind:?}: {en}");
                assert!(ru.chars().any(|c| ('а'..='я').contains(&c)), "{ru}");
            }
        }
    }
}
