//! What arrives: from the bytes of a delivery to its verdict, its events and the answer.
//!
//! An [`Inbound`] is made once per live flow and version from the connector's trigger and the
//! flow's settings; [`Inbound::judge`] is pure. A delivery with `Content-Encoding` goes through
//! [`decode`] first. Absent: storing, dedupe, order and the flow's own `only_if` and `respond`.

mod build;
mod cond;
mod encoding;
mod event;
mod handshake;
mod judge;
mod keep;
pub mod parse;
mod reply;
mod seen;
mod source;
#[cfg(test)]
mod testing;
mod trigger;
mod verify;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::delivery::RawDelivery;
use domain::field::Escape;
use domain::limits::{BODY_BYTES, BODY_BYTES_MAX};
use domain::{Problem, Secret, Span, Time};
use mapping::Context;
use serde_json::{Map, Value};

pub use encoding::decode;
pub use event::Item;
pub use judge::{Accepted, Judgement};
pub use keep::Keep;
pub use parse::{ParseError, ParseOptions, Parsed};
pub use reply::OWN as OWN_HEADERS;
pub use trigger::Needs;
pub use verify::{Ask, Outside, Place, Proof};
pub(crate) use verify::{Check, PublicKey, digest_of as digest, pem};

use crate::manifest::{Parse, Webhook};
use crate::registry::Trigger;
use build::{Builder, Words};
use event::Events;
use handshake::Handshake;
use reply::Reply;
use seen::Seen;
use verify::Verify;

/// The intake of one flow, compiled.
pub struct Inbound {
    options: ParseOptions,
    methods: Vec<String>,
    max_body: usize,
    public_url: String,
    verify: Verify,
    handshakes: Vec<Handshake>,
    events: Events,
    respond: Reply,
    respond_reads_event: bool,
    reject: Reply,
    keep: Keep,
    deadline: Option<Span>,
    route: Option<Words>,
    /// The names that templates see before a delivery comes, without and with secrets.
    open: Context,
    full: Context,
}

impl Inbound {
    /// Compiles a trigger for a flow. `input` holds the literals of its settings, `secrets` the
    /// values of its secret ones by key (`hook.NAME` for those that belong to the address), and
    /// `public_url` is the flow's full address, which signatures may cover.
    pub fn new(
        t: &Trigger,
        input: &Map<String, Value>,
        secrets: &BTreeMap<String, Secret>,
        public_url: &str,
    ) -> Result<Inbound, Vec<Problem>> {
        let mut b = Builder::new(&t.spec.input, input, secrets, public_url);
        // Nothing that arrives over HTTP makes events of a trigger that is not a webhook.
        let default = Webhook { nest: true, ..Webhook::default() };
        let w = t.manifest.webhook.as_ref().unwrap_or(&default);
        let verify = Verify::compile(&mut b, "webhook.verify", w);
        let handshake = |(i, h)| Handshake::compile(&mut b, &format!("webhook.handshake[{i}]"), h);
        let handshakes = w.handshake.iter().enumerate().map(handshake).collect();
        let events = Events::compile(&mut b, &t.manifest, w);
        let respond = match &w.respond {
            Some(r) => Reply::compile(&mut b, "webhook.respond", r, 200, false),
            None => Reply::ok(),
        };
        let reject = match &w.reject {
            Some(r) => Reply::compile(&mut b, "webhook.reject", r, 401, false),
            None => Reply::rejected(),
        };
        let route = w.route.as_ref();
        let route = route.map(|r| b.words("webhook.route.by", &r.by, Escape::None, false));
        if b.problems.iter().any(Problem::is_error) {
            return Err(b.problems);
        }
        let mut keep = Keep::default();
        verify.keep(&mut keep);
        let (open, full) = b.contexts();
        let max = w.max_body.and_then(|m| usize::try_from(m).ok()).unwrap_or(BODY_BYTES);
        Ok(Inbound {
            options: ParseOptions {
                parse: w.parse,
                nest: w.nest,
                json_field: w.json_field.clone(),
            },
            methods: w.methods.iter().map(|m| m.to_ascii_uppercase()).collect(),
            max_body: max.min(BODY_BYTES_MAX),
            public_url: public_url.into(),
            verify,
            handshakes,
            events,
            respond_reads_event: respond.reads("event"),
            respond,
            reject,
            keep,
            deadline: w.deadline,
            route,
            open,
            full,
        })
    }

