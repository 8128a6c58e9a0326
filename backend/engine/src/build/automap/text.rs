//! Names of fields as words, and what a value looks like.

use serde_json::Value;

use super::words::{EMPTY, TABLE, Thing};

/// The words of a name: `q3_yourName2` is `q your name`.
pub fn norm(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut last = ' ';
    for c in name.chars() {
        let c = if c == 'ё' || c == 'Ё' { 'е' } else { c };
        if c.is_alphabetic() {
            let begins = c.is_uppercase() && last.is_lowercase();
            if begins && !out.ends_with(' ') {
                out.push(' ');
            }
            out.extend(c.to_lowercase());
        } else if c.is_ascii_digit() && last == ' ' && !out.is_empty() {
            // A number that stands alone may mean something: `address 1`.
            out.push(c);
        } else if !out.ends_with(' ') && !out.is_empty() && !c.is_ascii_digit() {
            out.push(' ');
        }
        last = if c.is_alphanumeric() { c } else { ' ' };
    }
    out.truncate(out.trim_end().len());
    out
}

/// How well a name says that a field is of this thing: 0 to 100.
pub fn says(name: &str) -> Option<(Thing, u32)> {
    let whole = norm(name);
    if whole.is_empty() {
        return None;
    }
    let all: Vec<&str> = whole.split(' ').collect();
    let telling: Vec<&str> = all.iter().filter(|w| !EMPTY.contains(w)).copied().collect();
    let mut best: Option<(Thing, u32, usize)> = None;
    for w in TABLE {
        for phrase in w.ru.iter().chain(w.en) {
            let Some(score) = fits(phrase, &whole, &all, &telling) else { continue };
            let length = phrase.chars().count();
            if best.is_none_or(|(_, s, l)| (score, length) > (s, l)) {
                best = Some((w.thing, score, length));
            }
        }
    }
    best.map(|(thing, score, _)| (thing, score))
}

fn fits(phrase: &str, whole: &str, all: &[&str], telling: &[&str]) -> Option<u32> {
    if phrase == whole {
        return Some(100);
    }
    let wanted: Vec<&str> = phrase.split(' ').collect();
    if telling == wanted.as_slice() {
        return Some(95);
    }
    // Its words in order, with others around.
    let mut rest = all.iter();
    let found = wanted.iter().all(|w| rest.by_ref().any(|got| same(got, w)));
    if !found {
        return None;
    }
    let more = telling.len().saturating_sub(wanted.len());
    let penalty = u32::try_from(more * 12).unwrap_or(100);
    80_u32.checked_sub(penalty).filter(|s| *s >= 40)
}

/// The same word, also in another case: `телефона`.
fn same(got: &str, wanted: &str) -> bool {
    const STEM: usize = 5;
    if got == wanted {
        return true;
    }
    let (long, short) = (got.chars().count(), wanted.chars().count());
    let stem: String = wanted.chars().take(short.saturating_sub(1)).collect();
    short >= STEM && long <= short + 3 && !wanted.is_ascii() && got.starts_with(&stem)
}

/// What a value looks like, where that is certain.
pub fn looks_like(v: &Value) -> Option<Thing> {
    let text = v.as_str()?.trim();
    if is_email(text) {
        return Some(Thing::Email);
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.chars().all(|c| c.is_ascii_digit() || " +()-".contains(c));
    let dial = text.starts_with('+') || text.starts_with("8 ") || text.starts_with("8(");
    let shaped = dial || text.contains('(') || text.starts_with("89") || text.starts_with("79");
    (plain && (10..=15).contains(&digits) && shaped).then_some(Thing::Phone)
}

/// Whether a value may be of this thing: an empty one may be anything.
pub fn may_be(thing: Thing, v: &Value) -> bool {
    let text = match v {
        Value::Null => return true,
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return false,
    };
    if text.is_empty() {
        return true;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match thing {
        Thing::Email => is_email(&text),
        Thing::Phone => {
            (6..=16).contains(&digits) && text.chars().filter(|c| c.is_alphabetic()).count() <= 4
        }
        Thing::FullName | Thing::FirstName | Thing::LastName | Thing::MiddleName => {
            text.chars().any(char::is_alphabetic) && !is_email(&text) && digits <= 2
        }
        Thing::Amount | Thing::Quantity => digits > 0,
        Thing::Inn => (10..=12).contains(&digits),
        Thing::Url => text.contains('.'),
        Thing::City | Thing::Country | Thing::Region => text.chars().any(char::is_alphabetic),
        _ => true,
    }
}

fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_read_as_words() {
        for (name, words) in [
            ("q3_yourName2", "q your name"),
            ("Ваш телефон:", "ваш телефон"),
            ("E-mail", "e mail"),
            ("UTM_source", "utm source"),
            ("ФИО (полностью)", "фио полностью"),
            ("billing_address_1", "billing address 1"),
            ("Ещё", "еще"),
        ] {
            assert_eq!(norm(name), words);
        }
    }

    #[test]
    fn names_say_what_a_field_holds() {
        for (name, thing) in [
            ("Phone", Thing::Phone),
            ("Номер вашего телефона", Thing::Phone),
            ("your-email", Thing::Email),
            ("E-mail", Thing::Email),
            ("billing_first_name", Thing::FirstName),
            ("ФИО", Thing::FullName),
            ("Как к Вам обращаться?", Thing::FullName),
            ("Компания", Thing::Company),
            ("company_name", Thing::Company),
            ("utm_source", Thing::UtmSource),
            ("your-message", Thing::Comment),
        ] {
            assert_eq!(says(name).map(|s| s.0), Some(thing), "{name}");
        }
        for name in ["formid", "tranid", "agree", "policy", "id", ""] {
            assert_eq!(says(name), None, "{name}");
        }
    }

    #[test]
    fn values_tell_phones_and_mail_addresses() {
        assert_eq!(looks_like(&json!("+7 (916) 123-45-67")), Some(Thing::Phone));
        assert_eq!(looks_like(&json!("ivan@example.com")), Some(Thing::Email));
        for other in ["1234567890", "2026-03-05 10:00", "1:2", "yes", ""] {
            assert_eq!(looks_like(&json!(other)), None, "{other}");
        }
        assert!(!may_be(Thing::Phone, &json!("mobile")));
        assert!(!may_be(Thing::FullName, &json!("+7 916 123-45-67")));
    }
}
