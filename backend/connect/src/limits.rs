//! What one call of an action shares with other calls: its host, the limits of its connector and of
//! its connection, and what the service's answers announce of them. Pure; the counting is done
//! where calls are made.

use domain::connection::Connection;
use domain::journal::Exchange;
use domain::outcome::StepError;
use domain::secret::MASK;
use domain::{Code, Span, Time};
use mapping::Context;
use serde_json::{Map, Value, json};
use url::Url;

pub use crate::registry::compiled::limit::{Allowed, Rate};

use crate::manifest::LimitScope;
use crate::outbound::pause;
use crate::registry::compiled::Limit;
use crate::registry::{Action, Connector};
use crate::template::{Look, Uuids};

/// The field of any connection with a limit of its own, such as `5/1s`.
pub const RATE_FIELD: &str = "rate_limit";
/// The field of any connection with the calls that may be under way at once.
pub const CONCURRENT_FIELD: &str = "concurrent";

/// A limit that a call is under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Calls with the same text share the limit.
    pub of: String,
    pub allowed: Allowed,
    /// Shared by more than the calls of one connection: "slow down" is meant for all of them.
    pub wide: bool,
    /// Holds for all calls of the connection, whatever they are and whatever their data.
    pub whole: bool,
}

/// The limits of a call; without an action it is one that belongs to a trigger.
///
/// # Errors
/// A template of a limit cannot be rendered.
pub fn applied(
    connector: &Connector,
    action: Option<&Action>,
    connection: Option<&Connection>,
    input: &Value,
) -> Result<Vec<Applied>, StepError> {
    let own = connection.map(own).unwrap_or_default();
    let of_action = action.map_or(("", &[][..]), |a| (a.key.as_str(), a.limits.as_slice()));
    let places = [("", connector.http.limits.as_slice()), of_action];
    if own.is_empty() && places.iter().all(|(_, l)| l.is_empty()) {
        return Ok(Vec::new());
    }
    let call = Of { connector, action, connection, input };
    let mut out = Vec::new();
    for (place, limits) in places {
        for (i, limit) in limits.iter().enumerate() {
            out.extend(call.limit(limit, &format!("{}/{place}/{i}", connector.name))?);
        }
    }
    let id = connection.map(|c| c.id.to_string()).unwrap_or_default();
    for (i, allowed) in own.into_iter().enumerate() {
        let of = format!("own/{id}/{i}");
        out.push(Applied { of, allowed, wide: false, whole: true });
    }
    Ok(out)
}

struct Of<'a> {
    connector: &'a Connector,
    action: Option<&'a Action>,
    connection: Option<&'a Connection>,
    input: &'a Value,
}

impl Of<'_> {
    fn limit(&self, limit: &Limit, place: &str) -> Result<Option<Applied>, StepError> {
        let id = || self.connection.map(|c| c.id.to_string()).unwrap_or_default();
        let shared = match limit.scope {
            LimitScope::Connection => id(),
            LimitScope::Action => {
                let key = self.action.map_or("", |a| a.key.as_str());
                format!("{}/{key}", id())
            }
            LimitScope::Host => {
                let host = host(self.connector, self.action, self.connection, self.input);
                host.unwrap_or_else(id)
            }
            LimitScope::Connector => String::new(),
        };
        let key = match &limit.key {
            None => String::new(),
            Some(text) => {
                let context = Context::new(json!({
                    "input": self.input,
                    "conn": self.connection.map(open).unwrap_or_default(),
                }));
                let key = Uuids::new("limit").env(Time::default(), "UTC", |env| {
                    text.text(&Look { context: &context, env })
                })?;
                let key = key.trim().to_owned();
                if key.is_empty() {
                    return Ok(None);
                }
                key
            }
        };
        let wide = matches!(limit.scope, LimitScope::Host | LimitScope::Connector);
        Ok(Some(Applied {
            of: format!("{place}\u{0}{shared}\u{0}{key}"),
            allowed: limit.allowed,
            wide: wide && limit.key.is_none(),
            whole: limit.key.is_none() && limit.scope != LimitScope::Action,
        }))
    }
}

fn open(c: &Connection) -> Value {
    let fields = c.fields.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
    Value::Object(fields.collect())
}

/// The limits that a user gave the connection. What is no limit was refused when it was stored.
fn own(c: &Connection) -> Vec<Allowed> {
    let rate = c.fields.get(RATE_FIELD).and_then(|t| rate(t).ok()).map(Allowed::Rate);
    let at_once = c.fields.get(CONCURRENT_FIELD).and_then(|t| concurrent(t).ok());
    rate.into_iter().chain(at_once.map(Allowed::Concurrent)).collect()
}

/// Reads a limit such as `5/1s` or `100/1m`.
///
/// # Errors
/// It is none.
pub fn rate(text: &str) -> Result<Rate, StepError> {
    let parts = text.split_once('/');
    let calls = parts.and_then(|(n, _)| n.trim().parse::<u32>().ok());
    let per = parts.and_then(|(_, per)| per.trim().parse::<Span>().ok());
    let rate = calls.zip(per).and_then(|(n, per)| Rate::new(n, per, n));
    rate.ok_or_else(|| {
        let message = (
            "a limit of calls has the form 5/1s: how many, and in which time",
            "лимит вызовов записывается так: 5/1s — сколько и за какое время",
        );
        StepError::new(Code::FieldInvalid, message).field(RATE_FIELD)
    })
}

/// Reads how many calls may be under way at once.
///
/// # Errors
/// It is no number above zero.
pub fn concurrent(text: &str) -> Result<u32, StepError> {
    text.trim().parse().ok().filter(|n| *n > 0).ok_or_else(|| {
        let message = (
            "the calls at once are a number above zero",
            "число одновременных вызовов — больше нуля",
        );
        StepError::new(Code::FieldInvalid, message).field(CONCURRENT_FIELD)
    })
}

/// The host and port that a call goes to, as far as it is known before the request is made.
pub fn host(
    connector: &Connector,
    action: Option<&Action>,
    connection: Option<&Connection>,
    input: &Value,
) -> Option<String> {
    if connection.is_none()
        && let Some(action) = action
        && let Some(url) = input.get("url").and_then(Value::as_str)
        && crate::native::action(&connector.name, &action.key).is_some()
    {
        return authority(url);
    }
    let method = connection.and_then(|c| connector.method(Some(&c.method)));
    let base = method.and_then(|m| m.base_url.as_ref()).or(connector.http.base_url.as_ref())?;
    let mut conn = Map::new();
    if let Some(c) = connection {
        conn.extend(c.fields.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))));
        conn.extend(c.secrets.keys().map(|k| (k.clone(), Value::from(MASK))));
    }
    let context = Context::new(json!({ "conn": conn }));
    let base = Uuids::new("host")
        .env(Time::default(), "UTC", |env| base.text(&Look { context: &context, env }).ok())?;
    authority(&base)
}

/// Host and port of an address.
pub fn authority(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    let port = url.port_or_known_default().unwrap_or_default();
    Some(format!("{}:{port}", url.host_str()?))
}

/// The pause that the answers of one action announce: no call is left until then.
pub fn announced(connector: &Connector, exchanges: &[Exchange], now: Time) -> Option<Span> {
    let rule = connector.manifest.http.rate_headers.as_ref()?;
    let mut answers = exchanges.iter().filter_map(|e| e.response.as_ref());
    answers.next_back().and_then(|answer| {
        let header = |name: &str| {
            let found = answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            found.map(|(_, v)| v.as_str())
        };
        pause::announced(rule, header, now)
    })
}

#[cfg(test)]
mod tests;
