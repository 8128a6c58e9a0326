//! Which events of a batch are copies (semantics S4).

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use domain::Time;
use domain::delivery::Answer;
use domain::ids::{EventId, FlowId};

use super::Fail;
use super::prepare::Delivery;
use crate::sql::{Bulk, Conn, Kind};

type Key = (FlowId, [u8; 16]);

/// The first event of a key, and what its sender was answered if that was before this batch.
struct Owner {
    event: EventId,
    answer: Option<Answer>,
}

/// The owners of all keys of a batch.
pub(crate) struct Owners<'a> {
    owners: HashMap<Key, Owner>,
    /// Answers of this batch's own events.
    answers: HashMap<EventId, &'a Answer>,
}

/// One column order for both statements.
const COLUMNS: &[(&str, Kind)] =
    &[("flow", Kind::Id), ("event", Kind::Id), ("key", Kind::Blob), ("expires", Kind::Int)];

/// Takes new keys, and those whose time is over; answers only the ones that it took. Sorted, so
/// that two batches never wait for each other in a circle.
static TAKE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO dedupe (flow, key, event, expires)
         SELECT v.flow, v.key, v.event, v.expires FROM ",
        COLUMNS,
        " WHERE true ORDER BY v.flow, v.key
         ON CONFLICT (flow, key) DO UPDATE SET event = excluded.event, expires = excluded.expires
         WHERE dedupe.expires <= {at}
         RETURNING flow, key",
    )
});

static FIND: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "SELECT d.flow, d.key, d.event, l.answer FROM ",
        COLUMNS,
        " CROSS JOIN dedupe d
         LEFT JOIN events e ON e.id = d.event
         LEFT JOIN deliveries l ON l.id = e.delivery
         WHERE d.flow = v.flow AND d.key = v.key",
    )
});

impl<'a> Owners<'a> {
    /// Takes or finds the keys of the batch.
    pub(crate) async fn of(
        conn: &mut Conn,
        batch: &[&'a Delivery],
        now: Time,
    ) -> Result<Self, Fail> {
        let mut firsts: BTreeMap<Key, (EventId, Time)> = BTreeMap::new();
        let mut answers = HashMap::new();
        for d in batch {
            for e in &d.events {
                if let Some(k) = e.dedupe {
                    firsts.entry((d.new.flow, k.hash)).or_insert((e.id, k.expires));
                    answers.insert(e.id, &d.new.answer);
                }
            }
        }
        let mut owners = HashMap::with_capacity(firsts.len());
        if firsts.is_empty() {
            return Ok(Self { owners, answers });
        }
        for row in conn.bulk_rows(&TAKE, rows(conn.is_lite(), &firsts, now)).await? {
            let mut c = row.cursor();
            let key = (FlowId(c.id()?), hash(&c.blob()?)?);
            if let Some((event, _)) = firsts.remove(&key) {
                owners.insert(key, Owner { event, answer: None });
            }
        }
        if !firsts.is_empty() {
            for row in conn.bulk_rows(&FIND, rows(conn.is_lite(), &firsts, now)).await? {
                let mut c = row.cursor();
                let key = (FlowId(c.id()?), hash(&c.blob()?)?);
                let event = EventId(c.id()?);
                owners.insert(key, Owner { event, answer: c.opt_json()? });
            }
        }
        Ok(Self { owners, answers })
    }

    /// The event that has this event's key, if it is another one.
    pub(crate) fn copy_of(&self, flow: FlowId, event: EventId, hash: [u8; 16]) -> Option<EventId> {
        self.owners.get(&(flow, hash)).map(|o| o.event).filter(|o| *o != event)
    }

    /// What the sender of the first event with this key was answered, as far as it is still known.
    pub(crate) fn answer(&self, flow: FlowId, hash: [u8; 16]) -> Option<Answer> {
        let owner = self.owners.get(&(flow, hash))?;
        owner.answer.clone().or_else(|| self.answers.get(&owner.event).map(|a| (*a).clone()))
    }
}

fn rows(lite: bool, keys: &BTreeMap<Key, (EventId, Time)>, now: Time) -> crate::sql::Batch<'_> {
    let mut b = TAKE.batch(lite, keys.len());
    for ((flow, key), (event, expires)) in keys {
        b.id(flow.uuid()).id(event.uuid()).blob(key.as_slice()).int(expires.0).end();
    }
    b.at(now.0)
}

fn hash(v: &[u8]) -> Result<[u8; 16], crate::Error> {
    v.try_into().map_err(|_| crate::Error::Damaged("a dedupe key is not 16 bytes long".into()))
}
