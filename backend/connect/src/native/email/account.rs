//! A mail account as the connection describes it.

use domain::Secret;
use domain::connection::Connection;
use domain::outcome::StepError;
use lettre::message::Mailbox;

use super::letter::mailbox;
use crate::native::input::{field, invalid, missing, secret};

/// How a connection to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all: only without a password, or in a network that the operator opened.
    None,
    /// By STARTTLS, which must be there (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314).
    Tls,
}

/// A mail account.
#[derive(Debug)]
pub struct Account<'a> {
    pub host: &'a str,
    pub port: u16,
    pub security: Security,
    /// User and password; none for servers that ask for none.
    pub login: Option<(&'a str, &'a Secret)>,
    pub from: Mailbox,
}

impl<'a> Account<'a> {
    /// Reads the fields of a connection.
    ///
    /// # Errors
    /// A field is missing or cannot be used.
    pub fn of(connection: &'a Connection) -> Result<Self, StepError> {
        let host = field(connection, "host").ok_or_else(|| missing("host"))?;
        let security = match field(connection, "security").unwrap_or("starttls") {
            "none" => Security::None,
            "starttls" => Security::StartTls,
            "tls" => Security::Tls,
            _ => {
                return Err(invalid(
                    "security",
                    ("expected none, starttls or tls", "нужно none, starttls или tls"),
                ));
            }
        };
        let port = match field(connection, "port") {
            Some(text) => {
                text.parse().map_err(|_| invalid("port", ("this is not a port", "это не порт")))?
            }
            None => match security {
                Security::Tls => 465,
                Security::StartTls => 587,
                Security::None => 25,
            },
        };
        let login = match (field(connection, "username"), secret(connection, "password")) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => return Err(missing("password")),
            (None, Some(_)) => return Err(missing("username")),
        };
        let from = field(connection, "from").ok_or_else(|| missing("from"))?;
        Ok(Self { host, port, security, login, from: mailbox("from", from)? })
    }

    /// The server for the log.
    pub fn url(&self) -> String {
        let scheme = if self.security == Security::Tls { "smtps" } else { "smtp" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// The name of the account.
    pub fn label(&self) -> String {
        self.from.email.to_string()
    }
}
