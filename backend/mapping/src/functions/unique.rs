//! `unique`: a list without repetitions.

use std::collections::HashSet;

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "unique",
    title: words("Without repetitions", "Без повторов"),
    description: words(
        "Keeps the first of equal items, in their order; \"by\" compares one field of maps.",
        "Оставляет первый из равных элементов, сохраняя порядок; «by» сравнивает одно поле наборов.",
    ),
    group: Group::List,
    params: &[FIELD],
    typed: true,
    examples: &[
        gives(r#"["a","b","a"]"#, "", r#"["a","b"]"#),
        gives(r#"[{"id":1,"n":1},{"id":1,"n":2}]"#, r#"{"by":"id"}"#, r#"[{"id":1,"n":1}]"#),
        gives(r#"[1,"1"]"#, "", r#"[1,"1"]"#),
        gives("null", "", "null"),
    ],
    call: Call::OwnList(|mut items, args, _| {
        let by = args.text("by")?;
        let mut seen = HashSet::new();
        items.retain(|item| {
            let key = by.as_ref().map_or(Some(item), |path| read::at(item, path));
            seen.insert(key.map(ToString::to_string))
        });
        Ok(items.into())
    }),
    ..BASE
};

/// The field of the items that a list function looks at.
pub const FIELD: Param = Param::optional(
    "by",
    ParamKind::Text,
    "Field of the items, such as price.amount",
    "Поле элементов, например price.amount",
);
