//! `if_empty`: one value for what is empty, another for what is not.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "if_empty",
    title: words("If empty, then", "Если пусто, то"),
    description: words(
        "One value where there is nothing, only spaces, or a list or map without items; otherwise \"else\", or what there is.",
        "Одно значение там, где ничего нет, одни пробелы или пустой список или набор; иначе «else» или то, что есть.",
    ),
    group: Group::Data,
    params: &[
        Param::optional("then", ParamKind::Any, "If empty; null", "Если пусто; null"),
        Param::optional("else", ParamKind::Any, "If not; what there is", "Если нет; то, что есть"),
    ],
    typed: true,
    examples: &[
        gives(r#""  ""#, r#"{"then":"-"}"#, r#""-""#),
        gives("[]", r#"{"then":"no","else":"yes"}"#, r#""no""#),
        gives("[1]", r#"{"then":"no","else":"yes"}"#, r#""yes""#),
        gives(r#""a""#, r#"{"then":"-"}"#, r#""a""#),
        gives("", r#"{"then":false}"#, "false"),
        gives("0", r#"{"then":1}"#, "0"),
        gives(r#""""#, "", "null"),
    ],
    call: Call::Own(|input, args, _| {
        if read::empty(input.as_ref()) {
            return Ok(args.any("then").cloned().unwrap_or_default());
        }
        Ok(args.any("else").cloned().or(input).unwrap_or_default())
    }),
    ..BASE
};
