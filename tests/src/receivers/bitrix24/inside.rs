//! The state of a portal and what every answer has in common.

use domain::Time;
use serde_json::{Map, Value, json};

use super::methods::Done;
use super::store::{Element, Multi, Store};
use super::{Entity, Failure};
use crate::receivers::Log;
use crate::receivers::http::Answer;

/// What the calls work on.
pub(super) struct Inside {
    pub(super) user: u32,
    pub(super) time: Time,
    pub(super) store: Store,
    pub(super) created: Log<Element>,
    pub(super) required: Vec<(String, String)>,
    pub(super) user_fields: Vec<Value>,
    pub(super) failures: Vec<(Option<String>, Failure)>,
    pub(super) wrong_code: Failure,
    pub(super) bucket: Option<Bucket>,
}

/// The leaky bucket of `limits.md`.
pub(super) struct Bucket {
    size: f64,
    per_second: f64,
    level: f64,
    at: Time,
}

impl Bucket {
    pub(super) fn new(size: u32, per_second: u32, at: Time) -> Bucket {
        Bucket { size: f64::from(size), per_second: f64::from(per_second), level: 0.0, at }
    }
}

impl Inside {
    pub(super) fn new(user: u32, time: Time, created: Log<Element>) -> Inside {
        Inside {
            user,
            time,
            store: Store::default(),
            created,
            required: Vec::new(),
            user_fields: Vec::new(),
            failures: Vec::new(),
            wrong_code: Failure::InvalidCredentials,
            bucket: None,
        }
    }

    pub(super) fn add(
        &mut self,
        entity: Entity,
        given: Map<String, Value>,
        multi: Vec<Multi>,
    ) -> Element {
        let date = json!(self.date());
        let own = json!({"STATUS_ID": "NEW", "STATUS_SEMANTIC_ID": "P", "OPENED": "Y",
            "ASSIGNED_BY_ID": self.user, "CREATED_BY_ID": self.user, "MODIFY_BY_ID": self.user,
            "CURRENCY_ID": "RUB", "DATE_CREATE": date, "DATE_MODIFY": date});
        let own = own.as_object().cloned().unwrap_or_default();
        let element = self.store.add(entity, given, own, multi);
        self.created.push(element.clone());
        element
    }

    pub(super) fn next_failure(&mut self, method: &str) -> Option<Failure> {
        let fits = |(only, _): &(Option<String>, _)| only.as_deref().is_none_or(|m| m == method);
        let at = self.failures.iter().position(fits)?;
        Some(self.failures.remove(at).1)
    }

    pub(super) fn admits(&mut self) -> bool {
        let now = self.time;
        let Some(bucket) = &mut self.bucket else {
            return true;
        };
        let leaked = now.since(bucket.at).std().as_secs_f64() * bucket.per_second;
        bucket.level = (bucket.level - leaked).max(0.0);
        bucket.at = now;
        if bucket.level + 1.0 > bucket.size {
            return false;
        }
        bucket.level += 1.0;
        true
    }

    pub(super) fn success(&self, done: &Done) -> Answer {
        let mut body = json!({ "result": done.result });
        if let Some((total, next)) = done.list {
            if let Some(next) = next {
                body["next"] = json!(next);
            }
            body["total"] = json!(total);
        }
        body["time"] = self.time_of_call();
        Answer::json(200, &body)
    }

    /// `time` of every answer (`limits.md`).
    pub(super) fn time_of_call(&self) -> Value {
        let seconds = std::time::Duration::from_micros(self.time.micros().unsigned_abs());
        let (start, date) = (seconds.as_secs_f64(), self.date());
        json!({"start": start, "finish": start + 0.01, "duration": 0.01, "processing": 0.005,
            "date_start": date, "date_finish": date,
            "operating_reset_at": self.time.secs() + 600, "operating": 0.1})
    }

    pub(super) fn date(&self) -> String {
        let at = jiff::Timestamp::from_microsecond(self.time.micros()).unwrap_or_default();
        at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
    }
}
