//! `default`: a value for what is missing.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "default",
    title: words("Default", "Значение по умолчанию"),
    description: words(
        "The value given where there is nothing, null or an empty text; otherwise what there is.",
        "Указанное значение там, где ничего нет, null или пустой текст; иначе то, что есть.",
    ),
    group: Group::Data,
    params: &[Param::required("value", ParamKind::Any, "The value", "Значение")],
    typed: true,
    examples: &[
        gives("", r#"{"value":"-"}"#, r#""-""#),
        gives(r#""""#, r#"{"value":0}"#, "0"),
        gives(r#""a""#, r#"{"value":"-"}"#, r#""a""#),
        gives("false", r#"{"value":true}"#, "false"),
        gives(r#"" ""#, r#"{"value":"-"}"#, r#"" ""#),
    ],
    call: Call::Own(|input, args, _| {
        Ok(match input {
            Some(v) if !read::absent(Some(&v)) => v,
            _ => args.any("value").cloned().unwrap_or_default(),
        })
    }),
    ..BASE
};
