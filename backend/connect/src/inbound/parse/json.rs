//! JSON bodies. Numbers that JSON values here cannot hold (integers beyond i64/u64, decimals that
//! a double changes) stay text, digit for digit.

use std::borrow::Cow;

use domain::limits::XML_DEPTH;
use serde_json::Value;

use super::error::{ParseError, Place, line_of};

/// Significant digits that a double may have when it is written out whole.
const DOUBLE_DIGITS: usize = 767;

/// Reads one JSON value of any type. Errors name the line and column.
pub fn read(text: &str) -> Result<Value, ParseError> {
    let safe = quote_numbers(text)?;
    serde_json::from_str(&safe).map_err(|e| {
        // A quoted number shifts the columns, so the place is taken from the text as it came.
        let e = match &safe {
            Cow::Borrowed(_) => e,
            Cow::Owned(_) => serde_json::from_str::<serde::de::IgnoredAny>(text).err().unwrap_or(e),
        };
        fault(text, &e)
    })
}

fn fault(text: &str, e: &serde_json::Error) -> ParseError {
    // serde_json counts bytes of the line; people count characters.
    let start: usize = text.split_inclusive('\n').take(e.line().max(1) - 1).map(str::len).sum();
    let place = if e.is_eof() {
        line_of(text, text.len())
    } else {
        line_of(text, start + e.column().saturating_sub(1))
    };
    let full = e.to_string();
    let en = full.split(" at line ").next().unwrap_or(&full);
    ParseError::new(
        place,
        format!("not valid JSON: {en}"),
        format!("ошибка в JSON: {}", in_russian(en)),
    )
}

fn in_russian(en: &str) -> &str {
    match en {
        "EOF while parsing a list" => "текст обрывается внутри списка",
        "EOF while parsing an object" => "текст обрывается внутри объекта",
        "EOF while parsing a string" => "текст обрывается внутри строки",
        "EOF while parsing a value" => "текст обрывается, ожидалось значение",
        "expected `:`" => "ожидалось двоеточие",
        "expected `,` or `]`" => "ожидалась запятая или ]",
        "expected `,` or `}`" => "ожидалась запятая или }",
        "expected value" => "ожидалось значение",
        "expected ident" => "ожидалось true, false или null",
        "key must be a string" => "ключ должен быть строкой в кавычках",
        "trailing comma" => "лишняя запятая",
        "trailing characters" => "лишний текст после значения",
        "invalid escape" => "недопустимая последовательность после обратной черты",
        "invalid number" => "недопустимое число",
        "invalid unicode code point" | "lone leading surrogate in hex escape" => {
            "недопустимый символ \\u"
        }
        _ if en.starts_with("control character") => "управляющий символ внутри строки",
        other => other,
    }
}

