//! `join`: a list as one text.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "join",
    title: words("Join a list", "Соединить список"),
    description: words(
        "Puts the items of a list together into one text; empty items are left out.",
        "Соединяет элементы списка в один текст; пустые элементы пропускаются.",
    ),
    group: Group::Text,
    params: &[Param::optional(
        "by",
        ParamKind::Text,
        "Separator; a comma and a space",
        "Разделитель; запятая с пробелом",
    )],
    examples: &[
        gives(r#"["a","b",3]"#, "", r#""a, b, 3""#),
        gives(r#"["a",null,"","b"]"#, r#"{"by":"\n"}"#, r#""a\nb""#),
        gives(r#"[{"a":1}]"#, "", r#""{\"a\":1}""#),
        gives(r#""one""#, "", r#""one""#),
        gives("[]", "", r#""""#),
    ],
    call: Call::List(|items, args, _| {
        let by = args.text_or("by", ", ")?;
        together(items.iter(), &by)
    }),
    ..BASE
};

/// The texts of `items` that are not empty, with `by` between them.
pub fn together<'a>(items: impl Iterator<Item = &'a Value>, by: &str) -> Done {
    let mut result = out::Capped::default();
    let mut first = true;
    for item in items.filter(|v| !read::absent(Some(v))) {
        if !first {
            result.push(by)?;
        }
        first = false;
        result.push(&read::shown(item))?;
    }
    Ok(result.done())
}
