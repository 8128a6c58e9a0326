//! Settings that people change while the server runs, and what is wrong with them.

use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, FlowId};
use crate::{Problem, Time, limits};

/// How the server sends its own letters. The password is kept apart, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Empty where the server asks for none.
    #[serde(default)]
    pub user: String,
    /// `Zveno <robot@example.org>` or the address alone.
    pub from: String,
}

impl Mail {
    /// What cannot be used.
    pub fn faults(&self) -> Vec<Problem> {
        let mut all = Vec::new();
        if self.host.trim().is_empty() || self.host.contains(char::is_whitespace) {
            all.push(fault(
                "host",
                "the name of a mail server is expected",
                "ожидается имя почтового сервера",
            ));
        }
        if self.port == 0 {
            all.push(fault("port", "a port is expected", "ожидается порт"));
        }
        if !["tls", "starttls", "none"].contains(&self.security.as_str()) {
            all.push(fault(
                "security",
                "tls, starttls or none is expected",
                "ожидается tls, starttls или none",
            ));
        }
        if !self.from.contains('@') || self.from.chars().any(char::is_control) {
            all.push(fault("from", "an e-mail address is expected", "ожидается адрес почты"));
        }
        all
    }
}

/// How long what is finished is kept, and how much room it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Rows of runs that went well; a flow may ask for another number of days.
    pub retention_days: u32,
    /// Bodies and requests of them.
    pub payload_days: u32,
    /// Failed and parked runs.
    pub failed_days: u32,
    /// Held events.
    pub held_days: u32,
    /// Size of the database at which the oldest finished things go before their time.
    pub budget_bytes: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            retention_days: limits::RETENTION_DAYS,
            payload_days: limits::RETENTION_DAYS,
            failed_days: limits::RETENTION_TROUBLE_DAYS,
            held_days: limits::RETENTION_TROUBLE_DAYS,
            budget_bytes: None,
        }
    }
}

impl Retention {
    /// What cannot be used.
    pub fn faults(&self) -> Vec<Problem> {
        let mut all = Vec::new();
        let most = limits::RETENTION_DAYS_MAX;
        let days = [
            ("retention_days", self.retention_days, 1),
            ("payload_days", self.payload_days, 1),
            ("failed_days", self.failed_days, 1),
            // They wait for a person, so a short time would lose them (semantics S12).
            ("held_days", self.held_days, limits::RETENTION_TROUBLE_DAYS),
        ];
        for (place, n, least) in days {
            if n < least || n > most {
                all.push(fault(
                    place,
                    &format!("from {least} to {most} days"),
                    &format!("от {least} до {most} дней"),
                ));
            }
        }
        if self.failed_days < self.retention_days {
            all.push(fault(
                "failed_days",
                "at least as long as what succeeded",
                "не меньше, чем для успешных",
            ));
        }
        if self.payload_days > self.retention_days {
            all.push(fault(
                "payload_days",
                "bodies cannot be kept longer than the rows that name them",
                "содержимое не может храниться дольше самих записей",
            ));
        }
        if self.budget_bytes.is_some_and(|b| b < limits::BUDGET_LEAST) {
            all.push(fault("budget_bytes", "at least 64 MiB", "не меньше 64 МиБ"));
        }
        all
    }
}

/// Where a workspace's alerts go, and which of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// Who gets letters; the owners if nobody is named.
    pub emails: Vec<String>,
    pub telegram: Option<Telegram>,
    /// An address that gets them as JSON.
    pub webhook: Option<String>,
    pub rules: Rules,
    pub digest: Digest,
    /// Nothing is said until then; it is all kept.
    pub muted_until: Option<Time>,
    pub flows: Vec<FlowAlerts>,
}

/// A chat, and the connection of the bot that writes there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telegram {
    pub connection: Option<ConnectionId>,
    pub chat: String,
}

/// What one flow has of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowAlerts {
    pub flow: FlowId,
    #[serde(default)]
    pub muted_until: Option<Time>,
    /// Hours without an event; other flows have the rule's.
    #[serde(default)]
    pub silence_hours: Option<u32>,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that people see")]
pub struct Rules {
    pub failures: Failures,
    /// A flow that had failed works again.
    pub recovery: bool,
    /// A flow that has events every day has none for this long.
    pub silence: Silence,
    pub connection_broken: bool,
    pub parked: bool,
    /// Something accepted was not begun for this long.
    pub waiting: Waiting,
    /// The database is near its budget, or the disk near its end.
    pub disk: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            failures: Failures::default(),
            recovery: true,
            silence: Silence::default(),
            connection_broken: true,
            parked: true,
            waiting: Waiting::default(),
            disk: true,
        }
    }
}

