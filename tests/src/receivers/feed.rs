//! A service that lists records by the time of their last change: `GET /records?since=&page=&size=`,
//! and `GET /me` for the test of a connection. Records may share a time, and may appear later than
//! their time says.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Time;
use mapping::moment;
use serde_json::{Value, json};

use super::http::{Answer, HttpReceiver, Options, Received};

/// A running service.
pub struct Feed {
    http: HttpReceiver,
    records: Arc<Mutex<Vec<(Time, String)>>>,
}

impl Feed {
    /// Starts without records.
    pub async fn start_with(options: Options) -> io::Result<Feed> {
        let http = HttpReceiver::start_with(options).await?;
        let records: Arc<Mutex<Vec<(Time, String)>>> = Arc::default();
        let kept = records.clone();
        http.respond(move |r| answer(r, &kept.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(Feed { http, records })
    }

    /// The server: its script goes before the records.
    pub fn http(&self) -> &HttpReceiver {
        &self.http
    }

    /// Adds a record that was changed at `at`.
    pub fn add(&self, id: &str, at: Time) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.push((at, id.to_owned()));
        records.sort();
    }

    /// How often a list was asked for, its pages counted one by one.
    pub fn asked(&self) -> usize {
        self.http.log().all().iter().filter(|r| r.path == "/records").count()
    }
}

fn answer(request: &Received, records: &[(Time, String)]) -> Answer {
    if request.path == "/me" {
        return Answer::json(200, &json!({ "name": "feed" }));
    }
    let query = request.query_pairs();
    let given = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let number = |name, or| given(name).and_then(|n| n.parse().ok()).unwrap_or(or);
    let since = given("since").and_then(|t| moment::parse(&Value::from(t), "UTC"));
    let (page, size): (usize, usize) = (number("page", 1), number("size", 100));
    let listed = records
        .iter()
        .filter(|(at, _)| since.is_none_or(|s| *at >= s))
        .skip((page - 1) * size)
        .take(size)
        .map(|(at, id)| json!({ "id": id, "at": moment::rfc3339(*at) }));
    Answer::json(200, &json!({ "records": listed.collect::<Vec<_>>() }))
}
