//! The rules of the conversation: what a command is answered, without the network (RFC 5321).

use super::script::Stage;
use super::{Extension, Options, Tls};

/// What the session does after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Listen,
    Close,
    Encrypt,
    Receive,
    AuthPlain,
    AuthLogin,
}

/// A reply and what follows it.
pub(super) struct Step {
    pub reply: String,
    pub then: Then,
}

/// What is known of the client and its current transaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Dialog {
    pub tls: bool,
    pub hello: Option<String>,
    pub user: Option<String>,
    pub from: Option<String>,
    pub params: Vec<String>,
    pub to: Vec<String>,
}

/// The verb in capitals and the rest of the line.
pub(super) fn verb(line: &str) -> (String, &str) {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    (verb.to_ascii_uppercase(), rest.trim())
}

/// The moment that a command belongs to.
pub(super) fn stage(verb: &str) -> Option<Stage> {
    Some(match verb {
        "EHLO" | "HELO" => Stage::Hello,
        "STARTTLS" => Stage::StartTls,
        "AUTH" => Stage::Auth,
        "MAIL" => Stage::Mail,
        "RCPT" => Stage::Rcpt,
        "DATA" => Stage::Data,
        _ => return None,
    })
}

impl Dialog {
    /// Forgets the transaction, not the client.
    pub(super) fn reset(&mut self) {
        (self.from, self.params, self.to) = (None, Vec::new(), Vec::new());
    }

    pub(super) fn answer(&mut self, verb: &str, rest: &str, options: &Options) -> Step {
        match verb {
            "EHLO" | "HELO" => self.hello(verb, rest, options),
            "STARTTLS" if options.tls == Tls::StartTls && !self.tls => {
                step("220 2.0.0 Ready to start TLS", Then::Encrypt)
            }
            "AUTH" => self.auth(rest, options),
            "MAIL" => self.mail(rest, options),
            "RCPT" => self.rcpt(rest),
            "DATA" if self.to.is_empty() => say("503 5.5.1 No recipients"),
            "DATA" => step("354 End data with <CR><LF>.<CR><LF>", Then::Receive),
            "RSET" => {
                self.reset();
                say("250 2.0.0 Flushed")
            }
            "NOOP" => say("250 2.0.0 OK"),
            "VRFY" => say("252 2.1.5 Cannot verify"),
            "QUIT" => step("221 2.0.0 Bye", Then::Close),
            _ => say("500 5.5.2 Command unrecognized"),
        }
    }

    fn hello(&mut self, verb: &str, rest: &str, options: &Options) -> Step {
        if rest.is_empty() {
            return say("501 5.5.4 A name is required");
        }
        self.reset();
        self.hello = Some(rest.to_owned());
        if verb == "HELO" {
            return say("250 mail.test");
        }
        let mut lines = vec!["mail.test".to_owned(), format!("SIZE {}", options.size_max)];
        lines.extend(options.extensions.iter().map(|e| e.keyword().to_owned()));
        if options.tls == Tls::StartTls && !self.tls {
            lines.push("STARTTLS".to_owned());
        }
        if options.user.is_some() && self.may_authenticate(options) {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        let last = lines.len() - 1;
        let lines = lines.iter().enumerate();
        let lines = lines.map(|(n, l)| format!("250{}{l}", if n == last { ' ' } else { '-' }));
        say(&lines.collect::<Vec<_>>().join("\r\n"))
    }

    fn may_authenticate(&self, options: &Options) -> bool {
        self.tls || options.auth_in_the_clear
    }

    fn auth(&self, rest: &str, options: &Options) -> Step {
        let mechanism = rest.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        if options.user.is_none() {
            say("502 5.5.1 Authentication is not enabled")
        } else if self.hello.is_none() || self.user.is_some() || self.from.is_some() {
            say("503 5.5.1 Not now")
        } else if !self.may_authenticate(options) {
            say("538 5.7.11 Encryption required for requested authentication mechanism")
        } else if mechanism == "PLAIN" {
            step("", Then::AuthPlain)
        } else if mechanism == "LOGIN" {
            step("", Then::AuthLogin)
        } else {
            say("504 5.5.4 Unrecognized authentication type")
        }
    }

    fn mail(&mut self, rest: &str, options: &Options) -> Step {
        if self.hello.is_none() || self.from.is_some() {
            return say("503 5.5.1 Bad sequence of commands");
        }
        if options.user.is_some() && self.user.is_none() {
            return say("530 5.7.0 Authentication required");
        }
        let Some((from, params)) = path(rest, "FROM:") else {
            return say("501 5.5.4 Syntax: MAIL FROM:<address>");
        };
        let utf8 = params.iter().any(|p| p.eq_ignore_ascii_case("SMTPUTF8"));
        if !from.is_ascii() && !utf8 {
            return say("553 5.6.7 The address needs SMTPUTF8");
        }
        for param in &params {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            let known = match name.to_ascii_uppercase().as_str() {
                "SIZE" if value.parse().is_ok_and(|size: u64| size > options.size_max) => {
                    return say("552 5.3.4 Message size exceeds fixed limit");
                }
                "SIZE" => true,
                "BODY" => options.extensions.contains(&Extension::EightBitMime),
                "SMTPUTF8" => options.extensions.contains(&Extension::SmtpUtf8),
                "AUTH" => options.user.is_some(),
                _ => false,
            };
            if !known {
                return say("555 5.5.4 Unsupported parameter");
            }
        }
        (self.from, self.params) = (Some(from), params);
        say("250 2.1.0 OK")
    }

    fn rcpt(&mut self, rest: &str) -> Step {
        if self.from.is_none() {
            return say("503 5.5.1 Need MAIL command");
        }
        let Some((to, _)) = path(rest, "TO:").filter(|(to, _)| !to.is_empty()) else {
            return say("501 5.5.4 Syntax: RCPT TO:<address>");
        };
        if !to.is_ascii() && !self.params.iter().any(|p| p.eq_ignore_ascii_case("SMTPUTF8")) {
            return say("553 5.6.7 The address needs SMTPUTF8");
        }
        self.to.push(to);
        say("250 2.1.5 OK")
    }
}

/// The address between the angle brackets after `label`, and the parameters behind it.
pub(super) fn path(rest: &str, label: &str) -> Option<(String, Vec<String>)> {
    let (start, rest) = (rest.get(..label.len())?, rest.get(label.len()..)?);
    if !start.eq_ignore_ascii_case(label) {
        return None;
    }
    let (address, params) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address.to_owned(), params.split_whitespace().map(str::to_owned).collect()))
}

pub(super) fn say(reply: &str) -> Step {
    step(reply, Then::Listen)
}

fn step(reply: &str, then: Then) -> Step {
    Step { reply: reply.to_owned(), then }
}
