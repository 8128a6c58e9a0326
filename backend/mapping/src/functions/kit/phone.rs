//! Phone numbers as people write them.

use super::country::{self, Country};

/// A number taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Calling code and national number, without the plus.
    pub international: String,
    /// Length of the calling code; zero where the country is not in the table.
    pub code_len: usize,
}

/// Digits of an international number at most (E.164), and at least here.
const DIGITS: (usize, usize) = (8, 15);

/// The first number of `text`, taken as one dialled in `home` where it has no plus.
/// An extension is left out.
pub fn read(text: &str, home: &'static Country) -> Option<Phone> {
    let text = first_number(text);
    let plus = text.find(|c: char| c.is_ascii_digit()).map(|i| text[..i].contains('+'))?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if plus && !eight_for_seven(text, home) {
        return international(&digits);
    }
    let dialled = digits.strip_prefix("810").filter(|d| d.len() >= 10 && home.trunk == "8");
    if let Some(abroad) = dialled.or_else(|| digits.strip_prefix("00")) {
        return international(abroad);
    }
    national(&digits, home).or_else(|| {
        let (country, rest) = country::of_international(&digits)?;
        // A single 1 in front is as likely a service number of the country.
        let sure = country.code == home.code || (digits.len() >= 11 && country.code != "1");
        (sure && country.fits(rest)).then(|| joined(country, rest))
    })
}

/// The text up to a second number or an extension.
fn first_number(text: &str) -> &str {
    let marks = ["доб", "вн.", "ext", "#", ",", ";", "/", " x"];
    let lower = text.to_lowercase();
    // Lower case may change lengths in bytes; then the marks are looked for as they are.
    let hay = if lower.len() == text.len() { lower.as_str() } else { text };
    let from = hay.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let end = marks.iter().filter_map(|m| hay[from..].find(m)).min();
    end.map_or(text, |e| text.get(..from + e).unwrap_or(text))
}

/// `+8 (916) 123-45-67`: the 8 is what is dialled at home, and the plus is a slip.
fn eight_for_seven(text: &str, home: &Country) -> bool {
    let after = text.split_once('+').map_or("", |(_, a)| a.trim_start());
    let digits = after.bytes().filter(u8::is_ascii_digit).count();
    home.code == "7"
        && digits == 11
        && after.strip_prefix('8').is_some_and(|r| r.starts_with([' ', '(', '-', '9']))
}

fn national(digits: &str, home: &'static Country) -> Option<Phone> {
    let bare = home.without_trunk(digits);
    if home.fits(bare) {
        return Some(joined(home, bare));
    }
    // One trunk prefix and code serve Russia and Kazakhstan.
    let twin = country::ALL.iter().find(|c| c.code == home.code && c.iso != home.iso)?;
    let bare = twin.without_trunk(digits);
    (bare.len() < digits.len() && twin.fits(bare)).then(|| joined(twin, bare))
}

fn international(digits: &str) -> Option<Phone> {
    if let Some((country, rest)) = country::of_international(digits) {
        let bare = country.without_trunk(rest);
        return country.fits(bare).then(|| joined(country, bare));
    }
    let possible = (DIGITS.0..=DIGITS.1).contains(&digits.len()) && !digits.starts_with('0');
    possible.then(|| Phone { international: digits.to_owned(), code_len: 0 })
}

fn joined(country: &Country, national: &str) -> Phone {
    Phone { international: format!("{}{national}", country.code), code_len: country.code.len() }
}

impl Phone {
    /// The number after the calling code.
    pub fn national(&self) -> &str {
        &self.international[self.code_len..]
    }
    /// The plan of the number, where it is in the table.
    pub fn country(&self) -> Option<&'static Country> {
        country::of_international(&self.international).map(|(c, _)| c)
    }
}
