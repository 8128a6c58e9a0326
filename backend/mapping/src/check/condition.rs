//! Conditions: both sides, and patterns that can be used.

use domain::flow::{Condition, Op, Source, place};

use super::scope::Scope;
use super::{Checker, fault, pattern};

impl Checker<'_> {
    pub fn condition(&mut self, c: &Condition, at: &str, scope: &Scope<'_>) {
        match c {
            Condition::All(list) => self.group(list, &place::key(at, "all"), scope),
            Condition::Any(list) => self.group(list, &place::key(at, "any"), scope),
            Condition::Not(c) => self.condition(c, &place::key(at, "not"), scope),
            Condition::Test(t) => {
                let left = place::key(at, "left");
                self.mapping(&t.left, &left, scope);
                self.anything(&t.left, &left);
                let Some(right) = &t.right else { return };
                let at = place::key(at, "right");
                self.mapping(right, &at, scope);
                self.anything(right, &at);
                if t.op == Op::Matches
                    && right.transforms.is_empty()
                    && let Source::Literal(v) = &right.source
                {
                    self.pattern(v, &place::key(&at, "literal"));
                }
            }
        }
    }

    fn group(&mut self, list: &[Condition], at: &str, scope: &Scope<'_>) {
        for (i, c) in list.iter().enumerate() {
            self.condition(c, &place::item(at, i), scope);
        }
    }

    fn pattern(&mut self, v: &serde_json::Value, at: &str) {
        match v.as_str() {
            Some(text) => {
                if let Err(why) = pattern::compile(text) {
                    self.say(fault::bad_pattern(at, &why));
                }
            }
            None => {
                self.say(fault::wrong_shape(at, ("text", "текст"), crate::error::type_words(v)));
            }
        }
    }
}
