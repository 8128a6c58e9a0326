//! `abs`: a number without its sign.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "abs",
    title: words("Without the sign", "Модуль числа"),
    description: words(
        "Makes a negative number positive.",
        "Делает отрицательное число положительным.",
    ),
    group: Group::Number,
    typed: true,
    examples: &[
        gives("-5", "", "5"),
        gives(r#""-1 200,5""#, "", "1200.5"),
        gives("0", "", "0"),
        gives(r#""""#, "", "null"),
    ],
    call: Call::Number(|number, _, _| Ok(number.abs().to_value())),
    ..BASE
};
