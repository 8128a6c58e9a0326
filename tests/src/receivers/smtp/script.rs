//! Where and how a mail server misbehaves on request.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::receivers::Gate;

/// A moment of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// In place of the greeting.
    Connect,
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    /// In place of 354.
    Data,
    /// After the final dot.
    End,
}

/// What is done there instead of, or before, the usual.
#[derive(Debug, Clone)]
pub enum Act {
    /// This reply, such as `450 4.2.0 Mailbox busy`. A 421, or any reply in place of the
    /// greeting, ends the connection.
    Say(String),
    /// Closes the connection without a reply.
    Close,
    /// Resets the connection without a reply.
    Reset,
    /// Waits at the gate, then goes on as usual.
    Hold(Gate),
}

#[derive(Default)]
pub(super) struct Script {
    acts: BTreeMap<Stage, VecDeque<Act>>,
    refused: BTreeMap<String, String>,
    seen: BTreeSet<(String, String)>,
}

impl Script {
    pub(super) fn add(&mut self, stage: Stage, times: usize, act: &Act) {
        self.acts.entry(stage).or_default().extend(std::iter::repeat_n(act.clone(), times));
    }

    pub(super) fn take(&mut self, stage: Stage) -> Option<Act> {
        self.acts.get_mut(&stage)?.pop_front()
    }

    pub(super) fn refuse(&mut self, recipient: &str, reply: &str) {
        self.refused.insert(recipient.to_owned(), reply.to_owned());
    }

    pub(super) fn refusal(&self, recipient: &str) -> Option<String> {
        self.refused.get(recipient).cloned()
    }

    /// Whether the pair is new, and so to be put off. All clients share one address, which leaves
    /// two of the three marks that greylisting goes by (RFC 6647, 2.3).
    pub(super) fn is_new(&mut self, from: &str, to: &str) -> bool {
        self.seen.insert((from.to_owned(), to.to_owned()))
    }
}
