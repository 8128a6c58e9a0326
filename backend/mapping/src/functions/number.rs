//! `number`: the number in a text.

use super::kit::numeral;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "number",
    title: words("To a number", "В число"),
    description: words(
        "Reads the one number of a text: \"12,5\", \"1 234,50 ₽\", \"1,234.5\". Spaces group thousands, units around are dropped. A single comma is the decimal sign unless \"decimal\" says otherwise.",
        "Читает единственное число в тексте: «12,5», «1 234,50 ₽», «1,234.5». Пробелы делят разряды, единицы вокруг отбрасываются. Единственная запятая считается десятичной, если «decimal» не говорит иное.",
    ),
    group: Group::Number,
    params: &[Param::optional(
        "decimal",
        ParamKind::Choice { values: &[".", ","] },
        "Decimal sign; by the look",
        "Десятичный знак; по виду",
    )],
    typed: true,
    examples: &[
        gives(r#""12,5""#, "", "12.5"),
        gives(r#""1 234,50 ₽""#, "", "1234.5"),
        gives(r#""1,234.5""#, "", "1234.5"),
        gives(r#""1,234""#, "", "1.234"),
        gives(r#""1,234""#, r#"{"decimal":"."}"#, "1234"),
        gives(r#""от 500 руб.""#, "", "500"),
        gives("-3.0", "", "-3"),
        gives("true", "", "1"),
        gives(r#""  ""#, "", "null"),
        fails(r#""10-20""#, "", "expected a number, got \"10-20\""),
        fails("[1]", "", "expected a number, got list"),
    ],
    call: Call::Any(|input, args, _| {
        let Some(value) = input.filter(|v| !v.is_null() && !read::blank(v)) else {
            return Ok(Value::Null);
        };
        let sign = args.text("decimal")?.and_then(|s| s.chars().next());
        let number = match value {
            Value::Bool(b) => Decimal::int(i64::from(*b)),
            Value::String(s) => {
                numeral::parse(s, sign).ok_or_else(|| FnError::value("a number", "число", s))?
            }
            other => Decimal::of(other)?,
        };
        Ok(number.to_value())
    }),
    ..BASE
};
