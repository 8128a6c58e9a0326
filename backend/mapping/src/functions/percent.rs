//! `percent`: a share of a number, or a number as a share.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "percent",
    title: words("Percent", "Процент"),
    description: words(
        "With \"rate\" gives that many percent of the number; with \"of\" how many percent of it the number is.",
        "С «rate» даёт столько процентов от числа; с «of» сколько процентов от него составляет число.",
    ),
    group: Group::Number,
    params: &[
        Param::optional("rate", ParamKind::Number, "Percent of the number", "Процентов от числа"),
        Param::optional("of", ParamKind::Number, "The whole, 100 %", "Целое, 100 %"),
    ],
    typed: true,
    examples: &[
        gives("1500", r#"{"rate":20}"#, "300"),
        gives("25", r#"{"of":200}"#, "12.5"),
        gives("1", r#"{"of":3}"#, "33.33"),
        gives("1", r#"{"of":0}"#, "null"),
        fails("1", "", "one of \"rate\" and \"of\""),
    ],
    call: Call::Number(|number, args, _| {
        let hundredth = Decimal::plain("0.01").unwrap_or(Decimal::ZERO);
        match (args.number("rate")?, args.number("of")?) {
            (Some(rate), None) => Ok(number.multiply(rate)?.multiply(hundredth)?.to_value()),
            (None, Some(whole)) => match number.multiply(Decimal::int(100))?.divide(whole)? {
                Some(share) => Ok(share.round(2)?.to_value()),
                None => Ok(Value::Null),
            },
            _ => Err(FnError::new(
                Fault::ArgumentMissing,
                "give one of \"rate\" and \"of\"",
                "укажите что-то одно: «rate» или «of»",
            )),
        }
    }),
    ..BASE
};
