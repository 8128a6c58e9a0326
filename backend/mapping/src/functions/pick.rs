//! `pick`: one field of every item, or some fields only.

use serde_json::Map;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "pick",
    title: words("Take fields", "Взять поля"),
    description: words(
        "With \"field\" the list of that field of every item; with \"fields\" maps with only these fields.",
        "С «field» список этого поля у всех элементов; с «fields» наборы только с этими полями.",
    ),
    group: Group::List,
    params: &[
        Param::optional("field", ParamKind::Text, "One field", "Одно поле"),
        Param::optional("fields", ParamKind::List, "Several fields", "Несколько полей"),
    ],
    typed: true,
    examples: &[
        gives(r#"[{"name":"A"},{"name":"B"}]"#, r#"{"field":"name"}"#, r#"["A","B"]"#),
        gives(r#"[{"a":{"b":1}},{}]"#, r#"{"field":"a.b"}"#, "[1,null]"),
        gives(r#"{"a":1,"b":2,"c":3}"#, r#"{"fields":["a","c","x"]}"#, r#"{"a":1,"c":3}"#),
        gives("null", r#"{"field":"a"}"#, "null"),
        fails("[]", "", "one of \"field\" and \"fields\""),
    ],
    call: Call::Any(|input, args, _| {
        let Some(value) = input.filter(|v| !v.is_null()) else {
            return Ok(Value::Null);
        };
        let one = args.text("field")?;
        let some = args.list("fields")?;
        let take = |v: &Value| match (&one, some) {
            (Some(field), _) => read::at(v, field).cloned().unwrap_or_default(),
            (None, fields) => only(v, fields.unwrap_or_default()),
        };
        match (&one, some) {
            (Some(_), None) | (None, Some(_)) => {}
            _ => {
                return Err(FnError::new(
                    Fault::ArgumentMissing,
                    "give one of \"field\" and \"fields\"",
                    "укажите что-то одно: «field» или «fields»",
                ));
            }
        }
        Ok(match value {
            Value::Array(items) => items.iter().map(take).collect::<Vec<_>>().into(),
            one => take(one),
        })
    }),
    ..BASE
};

fn only(v: &Value, fields: &[Value]) -> Value {
    let pairs = fields.iter().filter_map(Value::as_str);
    let kept: Map<String, Value> =
        pairs.filter_map(|f| Some((f.to_owned(), read::at(v, f)?.clone()))).collect();
    Value::Object(kept)
}
