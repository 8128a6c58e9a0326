//! `add`: the sum of two numbers.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "add",
    title: words("Add", "Прибавить"),
    description: words(
        "Adds a number, exactly as money is counted; a negative one subtracts.",
        "Прибавляет число точно, как считают деньги; отрицательное вычитает.",
    ),
    group: Group::Number,
    params: &[Param::required("value", ParamKind::Number, "What to add", "Что прибавить")],
    typed: true,
    examples: &[
        gives("0.1", r#"{"value":0.2}"#, "0.3"),
        gives(r#""1 000""#, r#"{"value":"-1"}"#, "999"),
        gives("", r#"{"value":1}"#, "null"),
        fails("1", "", "\"value\" is required"),
    ],
    call: Call::Number(|number, args, _| Ok(number.add(args.need_number("value")?)?.to_value())),
    ..BASE
};
