//! A value of the document with its place, and the typed ways to take it. What does not fit is
//! noted as a fault and gives nothing; the reader goes on, so that every fault is named at once.

use serde_json::{Map, Value};

use super::fault::{self, Expect};
use crate::Span;
use crate::flow::place;
use crate::problem::{Problem, nearest};

/// What has been found wrong so far.
pub(super) type Faults = Vec<Problem>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub place: String,
    pub value: &'a Value,
}

impl<'a> Node<'a> {
    fn wrong(&self, faults: &mut Faults, want: Expect) {
        faults.push(fault::wrong_type(&self.place, want, self.value));
    }

    pub fn text(&self, faults: &mut Faults) -> Option<&'a str> {
        let got = self.value.as_str();
        if got.is_none() {
            self.wrong(faults, fault::TEXT);
        }
        got
    }

    /// Text that is not blank, of at most `max` characters.
    pub fn filled(&self, faults: &mut Faults, max: usize) -> Option<&'a str> {
        let text = self.text(faults)?;
        if text.trim().is_empty() {
            faults.push(fault::empty(&self.place));
            return None;
        }
        self.within_chars(faults, text, max)
    }

    fn within_chars(&self, faults: &mut Faults, text: &'a str, max: usize) -> Option<&'a str> {
        let got = text.chars().count();
        if got > max {
            faults.push(fault::too_long(&self.place, got, max));
            return None;
        }
        Some(text)
    }

    pub fn flag(&self, faults: &mut Faults) -> Option<bool> {
        let got = self.value.as_bool();
        if got.is_none() {
            self.wrong(faults, fault::FLAG);
        }
        got
    }

    /// A whole number from `min` to `max`.
    pub fn whole(&self, faults: &mut Faults, min: u64, max: u64) -> Option<u64> {
        if !self.value.is_i64() && !self.value.is_u64() {
            self.wrong(faults, fault::WHOLE);
            return None;
        }
        let got = self.value.as_u64().filter(|n| (min..=max).contains(n));
        if got.is_none() {
            faults.push(fault::out_of_range(&self.place, self.value, min, max));
        }
        got
    }

    pub fn whole_u32(&self, faults: &mut Faults, min: u32, max: u32) -> Option<u32> {
        self.whole(faults, min.into(), max.into()).and_then(|n| n.try_into().ok())
    }

    /// A length of time of at most `max`.
    pub fn span(&self, faults: &mut Faults, max: Span) -> Option<Span> {
        let Some(text) = self.value.as_str() else {
            self.wrong(faults, fault::SPAN);
            return None;
        };
        let Ok(span) = text.parse::<Span>() else {
            faults.push(fault::bad_span(&self.place, text));
            return None;
        };
        if span > max {
            faults.push(fault::span_too_long(&self.place, span, max));
            return None;
        }
        Some(span)
    }

    /// One of `words`.
    pub fn word(&self, faults: &mut Faults, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(faults)?;
        let got = words.iter().copied().find(|w| *w == text);
        if got.is_none() {
            faults.push(fault::bad_word(&self.place, text, words));
        }
        got
    }

    /// The items of a list of at most `max`.
    pub fn list(&self, faults: &mut Faults, max: usize) -> Option<Vec<Node<'a>>> {
        let Some(items) = self.value.as_array() else {
            self.wrong(faults, fault::LIST);
            return None;
        };
        if items.len() > max {
            faults.push(fault::too_many(&self.place, items.len(), max));
            return None;
        }
        let at = |(i, value)| Node { place: place::item(&self.place, i), value };
        Some(items.iter().enumerate().map(at).collect())
    }

    /// A map that may have any keys.
    pub fn map(&self, faults: &mut Faults) -> Option<&'a Map<String, Value>> {
        let got = self.value.as_object();
        if got.is_none() {
            self.wrong(faults, fault::MAP);
        }
        got
    }

    /// A map with no other keys than `known`.
    pub fn keys(&self, faults: &mut Faults, known: &[&'static str]) -> Option<Keys<'a>> {
        let map = self.map(faults)?;
        let keys = Keys { place: self.place.clone(), map };
        keys.refuse_others(faults, known);
        Some(keys)
    }
}

/// A map of which keys are taken by name. A key with `null` counts as absent.
#[derive(Clone, Debug)]
pub(super) struct Keys<'a> {
    pub place: String,
    pub map: &'a Map<String, Value>,
}

impl<'a> Keys<'a> {
    pub fn refuse_others(&self, faults: &mut Faults, known: &[&'static str]) {
        for key in self.map.keys().filter(|k| !known.contains(&k.as_str())) {
            faults.push(fault::unknown_key(&self.place, key, known));
        }
    }

    pub fn get(&self, key: &str) -> Option<Node<'a>> {
        self.raw(key).filter(|n| !n.value.is_null())
    }

    /// Like `get`, but `null` is a value.
    pub fn raw(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map.get(key)?;
        Some(Node { place: place::key(&self.place, key), value })
    }

    pub fn need(&self, faults: &mut Faults, key: &str) -> Option<Node<'a>> {
        let got = self.get(key);
        if got.is_none() {
            faults.push(fault::missing_key(&self.place, key));
        }
        got
    }

    /// The single one of `words` that is there; `null` is a value. No fault is added where an
    /// unknown key was most likely meant to be one of them, because that is already said.
    pub fn one_of(&self, faults: &mut Faults, words: &[&'static str]) -> Option<&'static str> {
        let found: Vec<_> = words.iter().copied().filter(|w| self.map.contains_key(*w)).collect();
        if let [one] = found[..] {
            return Some(one);
        }
        let misspelt = self.map.keys().any(|k| nearest(k, words.iter().copied()).is_some());
        if found.len() > 1 || !misspelt {
            faults.push(fault::one_of(&self.place, words, &found));
        }
        None
    }
}
