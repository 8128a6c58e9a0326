//! Answers to the sender (semantics S11).

use domain::flow::{Reply, ReplyBody, place};

use super::Checker;
use super::scope::Scope;

impl Checker<'_> {
    pub fn reply(&mut self, reply: &Reply, at: &str, scope: &Scope<'_>) {
        let headers = place::key(at, "headers");
        self.fields(&reply.headers, &headers, scope);
        for (name, m) in &reply.headers {
            self.scalar(m, &place::key(&headers, name));
        }
        let (word, body) = match &reply.body {
            ReplyBody::Empty => return,
            ReplyBody::Text(m) => ("text", m),
            ReplyBody::Xml(m) => ("xml", m),
            ReplyBody::Json(m) => ("json", m),
        };
        let at = place::key(at, word);
        self.mapping(body, &at, scope);
        if word == "json" {
            self.anything(body, &at);
        } else {
            self.scalar(body, &at);
        }
    }
}
