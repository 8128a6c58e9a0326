//! Event types: declare, change, forget.

use domain::limits::{EVENT_TYPES, NAME_CHARS, NOTE_CHARS, PUBLISH_BYTES};
use domain::subscriber::{EventType, is_type_name};
use domain::{Problem, Time};
use mapping::{Schema, json_size};
use serde_json::Value;

use super::{Error, Manage};

/// What a person says of an event type.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    pub title: String,
    pub description: String,
    /// JSON Schema of the payload.
    pub schema: Option<Value>,
    /// A payload that fits it.
    pub sample: Option<Value>,
}

impl Manage {
    /// Declares an event type; a name that is there already is refused.
    pub async fn add_event_type(&self, name: &str, d: Declared) -> Result<EventType, Error> {
        let mut problems = check(&d);
        if !is_type_name(name) {
            problems.push(Problem::error(
                "event_type_name",
                "name",
                "a name is words of A-Z, a-z, 0-9, _ and - with dots between them",
                "имя — слова из A-Z, a-z, 0-9, _ и -, разделённые точками",
            ));
        }
        refuse(problems)?;
        if self.event_types(None, domain::limits::PAGE_MAX).await?.len() >= EVENT_TYPES {
            return Err(Error::conflict(
                format!("there are {EVENT_TYPES} event types already"),
                format!("типов событий уже {EVENT_TYPES}, больше нельзя"),
            ));
        }
        match self.db.create_event_type(self.row(name, d)).await {
            Err(store::Error::Taken(_)) => {
                return Err(Error::conflict(
                    format!("there is already an event type \"{name}\""),
                    format!("тип события «{name}» уже есть"),
                ));
            }
            other => other?,
        }
        self.event_type(name).await
    }

    /// Changes an event type; what waits to be delivered was published already.
    pub async fn change_event_type(&self, name: &str, d: Declared) -> Result<EventType, Error> {
        self.event_type(name).await?;
        refuse(check(&d))?;
        self.db.update_event_type(self.row(name, d)).await?;
        self.event_type(name).await
    }

    pub async fn event_type(&self, name: &str) -> Result<EventType, Error> {
        let found = self.db.event_type(self.workspace, name).await?;
        found.ok_or_else(|| Error::missing("event type", name))
    }

    /// Event types by name, after the given one.
    pub async fn event_types(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EventType>, Error> {
        Ok(self.db.event_types(self.workspace, after, limit).await?)
    }

    /// Forgets an event type: steps that publish it fail from now on.
    pub async fn delete_event_type(&self, name: &str) -> Result<(), Error> {
        match self.db.delete_event_type(self.workspace, name).await {
            Err(store::Error::NotFound) => Err(Error::missing("event type", name)),
            other => Ok(other?),
        }
    }

    fn row(&self, name: &str, d: Declared) -> EventType {
        let Declared { title, description, schema, sample } = d;
        let (workspace, name) = (self.workspace, name.to_owned());
        let (created_at, updated_at) = (Time::default(), Time::default());
        EventType { workspace, name, title, description, schema, sample, created_at, updated_at }
    }
}

pub(super) fn refuse(problems: Vec<Problem>) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Problems(problems)) }
}

/// The problem of a text that is too long.
pub(super) fn long(place: &str, text: &str, most: usize) -> Option<Problem> {
    (text.chars().count() > most).then(|| {
        Problem::error(
            "too_long",
            place,
            format!("at most {most} characters"),
            format!("не больше {most} знаков"),
        )
    })
}

fn check(d: &Declared) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    problems.extend(long("title", &d.title, NAME_CHARS));
    problems.extend(long("description", &d.description, NOTE_CHARS));
    let sample = d.sample.as_ref();
    if sample.is_some_and(|s| json_size(s) > PUBLISH_BYTES) {
        problems.push(Problem::error(
            "too_long",
            "sample",
            format!("at most {PUBLISH_BYTES} bytes"),
            format!("не больше {PUBLISH_BYTES} байт"),
        ));
    }
    match d.schema.as_ref().map(Schema::read) {
        None => {}
        Some(Err(faults)) => problems.extend(faults.into_iter().map(|p| {
            let place = format!("schema{}", p.place);
            Problem { place, ..p }
        })),
        Some(Ok(schema)) => {
            let misfits = sample.map(|s| schema.misfits(s)).unwrap_or_default();
            problems.extend(misfits.into_iter().map(|m| {
                let dot = if m.place.is_empty() || m.place.starts_with('[') { "" } else { "." };
                let place = format!("sample{dot}{}", m.place);
                Problem::error("sample_misfit", place, m.message.en, m.message.ru)
            }));
        }
    }
    problems
}
