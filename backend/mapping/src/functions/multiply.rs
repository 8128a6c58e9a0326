//! `multiply`: the product of two numbers.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "multiply",
    title: words("Multiply", "Умножить"),
    description: words(
        "Multiplies by a number, exactly; kopecks to roubles is 0.01.",
        "Умножает на число точно; копейки в рубли это 0.01.",
    ),
    group: Group::Number,
    params: &[Param::required("by", ParamKind::Number, "By what", "На что")],
    typed: true,
    examples: &[
        gives("12345", r#"{"by":0.01}"#, "123.45"),
        gives(r#""1,1""#, r#"{"by":3}"#, "3.3"),
        gives("0", r#"{"by":-5}"#, "0"),
        gives("null", r#"{"by":2}"#, "null"),
        fails("99999999999999999999", r#"{"by":1e30}"#, "too many digits"),
    ],
    call: Call::Number(|number, args, _| Ok(number.multiply(args.need_number("by")?)?.to_value())),
    ..BASE
};
