//! What is wrong with the settings of a subscriber.

use connect::limits;
use connect::native::{check_secret, checked_url, extra_header};
use domain::flow::read;
use domain::limits::{
    NAME_CHARS, SUBSCRIBER_EXTRA_BYTES, SUBSCRIBER_EXTRAS, SUBSCRIBER_TYPES, SUBSCRIBER_URL_CHARS,
};
use domain::outcome::StepError;
use domain::{Problem, Secret};
use mapping::json_size;
use serde_json::{Value, json};

use super::Settings;
use crate::manage::event_types::long;
use crate::manage::{Error, Manage};
use crate::publish::MEMBERS;

/// A secret that a person chose.
pub(super) fn secret(given: Secret) -> Result<Secret, Error> {
    check_secret(&given).map_err(|_| {
        Error::Problems(vec![Problem::error(
            "secret_short",
            "secret",
            "whsec_ and base64 of 24 to 64 bytes, or any text of at least 24 characters",
            "whsec_ и 24–64 байта в base64 либо любой текст от 24 знаков",
        )])
    })?;
    Ok(given)
}

impl Manage {
    /// Every problem of the settings, each at its field.
    pub(super) async fn problems(&self, s: &Settings) -> Result<Vec<Problem>, Error> {
        let mut out: Vec<Problem> = Vec::new();
        if s.name.trim().is_empty() {
            out.push(Problem::error("empty", "name", "a name is needed", "нужно имя"));
        }
        out.extend(long("name", &s.name, NAME_CHARS));
        out.extend(long("url", &s.url, SUBSCRIBER_URL_CHARS));
        if let Err(e) = checked_url("url", &s.url) {
            out.push(of_field("url", &e));
        }
        if let Some(Err(e)) = s.rate.as_deref().map(limits::rate) {
            out.push(of_field("rate", &e));
        }
        extras(s, &mut out);
        if s.types.len() > SUBSCRIBER_TYPES {
            out.push(many("types", SUBSCRIBER_TYPES));
        }
        for (i, name) in s.types.iter().enumerate() {
            if self.db.event_type(self.workspace, name).await?.is_none() {
                out.push(Problem::error(
                    "event_type_unknown",
                    format!("types[{i}]"),
                    format!("there is no event type \"{name}\""),
                    format!("нет типа события «{name}»"),
                ));
            }
        }
        if let Some(filter) = &s.filter {
            out.extend(self.condition(filter)?);
        }
        Ok(out)
    }

    /// The problems of a condition: checked where it would stand in a flow.
    fn condition(&self, filter: &Value) -> Result<Vec<Problem>, Error> {
        let mut document = self.carrier("subscriber")?;
        document["trigger"]["only_if"] = filter.clone();
        let problems = match read::read(&document) {
            Err(problems) => problems,
            Ok(flow) => mapping::check::check(&flow, self.registry.as_ref()),
        };
        let own = problems.into_iter().filter(Problem::is_error).filter_map(|p| {
            let below = p.place.strip_prefix("trigger.only_if")?.to_owned();
            Some(Problem { place: format!("filter{below}"), ..p })
        });
        Ok(own.collect())
    }
}

fn extras(s: &Settings, out: &mut Vec<Problem>) {
    if s.headers.len() > SUBSCRIBER_EXTRAS {
        out.push(many("headers", SUBSCRIBER_EXTRAS));
    }
    if s.properties.len() > SUBSCRIBER_EXTRAS {
        out.push(many("properties", SUBSCRIBER_EXTRAS));
    }
    let sizes = [
        ("headers", json_size(&json!(s.headers))),
        ("properties", json_size(&Value::Object(s.properties.clone()))),
    ];
    for (place, _) in sizes.iter().filter(|(_, n)| *n > SUBSCRIBER_EXTRA_BYTES) {
        out.push(Problem::error(
            "too_long",
            *place,
            format!("at most {SUBSCRIBER_EXTRA_BYTES} bytes together"),
            format!("вместе не больше {SUBSCRIBER_EXTRA_BYTES} байт"),
        ));
    }
    for (name, value) in &s.headers {
        if let Err(e) = extra_header(name, value.as_deref().unwrap_or_default()) {
            out.push(of_field(&format!("headers.{name}"), &e));
        }
    }
    for name in s.properties.keys().filter(|n| MEMBERS.contains(&n.as_str())) {
        out.push(Problem::error(
            "member_taken",
            format!("properties.{name}"),
            "every message has a member of this name already",
            "такое поле уже есть в каждом сообщении",
        ));
    }
}

fn of_field(place: &str, e: &StepError) -> Problem {
    let said = e.text();
    Problem::error("field_invalid", place, said.en, said.ru)
}

fn many(place: &str, most: usize) -> Problem {
    Problem::error("too_many", place, format!("at most {most}"), format!("не больше {most}"))
}
