//! What a fault of a mail conversation means (semantics S1): 4xx may be repeated, 5xx is for good
//! (RFC 5321 section 4.2.1), a broken connection depends on whether the letter had begun to leave.

use std::error::Error as _;
use std::io;

use domain::outcome::{Outcome, StepError};
use domain::{Code, Text};
use lettre::Address;
use lettre::transport::smtp::Error;

use crate::http::{DialError, technical};
use crate::outbound::Scrub;

/// Replies that refuse the log-in (RFC 4954 section 6).
const LOGIN: [u16; 4] = [530, 534, 535, 538];

/// Why a letter was not taken.
#[derive(Debug)]
pub struct Fault {
    kind: Kind,
    code: Code,
    pub message: Text,
    /// The server's reply.
    pub status: Option<u16>,
    field: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Retry,
    Fail,
    Auth,
    Unknown,
}

impl Fault {
    fn new(kind: Kind, code: Code, message: impl Into<Text>) -> Self {
        Self { kind, code, message: message.into(), status: None, field: None }
    }

    /// There was no connection.
    pub fn dial(e: &DialError) -> Self {
        match e {
            DialError::Host(_) => {
                let fault = Self::new(Kind::Fail, Code::FieldInvalid, e.text());
                Self { field: Some("host"), ..fault }
            }
            DialError::Refused(_) => Self::new(Kind::Retry, Code::AddressBlocked, e.text()),
            DialError::Unreachable(_) => Self::new(Kind::Retry, Code::RemoteUnreachable, e.text()),
        }
    }

    pub fn io(e: &io::Error) -> Self {
        Self::new(Kind::Retry, Code::RemoteUnreachable, technical(e.to_string()))
    }

    /// A password would leave unencrypted into a public network.
    pub fn clear_password() -> Self {
        let message = (
            "a password is sent only over TLS, or in an allowed network",
            "пароль отправляется только по TLS или в разрешённую сеть",
        );
        Self { field: Some("security"), ..Self::new(Kind::Fail, Code::FieldInvalid, message) }
    }

    /// An address with letters outside ASCII before its @, and a server without SMTPUTF8.
    pub fn international() -> Self {
        let message = (
            "the mail server takes no addresses with letters outside ASCII (SMTPUTF8)",
            "почтовый сервер не принимает адреса с буквами вне ASCII (SMTPUTF8)",
        );
        Self { field: Some("to"), ..Self::new(Kind::Fail, Code::FieldInvalid, message) }
    }

    /// Before the letter itself began to leave.
    pub fn before(e: &Error) -> Self {
        Self::reply(e).unwrap_or_else(|| Self::new(Kind::Retry, Code::RemoteUnreachable, chain(e)))
    }

    /// The server refused one of the recipients, so that nobody gets the letter.
    pub fn recipient(to: &Address, e: &Error) -> Self {
        let fault = Self::before(e);
        Self { message: fault.message.map(|m| format!("{to}: {m}")), ..fault }
    }

    /// The log-in did not work.
    pub fn login(e: &Error) -> Self {
        match Self::reply(e) {
            Some(fault) if fault.kind == Kind::Fail => {
                Self { kind: Kind::Auth, code: Code::AccessDenied, ..fault }
            }
            Some(fault) => fault,
            None if e.is_client() => Self::new(Kind::Fail, Code::AccessDenied, chain(e)),
            None => Self::before(e),
        }
    }

    /// After the letter began to leave.
    pub fn after(e: &Error) -> Self {
        Self::reply(e).unwrap_or_else(|| Self::new(Kind::Unknown, Code::OutcomeUnknown, chain(e)))
    }

    /// The time ran out; `data` says whether the letter had begun to leave.
    pub fn late(data: bool) -> Self {
        if data {
            let message = (
                "the letter was sent, but no answer came in time",
                "письмо отправлено, но ответ вовремя не пришёл",
            );
            Self::new(Kind::Unknown, Code::OutcomeUnknown, message)
        } else {
            let message =
                ("the mail server did not get ready in time", "почтовый сервер вовремя не ответил");
            Self::new(Kind::Retry, Code::RemoteUnreachable, message)
        }
    }

    /// The meaning of a complete reply.
    fn reply(e: &Error) -> Option<Self> {
        let status = u16::from(e.status()?);
        let message = e.source().map_or_else(|| e.to_string(), |s| format!("{status} {s}"));
        let (kind, code) = match status {
            s if LOGIN.contains(&s) => (Kind::Auth, Code::AccessDenied),
            400..=499 => (Kind::Retry, Code::RemoteUnavailable),
            _ => (Kind::Fail, Code::RemoteRefused),
        };
        Some(Self { status: Some(status), ..Self::new(kind, code, Text::said(message)) })
    }

    /// The error as people see it.
    pub fn error(self, scrub: &Scrub) -> StepError {
        let mut error = StepError::new(self.code, self.message.map(|m| scrub.clean(m)));
        error.status = self.status;
        error.field = self.field.map(Into::into);
        error
    }

    pub fn outcome(self, scrub: &Scrub) -> Outcome {
        let kind = self.kind;
        let error = self.error(scrub);
        match kind {
            Kind::Retry => Outcome::Retry { error, after: None },
            Kind::Fail => Outcome::Fail { error },
            Kind::Auth => Outcome::Auth { error },
            Kind::Unknown => Outcome::Unknown { error },
        }
    }
}

fn chain(e: &Error) -> Text {
    technical(e.source().map_or_else(|| e.to_string(), ToString::to_string))
}
