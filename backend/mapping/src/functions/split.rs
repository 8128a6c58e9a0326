//! `split`: a text cut into a list.

use domain::limits::LOOP_ITEMS;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "split",
    title: words("Split into a list", "Разбить на список"),
    description: words(
        "Cuts a text at every separator into a list of trimmed parts. An empty text is an empty list.",
        "Разрезает текст по разделителю в список частей без пробелов по краям. Пустой текст даёт пустой список.",
    ),
    group: Group::Text,
    params: &[
        Param::optional("by", ParamKind::Text, "Separator; a comma", "Разделитель; запятая"),
        Param::optional(
            "trim",
            ParamKind::Bool,
            "Trim the parts; yes",
            "Убирать пробелы у частей; да",
        ),
        Param::optional(
            "skip_empty",
            ParamKind::Bool,
            "Leave out empty parts",
            "Пропускать пустые части",
        ),
    ],
    typed: true,
    examples: &[
        gives(r#""a, b,c""#, "", r#"["a","b","c"]"#),
        gives(r#""a;;b""#, r#"{"by":";"}"#, r#"["a","","b"]"#),
        gives(r#""a;;b""#, r#"{"by":";","skip_empty":true}"#, r#"["a","b"]"#),
        gives(r#""a - b""#, r#"{"by":"-","trim":false}"#, r#"["a "," b"]"#),
        gives(r#""""#, "", "[]"),
        fails(r#""a""#, r#"{"by":""}"#, "the separator is empty"),
    ],
    call: Call::Text(|text, args, _| {
        let by = args.text_or("by", ",")?;
        let (trim, skip) = (args.bool_or("trim", true)?, args.bool_or("skip_empty", false)?);
        if by.is_empty() {
            return Err(FnError::new(
                Fault::ArgumentValue,
                "the separator is empty",
                "разделитель пуст",
            ));
        }
        if text.is_empty() {
            return Ok(Value::Array(Vec::new()));
        }
        let parts = text.split(by.as_ref()).map(|p| if trim { p.trim() } else { p });
        let parts = parts.filter(|p| !(skip && p.is_empty())).take(LOOP_ITEMS + 1);
        let list: Vec<Value> = parts.map(Value::from).collect();
        if list.len() > LOOP_ITEMS { Err(out::too_many()) } else { Ok(list.into()) }
    }),
    ..BASE
};
