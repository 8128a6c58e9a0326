//! `webhook_out.deliver`: one published event to one subscriber. The bytes were made when the event
//! was published; address, headers and secrets are the subscriber's of the moment.

use domain::outcome::StepError;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::{Message, shoot};
use crate::native::Native;
use crate::native::input::{self, invalid, missing};
use crate::outbound::{Call, Executed, Outbound};

/// The secret that signs, and the one before it while that still counts.
pub const SECRETS: [&str; 2] = ["secret", "previous"];
/// The headers of the subscriber, as JSON: they may hold credentials.
pub const HEADERS: &str = "headers";

/// Delivers one event.
pub struct Deliver;

impl Native for Deliver {
    fn call<'a>(&'a self, out: &'a Outbound, call: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let message = message(call);
            shoot(out, call, message).await
        })
    }
}

fn message(call: &Call<'_>) -> Result<Message, StepError> {
    let subscriber = input::connection(call)?;
    let url = input::field(subscriber, "url").ok_or_else(|| missing("url"))?;
    let secrets = SECRETS.iter().filter_map(|key| input::secret(subscriber, key).cloned());
    let secrets: Vec<_> = secrets.collect();
    if secrets.is_empty() {
        return Err(missing("secret"));
    }
    let headers: Map<String, Value> = match input::secret(subscriber, HEADERS) {
        None => Map::new(),
        Some(text) => serde_json::from_str(text.expose()).map_err(|_| {
            invalid(
                HEADERS,
                (
                    "the headers of the subscriber cannot be read",
                    "заголовки получателя не читаются",
                ),
            )
        })?,
    };
    Ok(Message {
        id: input::text(call, "id").ok_or_else(|| missing("id"))?.into_owned(),
        url: input::url("url", url)?,
        secrets,
        headers,
        body: input::text(call, "body").ok_or_else(|| missing("body"))?.into_owned(),
    })
}
