//! A stream of server-sent events (HTML Living Standard, section 9.2). A reader that comes back
//! with the last id it saw misses nothing; where that cannot be promised it is told `reset` and
//! looks at everything anew.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use domain::{Lang, limits};
use engine::live::{Change, Note, Reader, Topic};
use futures::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::AppState;
use crate::v1::deliveries::dto::{DeliveryItem, EventItem};
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::replays::dto::ReplayBody;
use crate::v1::runs::dto::RunItem;
use crate::v1::runs::names::Versions;
use crate::v1::words::word;
use crate::v1::{Language, Viewer};

/// What a stream is about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `deliveries`, `events`, `runs`, `replays`, `run:ID` or `flow:ID`, separated by commas.
    pub topics: String,
    /// The last id that was seen, for readers that cannot send the header `Last-Event-ID`.
    pub last_event_id: Option<String>,
}

impl Which {
    fn topics(&self) -> Result<Vec<Topic>, Problem> {
        let mut out = Vec::new();
        for text in self.topics.split(',').map(str::trim).filter(|t| !t.is_empty()) {
            out.extend(word("topics", Some(text), Topic::parse)?);
        }
        if out.is_empty() || out.len() > limits::LIVE_TOPICS {
            let most = limits::LIVE_TOPICS;
            let (en, ru) = (format!("1 to {most} topics"), format!("от 1 до {most} тем"));
            return Err(Problem::field("topics", en, ru));
        }
        Ok(out)
    }
}

/// Streams what changes: `delivery`, `event`, `run` and `replay` have the thing as it is now;
/// `reset` means that everything is to be looked at anew, and `here` that nothing happened up to
/// its id.
#[utoipa::path(
    get,
    path = "/stream",
    tag = "live",
    operation_id = "open_stream",
    params(
        Which,
        ("workspace" = Option<String>, Query,
            description = "The workspace, for readers that cannot send the header Zveno-Workspace"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = "default", body = Body)
    ),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn open(
    caller: Viewer,
    State(state): State<AppState>,
    Language(lang): Language,
    headers: HeaderMap,
    Asked(w): Asked<Which>,
) -> Result<Response, Problem> {
    let topics = w.topics()?;
    let manage = caller.manage();
    for t in &topics {
        match t {
            Topic::Run(id) => drop(manage.run_view(*id).await?),
            Topic::Flow(id) => manage.has_flow(*id).await?,
            _ => {}
        }
    }
    let header = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    // A place that cannot be read is one that nobody gave: look at everything anew.
    let last = header.or(w.last_event_id.as_deref()).filter(|t| !t.is_empty());
    let last = last.map(|t| t.parse().unwrap_or(i64::MAX));
    let reader = Reader::open(&state.engine.shared, caller.workspace, topics, last).await?;
    let names = Versions::new(manage, lang);
    let mut r = Sse::new(notes(reader, names, lang)).into_response();
    // Proxies are not to gather it (nginx, module ngx_http_proxy).
    r.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(r)
}

fn notes(
    reader: Reader,
    names: Versions,
    lang: Lang,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((reader, names), move |(mut reader, mut names)| async move {
        let note = reader.next().await?;
        let event = event(&note, &mut names, lang).await;
        Some((Ok(event), (reader, names)))
    })
}

async fn event(note: &Note, names: &mut Versions, lang: Lang) -> Event {
    let with = |e: Event, place: Option<i64>| match place {
        Some(place) => e.id(place.to_string()),
        None => e,
    };
    match note {
        Note::Reset { place } => with(Event::default().event("reset").data("{}"), Some(*place)),
        // A script of a page is not shown the id of a comment, and needs the place: its next stream,
        // for other topics, goes on from there.
        Note::Silent { place: Some(place) } => with(said("here", &()), Some(*place)),
        Note::Silent { place: None } => Event::default().comment("here"),
        Note::Changed { change, place } => {
            let e = match change {
                Change::Delivery(d) => said("delivery", &DeliveryItem::new(d, lang)),
                Change::Event(_, e) => said("event", &EventItem::new(e, lang)),
                Change::Run(r) => {
                    // A name that cannot be read now is better missing than the news.
                    let item = names.item(r).await.unwrap_or_else(|_| RunItem::new(r, lang));
                    said("run", &item)
                }
                Change::Replay(r) => said("replay", &ReplayBody::new(r, lang)),
            };
            with(e, *place)
        }
    }
}

fn said(name: &str, what: &impl Serialize) -> Event {
    let text = serde_json::to_string(what).unwrap_or_else(|_| "{}".into());
    Event::default().event(name).data(text)
}
