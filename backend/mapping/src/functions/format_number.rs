//! `format_number`: a number for people.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "format_number",
    title: words("Number for people", "Число для людей"),
    description: words(
        "Writes a number with grouped thousands and this many digits after the point.",
        "Записывает число с разделением разрядов и указанным числом знаков после запятой.",
    ),
    group: Group::Number,
    params: &[
        Param::optional(
            "digits",
            ParamKind::Integer { min: 0, max: 12 },
            "Digits after the point; as many as there are",
            "Знаков после запятой; сколько есть",
        ),
        Param::optional(
            "thousands",
            ParamKind::Text,
            "Between thousands; a no-break space",
            "Между разрядами; неразрывный пробел",
        ),
        Param::optional(
            "decimal",
            ParamKind::Text,
            "Decimal sign; a comma",
            "Десятичный знак; запятая",
        ),
    ],
    examples: &[
        gives("1234567.5", "", r#""1\u00a0234\u00a0567,5""#),
        gives("1234.5", r#"{"digits":2,"thousands":",","decimal":"."}"#, r#""1,234.50""#),
        gives("-999.996", r#"{"digits":2}"#, r#""-1\u00a0000,00""#),
        gives("-0.001", r#"{"digits":2}"#, r#""0,00""#),
        gives(r#""""#, "", "null"),
    ],
    call: Call::Number(|number, args, _| {
        let digits = args.int("digits")?.and_then(|d| u32::try_from(d).ok());
        let (thousands, decimal) =
            (args.text_or("thousands", NO_BREAK)?, args.text_or("decimal", ",")?);
        out::text(grouped(number, digits, &thousands, &decimal)?)
    }),
    ..BASE
};

/// The space that keeps a number on one line.
pub const NO_BREAK: &str = "\u{a0}";

/// `number` with these signs between its thousands and before its fraction.
pub fn grouped(
    number: Decimal,
    digits: Option<u32>,
    thousands: &str,
    decimal: &str,
) -> Result<String, FnError> {
    let (whole, part) = number.digits(digits)?;
    let zero = whole.bytes().chain(part.bytes()).all(|b| b == b'0');
    let mut text = String::from(if number.is_negative() && !zero { "-" } else { "" });
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push_str(thousands);
        }
        text.push(c);
    }
    if !part.is_empty() {
        text.push_str(decimal);
        text.push_str(&part);
    }
    Ok(text)
}
