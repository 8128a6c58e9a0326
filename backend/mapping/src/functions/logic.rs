//! `eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `and`, `or`, `not`: comparisons and logic for templates.

use std::cmp::Ordering;

use super::kit::compare;
use super::kit::prelude::*;

pub static EQ: Function = Function {
    name: "eq",
    title: words("Equals", "Равно"),
    description: words(
        "Whether two values are equal: numbers as numbers where both look like numbers, texts trimmed and without case unless \"exact\".",
        "Равны ли два значения: числа как числа, если оба на них похожи, тексты без пробелов по краям и регистра, если нет «exact».",
    ),
    params: &[TO, EXACT],
    examples: &[
        gives(r#""New ""#, r#"{"to":"new"}"#, "true"),
        gives(r#""New""#, r#"{"to":"new","exact":true}"#, "false"),
        gives(r#""5,0""#, r#"{"to":5}"#, "true"),
        gives("", r#"{"to":null}"#, "true"),
        gives(r#""""#, r#"{"to":null}"#, "false"),
        gives("[1]", r#"{"to":[1]}"#, "true"),
    ],
    call: Call::Any(|input, args, _| Ok(equal(input, args)?.into())),
    ..LOGIC
};

pub static NE: Function = Function {
    name: "ne",
    title: words("Not equal", "Не равно"),
    description: words(
        "Whether two values differ, by the rules of eq.",
        "Различаются ли два значения, по правилам eq.",
    ),
    params: &[TO, EXACT],
    examples: &[
        gives(r#""a""#, r#"{"to":"b"}"#, "true"),
        gives("1", r#"{"to":"1.0"}"#, "false"),
        gives(r#""A""#, r#"{"to":"a","exact":true}"#, "true"),
        gives("", r#"{"to":"a"}"#, "true"),
    ],
    call: Call::Any(|input, args, _| Ok((!equal(input, args)?).into())),
    ..LOGIC
};

pub static GT: Function = Function {
    name: "gt",
    title: words("Greater", "Больше"),
    description: words(
        "Whether this is greater: as numbers where both look like numbers, otherwise as texts.",
        "Больше ли это: как числа, если оба на них похожи, иначе как тексты.",
    ),
    params: &[TO],
    examples: &[
        gives(r#""10""#, r#"{"to":9}"#, "true"),
        gives(r#""b""#, r#"{"to":"A"}"#, "true"),
        gives("", r#"{"to":1}"#, "false"),
    ],
    call: Call::Any(|input, args, _| Ok(ordered(input, args, Ordering::is_gt))),
    ..LOGIC
};

pub static GTE: Function = Function {
    name: "gte",
    title: words("Greater or equal", "Больше или равно"),
    description: words(
        "Whether this is not less, by the rules of gt.",
        "Не меньше ли это, по правилам gt.",
    ),
    params: &[TO],
    examples: &[
        gives("9", r#"{"to":"9,0"}"#, "true"),
        gives("8.99", r#"{"to":9}"#, "false"),
        gives("null", r#"{"to":0}"#, "false"),
    ],
    call: Call::Any(|input, args, _| Ok(ordered(input, args, Ordering::is_ge))),
    ..LOGIC
};

pub static LT: Function = Function {
    name: "lt",
    title: words("Less", "Меньше"),
    description: words(
        "Whether this is less, by the rules of gt.",
        "Меньше ли это, по правилам gt.",
    ),
    params: &[TO],
    examples: &[
        gives(r#""2026-03-05""#, r#"{"to":"2026-03-06"}"#, "true"),
        gives("-1", r#"{"to":"-2"}"#, "false"),
        gives("[1]", r#"{"to":2}"#, "false"),
    ],
    call: Call::Any(|input, args, _| Ok(ordered(input, args, Ordering::is_lt))),
    ..LOGIC
};

pub static LTE: Function = Function {
    name: "lte",
    title: words("Less or equal", "Меньше или равно"),
    description: words(
        "Whether this is not greater, by the rules of gt.",
        "Не больше ли это, по правилам gt.",
    ),
    params: &[TO],
    examples: &[
        gives("5", r#"{"to":5}"#, "true"),
        gives(r#""б""#, r#"{"to":"а"}"#, "false"),
        gives("", r#"{"to":5}"#, "false"),
    ],
    call: Call::Any(|input, args, _| Ok(ordered(input, args, Ordering::is_le))),
    ..LOGIC
};

pub static AND: Function = Function {
    name: "and",
    title: words("And", "И"),
    description: words(
        "Whether this and all the others are true; false, 0, null and what is empty are not.",
        "Истинны ли это и все остальные; false, 0, null и пустое не истинны.",
    ),
    params: &[OTHERS],
    examples: &[
        gives("true", r#"{"values":["a",1]}"#, "true"),
        gives("true", r#"{"values":[0]}"#, "false"),
        gives("", r#"{"values":[true]}"#, "false"),
    ],
    call: Call::Any(|input, args, _| {
        let others = args.need_rest("values")?;
        Ok((read::truthy(input) && others.iter().all(|v| read::truthy(Some(v)))).into())
    }),
    ..LOGIC
};

pub static OR: Function = Function {
    name: "or",
    title: words("Or", "Или"),
    description: words(
        "Whether this or one of the others is true.",
        "Истинно ли это или хотя бы одно из остальных.",
    ),
    params: &[OTHERS],
    examples: &[
        gives("false", r#"{"values":["a"]}"#, "true"),
        gives("", r#"{"values":[[],{},"",0]}"#, "false"),
        gives("1", r#"{"values":[null]}"#, "true"),
    ],
    call: Call::Any(|input, args, _| {
        let others = args.need_rest("values")?;
        Ok((read::truthy(input) || others.iter().any(|v| read::truthy(Some(v)))).into())
    }),
    ..LOGIC
};

pub static NOT: Function = Function {
    name: "not",
    title: words("Not", "Не"),
    description: words(
        "True for false, 0, null and what is empty; false for the rest.",
        "true для false, 0, null и пустого; false для остального.",
    ),
    examples: &[
        gives("true", "", "false"),
        gives("", "", "true"),
        gives(r#""0""#, "", "false"),
        gives("[]", "", "true"),
    ],
    call: Call::Any(|input, _, _| Ok((!read::truthy(input)).into())),
    ..LOGIC
};

const LOGIC: Function = Function { group: Group::Logic, typed: true, ..BASE };
const TO: Param = Param::optional("to", ParamKind::Any, "Compared with", "С чем сравнить");
const EXACT: Param = Param::optional(
    "exact",
    ParamKind::Bool,
    "Case and spaces matter",
    "Учитывать регистр и пробелы",
);
const OTHERS: Param = Param::rest("values", "The others", "Остальные");

fn equal(input: Option<&Value>, args: &Args<'_>) -> Result<bool, FnError> {
    let exact = args.bool_or("exact", false)?;
    let to = args.any("to").unwrap_or(&Value::Null);
    Ok(compare::equal(input.unwrap_or(&Value::Null), to, exact))
}

fn ordered(input: Option<&Value>, args: &Args<'_>, is: fn(Ordering) -> bool) -> Value {
    let to = args.any("to").unwrap_or(&Value::Null);
    compare::order(input.unwrap_or(&Value::Null), to).is_some_and(is).into()
}
