//! `round`: a number with fewer digits.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "round",
    title: words("Round", "Округлить"),
    description: words(
        "Rounds to this many digits after the point, a half away from zero; \"up\" and \"down\" go one way.",
        "Округляет до указанного числа знаков после запятой, половину от нуля; «up» и «down» только вверх или вниз.",
    ),
    group: Group::Number,
    params: &[
        Param::optional(
            "digits",
            ParamKind::Integer { min: -12, max: 12 },
            "Digits; 0",
            "Знаков; 0",
        ),
        Param::optional(
            "way",
            ParamKind::Choice { values: &["half", "up", "down"] },
            "How; half",
            "Как; half",
        ),
    ],
    typed: true,
    examples: &[
        gives("2.5", "", "3"),
        gives("-2.5", "", "-3"),
        gives(r#""1,005""#, r#"{"digits":2}"#, "1.01"),
        gives("1250", r#"{"digits":-2}"#, "1300"),
        gives("2.1", r#"{"way":"up"}"#, "3"),
        gives("-2.1", r#"{"way":"down"}"#, "-3"),
        gives("null", "", "null"),
        fails(r#""x""#, "", "expected a number"),
    ],
    call: Call::Number(|number, args, _| {
        let digits = args.int("digits")?.and_then(|d| i32::try_from(d).ok()).unwrap_or(0);
        let rounded = match args.text_or("way", "half")?.as_ref() {
            "up" => number.negated().floor(digits)?.negated(),
            "down" => number.floor(digits)?,
            _ => number.round(digits)?,
        };
        Ok(rounded.to_value())
    }),
    ..BASE
};
