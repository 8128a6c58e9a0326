//! From a delivery to its verdict: probe, rejected, refused or accepted, always with the answer.

use domain::delivery::{Answer, RawDelivery};
use domain::limits::SPLIT_ITEMS;
use domain::{Secret, Text, Time};

use super::event::{Item, TooMany};
use super::parse::Parsed;
use super::seen::Seen;
use super::verify::{Ask, Outside};
use super::{Inbound, encoding};

/// What becomes of a delivery.
#[derive(Clone, Debug)]
pub enum Judgement {
    /// An exchange that the connector answers by itself, or a method that makes no events.
    Probe {
        answer: Answer,
        reason: Text,
        /// Secrets of the address that the exchange brought, to be stored before it is answered.
        save: Vec<(String, Secret)>,
    },
    /// Something has to be got first; then the delivery is judged again.
    Ask(Ask),
    /// Not proved to come from the sender.
    Rejected {
        answer: Answer,
        reason: Text,
    },
    /// It cannot be turned into events; kept to be seen.
    Refused {
        answer: Answer,
        reason: Text,
    },
    Accepted(Box<Accepted>),
}

/// A delivery that is stored with its events.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// With an error instead of a body where the body is unreadable: one event, whose run fails
    /// visibly (semantics S17).
    pub parsed: Parsed,
    /// None at all is possible: a list without items.
    pub events: Vec<Item>,
    pub answer: Answer,
}

pub(super) fn judge(
    inbound: &Inbound,
    raw: &RawDelivery,
    now: Time,
    outside: &dyn Outside,
) -> Judgement {
    if let Some(coding) = encoding::of(raw) {
        return Judgement::Refused {
            answer: encoding::unsupported(),
            reason: encoding::reason(coding),
        };
    }
    let mut seen = Seen::new(inbound, raw);
    if let Some(answered) = handshake(inbound, &mut seen, now, outside) {
        return answered;
    }
    if !inbound.methods.contains(&raw.method) {
        return no_events(inbound, raw);
    }
    if let Err(failure) = inbound.verify.check(&mut seen, now, outside) {
        if let Some(ask) = failure.ask {
            return Judgement::Ask(ask);
        }
        return Judgement::Rejected {
            answer: inbound.reject.answer(&mut seen),
            reason: failure.reason,
        };
    }
    accept(inbound, seen)
}

/// A delivery that a person of the server has made: nobody has to prove anything, and it is no
/// exchange of the service.
pub(super) fn trusted(inbound: &Inbound, raw: &RawDelivery) -> Judgement {
    accept(inbound, Seen::new(inbound, raw))
}

/// The answer to the exchange that a delivery is, if it is one.
fn handshake(
    inbound: &Inbound,
    seen: &mut Seen<'_>,
    now: Time,
    outside: &dyn Outside,
) -> Option<Judgement> {
    let h = inbound.handshakes.iter().find(|h| !h.done && h.when.holds(seen, None))?;
    let refused = if h.verified { inbound.verify.check(seen, now, outside).err() } else { None };
    if let Some(ask) = refused.as_ref().and_then(|f| f.ask.clone()) {
        return Some(Judgement::Ask(ask));
    }
    let refused = refused.map(|failure| failure.reason).or_else(|| {
        let failed = h.check.as_ref().is_some_and(|c| !c.holds(seen, None));
        let (en, ru) =
            ("the check of the exchange failed", "проверка служебного запроса не прошла");
        failed.then(|| Text::new(en, ru))
    });
    Some(match refused {
        Some(reason) => Judgement::Rejected { answer: inbound.reject.answer(seen), reason },
        None => Judgement::Probe {
            answer: h.reply.answer(seen),
            reason: Text::new("a check by the service", "служебный запрос сервиса"),
            save: h.save.iter().map(|(n, w)| (n.clone(), Secret::new(w.text(seen)))).collect(),
        },
    })
}

fn no_events(inbound: &Inbound, raw: &RawDelivery) -> Judgement {
    let mut answer = Answer::empty(200);
    if raw.method == "OPTIONS" {
        answer.status = 204;
        let methods = inbound.methods.join(", ");
        let asked = raw.header("access-control-request-headers").unwrap_or("*");
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", methods.as_str()),
            ("access-control-allow-headers", asked),
            ("access-control-max-age", "86400"),
        ] {
            answer.headers.push((name.into(), value.into()));
        }
    }
    let method = &raw.method;
    Judgement::Probe {
        save: Vec::new(),
        answer,
        reason: Text::new(
            format!("{method} makes no events here"),
            format!("{method} здесь не создаёт событий"),
        ),
    }
}

fn accept(inbound: &Inbound, mut seen: Seen<'_>) -> Judgement {
    let events = match take(inbound, &mut seen) {
        Ok(events) => events,
        Err(TooMany) => return too_many(),
    };
    if inbound.respond_reads_event {
        let first = events.first().and_then(|e| e.data.clone());
        let event = first.unwrap_or_else(|| seen.body().clone());
        seen.set("event", event);
    }
    let mut answer = inbound.respond.answer(&mut seen);
    if seen.raw.header("origin").is_some() {
        answer.headers.push(("access-control-allow-origin".into(), "*".into()));
    }
    Judgement::Accepted(Box::new(Accepted { parsed: seen.into_parsed(), events, answer }))
}

/// The events; one without data where the body is unreadable.
pub(super) fn take(inbound: &Inbound, seen: &mut Seen<'_>) -> Result<Vec<Item>, TooMany> {
    if seen.readable() {
        inbound.events.take(seen)
    } else {
        Ok(vec![Item { data: None, kept: true }])
    }
}

fn too_many() -> Judgement {
    let reason = Text::new(
        format!("more than {SPLIT_ITEMS} events in one delivery"),
        format!("больше {SPLIT_ITEMS} событий в одном запросе"),
    );
    Judgement::Refused { answer: Answer::text(413, reason.en.clone()), reason }
}