/// `text` with every number that would change put in quotes. Also refuses deep nesting, with its
/// place. Broken JSON stays broken: only well-formed number tokens are touched.
fn quote_numbers(text: &str) -> Result<Cow<'_, str>, ParseError> {
    let bytes = text.as_bytes();
    let (mut i, mut depth, mut copied) = (0, 0_usize, 0);
    let mut out = String::new();
    while i < bytes.len() {
        match bytes[i] {
            b'"' => {
                i = string_end(bytes, i + 1);
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > XML_DEPTH {
                    return Err(too_deep(line_of(text, i)));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let end = token_end(bytes, i);
                if !holds(&text[i..end]) && !is_key(bytes, end) {
                    out.push_str(&text[copied..i]);
                    out.push('"');
                    out.push_str(&text[i..end]);
                    out.push('"');
                    copied = end;
                }
                i = end;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    if copied == 0 {
        return Ok(Cow::Borrowed(text));
    }
    out.push_str(&text[copied..]);
    Ok(Cow::Owned(out))
}

fn too_deep(place: Place) -> ParseError {
    ParseError::new(
        place,
        format!("nested deeper than {XML_DEPTH} levels"),
        format!("вложенность больше {XML_DEPTH} уровней"),
    )
}

fn string_end(bytes: &[u8], mut i: usize) -> usize {
    while let Some(b) = bytes.get(i) {
        match b {
            b'"' => return i + 1,
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
    bytes.len()
}

fn token_end(bytes: &[u8], from: usize) -> usize {
    let rest = &bytes[from..];
    from + rest
        .iter()
        .position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .unwrap_or(rest.len())
}

fn is_key(bytes: &[u8], end: usize) -> bool {
    bytes[end..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':')
}

/// Whether a JSON value keeps this number. True for what is no number: the parser reports it.
fn holds(token: &str) -> bool {
    let Some(number) = Decimal::parse(token) else {
        return true;
    };
    if !token.contains(['.', 'e', 'E']) {
        return token.len() <= 18 || token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok();
    }
    // Up to 15 digits always survive a double within its range of exponents.
    if token.len() <= 16 && !token.contains(['e', 'E']) {
        return true;
    }
    match token.parse::<f64>() {
        Ok(v) if v.is_finite() && number.digits.len() <= DOUBLE_DIGITS => {
            // Written shortly, or with as many digits as came, the double is the same number.
            let digits = number.digits.len().saturating_sub(1);
            let is = |text: String| Decimal::parse(&text).as_ref() == Some(&number);
            is(format!("{v:e}")) || is(format!("{v:.digits$e}"))
        }
        _ => false,
    }
}

/// A JSON number as its significant digits times a power of ten.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// None where the token is not a number by the grammar of JSON.
    fn parse(token: &str) -> Option<Decimal> {
        let (negative, rest) = token.strip_prefix('-').map_or((false, token), |r| (true, r));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            None => (rest, 0),
            Some((m, e)) => (m, power(e)?),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            None => (mantissa, ""),
            Some((_, "")) => return None,
            Some(pair) => pair,
        };
        let digital = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digital(whole) || !digital(fraction) {
            return None;
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let mut digits: Vec<u8> =
            whole.bytes().chain(fraction.bytes()).skip_while(|b| *b == b'0').collect();
        let significant = digits.iter().rposition(|b| *b != b'0').map_or(0, |i| i + 1);
        let dropped = i64::try_from(digits.len() - significant).ok()?;
        digits.truncate(significant);
        if digits.is_empty() {
            return Some(Decimal { negative, digits, exponent: 0 });
        }
        let shift = dropped - i64::try_from(fraction.len()).ok()?;
        Some(Decimal { negative, digits, exponent: exponent.saturating_add(shift) })
    }
}

fn power(e: &str) -> Option<i64> {
    let digits = e.strip_prefix(['+', '-']).unwrap_or(e);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Far beyond every double; the exact value does not matter.
    let n = digits.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if e.starts_with('-') { -n } else { n })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn s21_numbers_that_would_change_stay_text() {
        for (text, want) in [
            ("9223372036854775807", json!(i64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!("18446744073709551616")),
            ("-9223372036854775809", json!("-9223372036854775809")),
            ("0.1", json!(0.1)),
            ("12.50", json!(12.5)),
            ("0.30000000000000004", json!(0.300_000_000_000_000_04)),
            ("0.10000000000000001", json!(0.1)),
            ("1947905920521551.2", json!(1_947_905_920_521_551.2)),
            ("1947905920521551.3", json!(1_947_905_920_521_551.2)),
            ("1947905920521551.4", json!("1947905920521551.4")),
            ("0.1234567890123456789", json!("0.1234567890123456789")),
            ("12345678901234.56789", json!("12345678901234.56789")),
            ("1e3", json!(1000.0)),
            ("1E+400", json!("1E+400")),
            ("-1e-400", json!("-1e-400")),
            ("0e99999999999999999999", json!(0.0)),
            ("[1,18446744073709551616 ,2]", json!([1, "18446744073709551616", 2])),
            ("{\"a\":1.00000000000000000001}", json!({"a": "1.00000000000000000001"})),
            ("\"18446744073709551616\"", json!("18446744073709551616")),
        ] {
            assert_eq!(read(text).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn s21_a_number_may_be_as_long_as_a_body() {
        let long = format!("0.{}", "1".repeat(100_000));
        assert_eq!(read(&long).unwrap(), json!(long));
        let zeros = format!("1.{}", "0".repeat(100_000));
        assert_eq!(read(&zeros).unwrap(), json!(1.0));
        let whole = "9".repeat(100_000);
        assert_eq!(read(&whole).unwrap(), json!(whole));
    }

    #[test]
    fn any_root_is_a_body() {
        for (text, want) in [
            ("[]", json!([])),
            (" null ", json!(null)),
            ("\"a\\\"1e999\"", json!("a\"1e999")),
            ("true", json!(true)),
        ] {
            assert_eq!(read(text).unwrap(), want);
        }
    }

    #[test]
    fn faults_name_line_and_column_in_both_languages() {
        for (text, line, column, en) in [
            ("{\"a\":1,", 1, 8, "EOF while parsing a value"),
            ("{\n \"я\": x}", 2, 7, "expected value"),
            ("{18446744073709551616:1}", 1, 2, "key must be a string"),
            ("[18446744073709551616,\n 1 2]", 2, 4, "expected `,` or `]`"),
            ("[01]", 1, 3, "invalid number"),
            ("", 1, 1, "EOF while parsing a value"),
        ] {
            let e = read(text).unwrap_err();
            assert_eq!(e.place(), Place::Line { line, column }, "{text}: {e}");
            assert!(e.to_string().ends_with(en), "{text}: {e}");
            assert!(e.text().ru.starts_with(&format!("строка {line}, столбец {column}: ошибка")));
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let ok = "[".repeat(XML_DEPTH) + &"]".repeat(XML_DEPTH);
        assert!(read(&ok).is_ok());
        let e = read(&"{\"a\":".repeat(100_000)).unwrap_err();
        assert_eq!(e.place(), Place::Line { line: 1, column: XML_DEPTH * 5 + 1 });
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = read(&text);
        }
        #[test]
        fn json_like_text_is_read_or_refused(text in "[\\[\\]{}\",:0-9eE.+\\-tfn\\\\ u]{0,60}") {
            let ours = read(&text).is_ok();
            let theirs = serde_json::from_str::<Value>(&text).map(|_| ()).map_err(|e| e.to_string());
            // Only numbers beyond a double may differ: theirs is an error, ours a text.
            match theirs {
                Ok(()) => proptest::prop_assert!(ours),
                Err(e) => proptest::prop_assert!(!ours || e.starts_with("number out of range"), "{}", e),
            }
        }
        #[test]
        fn whole_numbers_keep_every_digit(digits in "[1-9][0-9]{0,60}") {
            let v = read(&digits).unwrap();
            let shown = v.as_str().map_or_else(|| v.to_string(), str::to_string);
            proptest::prop_assert_eq!(shown, digits);
        }
        #[test]
        fn doubles_stay_numbers(v in proptest::num::f64::NORMAL) {
            let text = serde_json::to_string(&v).unwrap();
            proptest::prop_assert_eq!(read(&text).unwrap(), json!(v));
        }
    }
}