    /// Decides about a delivery. `now` is compared with the times of signatures.
    pub fn judge(&self, raw: &RawDelivery, now: Time) -> Judgement {
        judge::judge(self, raw, now, &verify::outside::Nothing)
    }

    /// The same with what was got for an earlier [`Judgement::Ask`].
    pub fn judge_with(&self, raw: &RawDelivery, now: Time, outside: &dyn Outside) -> Judgement {
        judge::judge(self, raw, now, outside)
    }

    /// Whose a delivery to a shared address is, as the delivery names it.
    pub fn route(&self, raw: &RawDelivery) -> Option<String> {
        let route = self.route.as_ref()?;
        Some(route.text(&mut Seen::new(self, raw))).filter(|r| !r.is_empty())
    }

    /// What the question to the sender of a delivery sees, with secrets.
    pub fn callback_context(&self, raw: &RawDelivery) -> Context {
        Seen::new(self, raw).context(true).clone()
    }

    /// Where the keys come from that a delivery is checked with, if they are fetched.
    pub fn fetched_from(&self, raw: &RawDelivery, now: Time) -> Option<String> {
        match self.judge(raw, now) {
            Judgement::Ask(Ask::Key { url, .. }) => Some(url),
            _ => None,
        }
    }

    /// What a delivery that passes has proved, for fixtures.
    pub fn proof(&self, raw: &RawDelivery, now: Time, outside: &dyn Outside) -> Option<Proof> {
        self.verify.proof(&mut Seen::new(self, raw), now, outside)
    }

    /// Puts the proof that the trigger wants into a delivery, for fixtures. `pem` is the private
    /// key (PKCS #8) where the proof is by a public one.
    pub fn sign(&self, raw: &mut RawDelivery, now: Time, pem: Option<&str>) {
        let values = self.verify.sign(&mut Seen::new(self, raw), now, pem);
        verify::apply(raw, values);
    }

    /// Takes a delivery that the server itself has made for a person: the check of the sender and
    /// the service's own exchanges are left out, everything else is the same.
    pub fn judge_own(&self, raw: &RawDelivery) -> Judgement {
        judge::trusted(self, raw)
    }

    /// Reads a stored delivery again: the same body and events as when it came, also without the
    /// headers that were dropped. `as_text`: the body as text, whatever it was said to be, for the
    /// replay of an unreadable one.
    pub fn reparse(&self, raw: &RawDelivery, as_text: bool) -> (Parsed, Vec<Item>) {
        if as_text {
            let text = ParseOptions { parse: Parse::Text, nest: true, json_field: None };
            return (parse::parse(raw, &text), vec![Item { data: None, kept: true }]);
        }
        let mut seen = Seen::new(self, raw);
        // More items than allowed were refused when the delivery came.
        let events = judge::take(self, &mut seen).unwrap_or_default();
        (seen.into_parsed(), events)
    }

    /// What is stored and shown of deliveries.
    pub fn keep(&self) -> &Keep {
        &self.keep
    }

    /// The largest body, bytes.
    pub fn max_body(&self) -> usize {
        self.max_body
    }

    /// How long the sender waits for its answer, where the connector knows.
    pub fn deadline(&self) -> Option<Span> {
        self.deadline
    }

    /// Whether nothing but the secret address protects the flow.
    pub fn is_open(&self) -> bool {
        !self.verify.is_armed()
    }
}
