//! Numbers as people write them: grouped thousands, either decimal sign, units around.

use super::decimal::Decimal;

/// The one number of a text such as `12,5`, `1 234,50 ₽`, `1,234.5` or `от 500 руб.`.
///
/// Spaces and apostrophes group thousands. Of a point and a comma in one text the last is the
/// decimal sign; a single comma is one too, as in Russian, unless `decimal` says it is the point.
pub fn parse(text: &str, decimal: Option<char>) -> Option<Decimal> {
    if decimal.is_none()
        && let Some(d) = Decimal::plain(text)
    {
        return Some(d);
    }
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let start = match text[..start].chars().next_back() {
        Some(c @ ('.' | ',')) if !text[..start - 1].ends_with(char::is_alphabetic) => {
            start - c.len_utf8()
        }
        _ => start,
    };
    let (before, rest) = text.split_at(start);
    let end = rest.find(|c| !(c == '.' || c == ',' || group_sign(c) || c.is_ascii_digit()));
    let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
    if after.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let run = run.trim_end_matches(|c| c == '.' || c == ',' || group_sign(c));
    let number = Decimal::plain(&ungroup(run, decimal)?)?;
    Some(if sign(before)? { number.negated() } else { number })
}

fn group_sign(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\'' | '\u{2019}' | '_')
}

/// Whether what stands before the digits makes them negative; nothing if it cannot stand there.
fn sign(before: &str) -> Option<bool> {
    let core = before.trim_matches(|c: char| !c.is_alphanumeric() && !dash(c));
    let alone = core.chars().count() == 1;
    match core.chars().next_back() {
        Some(c) if dash(c) => alone.then_some(true),
        _ => Some(core.starts_with(dash) && !core.contains(char::is_whitespace)),
    }
}

fn dash(c: char) -> bool {
    matches!(c, '-' | '\u{2212}')
}

/// The run of digits with its thousands put together and a point for the decimal sign.
fn ungroup(run: &str, decimal: Option<char>) -> Option<String> {
    let point = decimal_sign(run, decimal);
    let (whole, part) = match point.and_then(|p| run.rsplit_once(p)) {
        Some((w, p)) => (w, p),
        None => (run, ""),
    };
    if !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut groups = whole.split(|c: char| !c.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut out = first.to_owned();
    let mut grouped = false;
    for g in groups {
        if g.len() != 3 {
            return None;
        }
        grouped = true;
        out.push_str(g);
    }
    if grouped && !(1..=3).contains(&first.len()) {
        return None;
    }
    if point.is_some() {
        out.push('.');
        out.push_str(part);
    }
    Some(out)
}

fn decimal_sign(run: &str, decimal: Option<char>) -> Option<char> {
    if let Some(sign) = decimal {
        return run.contains(sign).then_some(sign);
    }
    let last = run.rfind(['.', ','])?;
    let sign = char::from(run.as_bytes()[last]);
    let alone = run.matches(sign).count() == 1;
    alone.then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        parse(text, None).map(|d| d.to_string())
    }

    #[test]
    fn the_number_of_a_text_is_read_as_people_write_it() {
        for (text, number) in [
            ("12,5", "12.5"),
            ("1 234,50 ₽", "1234.5"),
            ("1\u{a0}234\u{202f}567", "1234567"),
            ("1,234.5", "1234.5"),
            ("1.234.567,89", "1234567.89"),
            ("-$5", "-5"),
            ("$ -5", "-5"),
            ("\u{2212}7", "-7"),
            ("от 500 руб.", "500"),
            ("руб.500", "500"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("15%", "15"),
            ("1'000", "1000"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn a_text_without_exactly_one_number_is_refused() {
        for text in ["", "abc", "10-20", "12:30", "8 800 555 35 35", "1 23", "A-12", "1.2.3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
