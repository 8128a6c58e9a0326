//! `coalesce`: the first value that is there.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "coalesce",
    title: words("First that is filled", "Первое заполненное"),
    description: words(
        "The first of this value and the others that is not missing, null or an empty text.",
        "Первое из этого и других значений, которое есть, не null и не пустой текст.",
    ),
    group: Group::Data,
    params: &[Param::rest("values", "The others, in order", "Остальные по порядку")],
    typed: true,
    examples: &[
        gives("", r#"{"values":[null,"","b","c"]}"#, r#""b""#),
        gives(r#""a""#, r#"{"values":["b"]}"#, r#""a""#),
        gives(r#""""#, r#"{"values":[""]}"#, "null"),
        gives("0", r#"{"values":[5]}"#, "0"),
    ],
    call: Call::Own(|input, args, _| {
        Ok(match input {
            Some(v) if !read::absent(Some(&v)) => v,
            _ => {
                let others = args.need_rest("values")?;
                let found = others.into_iter().find(|v| !read::absent(Some(v)));
                found.cloned().unwrap_or_default()
            }
        })
    }),
    ..BASE
};