/// So many failed runs of a flow within so many minutes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failures {
    pub on: bool,
    pub count: u32,
    pub minutes: u32,
}

impl Default for Failures {
    fn default() -> Self {
        Self { on: true, count: 1, minutes: 60 }
    }
}

/// See [`Rules::silence`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Silence {
    pub on: bool,
    pub hours: u32,
}

impl Default for Silence {
    fn default() -> Self {
        Self { on: true, hours: 24 }
    }
}

/// See [`Rules::waiting`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Waiting {
    pub on: bool,
    pub minutes: u32,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { on: true, minutes: 15 }
    }
}

/// How often what happened is summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    #[default]
    Off,
    Daily,
    Weekly,
}

impl Alerts {
    /// What cannot be used.
    pub fn faults(&self) -> Vec<Problem> {
        let mut all = Vec::new();
        let bad = |e: &String| !e.contains('@') || e.chars().any(|c| c.is_control() || c == ',');
        if self.emails.len() > limits::ALERT_EMAILS || self.emails.iter().any(bad) {
            all.push(fault("emails", "up to 20 e-mail addresses", "до 20 адресов почты"));
        }
        if self
            .telegram
            .as_ref()
            .is_some_and(|t| t.connection.is_none() || t.chat.trim().is_empty())
        {
            all.push(fault(
                "telegram",
                "a connection and a chat are expected",
                "нужны подключение и чат",
            ));
        }
        let is_http = |u: &String| u.starts_with("https://") || u.starts_with("http://");
        if self.webhook.as_ref().is_some_and(|u| !is_http(u)) {
            all.push(fault(
                "webhook",
                "an address with http or https",
                "нужен адрес с http или https",
            ));
        }
        let r = &self.rules;
        let numbers = [
            ("rules.failures.count", r.failures.count, limits::ALERT_COUNT_MAX),
            ("rules.failures.minutes", r.failures.minutes, limits::ALERT_MINUTES_MAX),
            ("rules.silence.hours", r.silence.hours, limits::ALERT_HOURS_MAX),
            ("rules.waiting.minutes", r.waiting.minutes, limits::ALERT_MINUTES_MAX),
        ];
        let own = self.flows.iter().filter_map(|f| f.silence_hours);
        let own = own.map(|hours| ("flows", hours, limits::ALERT_HOURS_MAX));
        for (place, n, most) in numbers.into_iter().chain(own) {
            if n == 0 || n > most {
                all.push(fault(place, &format!("from 1 to {most}"), &format!("от 1 до {most}")));
            }
        }
        if self.flows.len() > limits::ALERT_FLOWS {
            all.push(fault("flows", "too many flows", "слишком много сценариев"));
        }
        all
    }

    /// What this flow has of its own.
    pub fn of(&self, flow: FlowId) -> Option<&FlowAlerts> {
        self.flows.iter().find(|f| f.flow == flow)
    }

    /// Whether nothing is said now, of anything or of this flow.
    pub fn is_muted(&self, flow: Option<FlowId>, now: Time) -> bool {
        let until = |t: Option<Time>| t.is_some_and(|t| t > now);
        until(self.muted_until)
            || flow.and_then(|f| self.of(f)).is_some_and(|f| until(f.muted_until))
    }
}

fn fault(place: &str, en: &str, ru: &str) -> Problem {
    Problem::error("field_invalid", place, en, ru)
}

/// Where the value of a setting comes from; each overrules those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Flag,
    Env,
    File,
    Database,
    Default,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_by_default_can_be_used() {
        assert!(Alerts::default().faults().is_empty());
        assert!(Retention::default().faults().is_empty());
        let empty: Alerts = serde_json::from_str("{}").unwrap();
        assert!(empty.rules.failures.on && empty.rules.parked && empty.digest == Digest::Off);
    }

    #[test]
    fn s12_held_events_cannot_be_kept_for_less_than_ninety_days() {
        let r = Retention { held_days: 89, ..Retention::default() };
        assert_eq!(r.faults()[0].place, "held_days");
        let r = Retention { payload_days: 31, ..Retention::default() };
        assert_eq!(r.faults()[0].place, "payload_days");
    }

    #[test]
    fn a_flow_may_be_muted_alone() {
        let flow = FlowId::new(Time(0));
        let own = FlowAlerts { flow, muted_until: Some(Time(10)), silence_hours: None };
        let a = Alerts { flows: vec![own], ..Alerts::default() };
        assert!(a.is_muted(Some(flow), Time(9)) && !a.is_muted(Some(flow), Time(10)));
        assert!(!a.is_muted(None, Time(9)));
    }
}
