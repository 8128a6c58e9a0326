//! What the proof of a delivery needs from outside it: public keys by their address, kept for a
//! day, and the sender's own word.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use connect::inbound::{Ask, Inbound, Judgement, Outside};
use connect::outbound::{Confirming, KeyError};
use domain::delivery::RawDelivery;
use domain::ids::WorkspaceId;
use domain::{Time, limits};

use crate::cache::Origin;
use crate::engine::Shared;

/// Fetched keys by their address.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<String, Kept>>);

#[derive(Clone)]
struct Kept {
    text: Bytes,
    at: Time,
}

impl Keys {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, url: &str, now: Time) -> Option<Kept> {
        let kept = self.lock().get(url).cloned();
        kept.filter(|k| now.since(k.at) < limits::KEY_CACHE)
    }

    fn put(&self, url: &str, text: Bytes, at: Time) {
        let mut keys = self.lock();
        if keys.len() >= limits::KEYS_KEPT {
            let oldest = keys.iter().min_by_key(|(_, k)| k.at).map(|(u, _)| u.clone());
            oldest.map(|u| keys.remove(&u));
        }
        keys.insert(url.to_owned(), Kept { text, at });
    }
}

/// What is known of one delivery.
struct Known<'a> {
    keys: &'a Keys,
    now: Time,
    confirmed: Option<bool>,
}

impl Outside for Known<'_> {
    fn key(&self, url: &str) -> Option<Bytes> {
        self.keys.get(url, self.now).map(|k| k.text)
    }
    fn confirmed(&self) -> Option<bool> {
        self.confirmed
    }
}

/// Questions of one delivery at most: a key, and the sender.
const ASKS: usize = 3;

/// Judges a delivery, with everything that its proof needs.
///
/// # Errors
/// What could not be got: the sender should come again.
pub(crate) async fn judge(
    s: &Shared,
    (ws, origin): (WorkspaceId, Option<&Origin>),
    inbound: &Inbound,
    raw: &RawDelivery,
) -> Result<Judgement, String> {
    let now = raw.received_at;
    let mut known = Known { keys: &s.keys, now, confirmed: None };
    for _ in 0..ASKS {
        match inbound.judge_with(raw, now, &known) {
            Judgement::Ask(Ask::Key { url, hosts }) => {
                let text =
                    s.outbound.key(&url, hosts).await.map_err(|e: KeyError| e.to_string())?;
                s.keys.put(&url, text, now);
            }
            Judgement::Ask(Ask::Callback) => {
                known.confirmed = Some(confirmed(s, ws, origin, inbound, raw).await?);
            }
            Judgement::Rejected { .. } if stale_keys(s, inbound, raw, &known) => {}
            judged => return Ok(judged),
        }
    }
    Ok(inbound.judge_with(raw, now, &known))
}

/// A set of keys may have changed since it was fetched: forgotten once in a while when a delivery
/// fits none of its keys.
fn stale_keys(s: &Shared, inbound: &Inbound, raw: &RawDelivery, known: &Known<'_>) -> bool {
    let Some(url) = inbound.fetched_from(raw, known.now) else { return false };
    let old = s.keys.get(&url, known.now);
    let old = old.is_some_and(|k| known.now.since(k.at) >= limits::KEY_CACHE_MISS);
    if old {
        s.keys.lock().remove(&url);
    }
    old
}

async fn confirmed(
    s: &Shared,
    ws: WorkspaceId,
    origin: Option<&Origin>,
    inbound: &Inbound,
    raw: &RawDelivery,
) -> Result<bool, String> {
    let Some(origin) = origin else { return Ok(false) };
    let Some(trigger) = origin.connector.trigger(&origin.trigger) else { return Ok(false) };
    let connection = match origin.connection {
        Some(id) => s.db.connection(ws, id).await.map_err(|e| e.to_string())?,
        None => None,
    };
    let asked = Confirming {
        connector: &origin.connector,
        trigger,
        connection: connection.as_ref(),
        context: inbound.callback_context(raw),
        secrets: &origin.secrets,
    };
    s.outbound.confirm(asked).await.map_err(|e| e.message)
}
