//! Who may do what: roles in a workspace, and who did something.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{KeyId, UserId};

/// A role in a workspace. Each may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees everything but secrets and raw bodies; changes nothing.
    Viewer,
    /// Builds and runs flows, keeps connections.
    Editor,
    /// Also people, keys and settings.
    Owner,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Owner => "owner",
        }
    }
    /// The role of a text that `as_str` gave.
    pub fn parse(s: &str) -> Option<Role> {
        [Role::Viewer, Role::Editor, Role::Owner].into_iter().find(|r| r.as_str() == s)
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    User(UserId),
    Key(KeyId),
    /// Someone at the command line of the server itself.
    Console,
    /// The product by itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::User(id) => id.fmt(f),
            Actor::Key(id) => id.fmt(f),
            Actor::Console => f.write_str("console"),
            Actor::System => f.write_str("system"),
        }
    }
}

impl Actor {
    /// The actor of a text that `Display` gave.
    pub fn parse(s: &str) -> Option<Actor> {
        match s {
            "console" => Some(Actor::Console),
            "system" => Some(Actor::System),
            _ => s.parse().map(Actor::User).or_else(|_| s.parse().map(Actor::Key)).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    #[test]
    fn an_owner_may_what_an_editor_may_and_an_editor_what_a_viewer_may() {
        assert!(Role::Owner > Role::Editor && Role::Editor > Role::Viewer);
    }

    #[test]
    fn actors_read_back_what_they_wrote() {
        let at = Time(1_700_000_000_000_000);
        let all = [
            Actor::User(UserId::new(at)),
            Actor::Key(KeyId::new(at)),
            Actor::Console,
            Actor::System,
        ];
        for a in all {
            assert_eq!(Actor::parse(&a.to_string()), Some(a));
        }
        assert_eq!(Actor::parse("somebody"), None);
    }
}
