//! `sum`: the numbers of a list together.

use super::kit::prelude::*;
use super::unique::FIELD;

pub static FUNCTION: Function = Function {
    name: "sum",
    title: words("Sum", "Сумма"),
    description: words(
        "Adds the numbers of a list, or of one field of its maps, exactly; empty ones count as 0.",
        "Складывает числа списка или одного поля его наборов точно; пустые считаются нулём.",
    ),
    group: Group::List,
    params: &[FIELD],
    typed: true,
    examples: &[
        gives("[0.1,0.2]", "", "0.3"),
        gives(r#"[{"price":"1 200,50"},{"price":10},{}]"#, r#"{"by":"price"}"#, "1210.5"),
        gives("[]", "", "0"),
        gives("null", "", "null"),
        fails(r#"["x"]"#, "", "expected a number"),
    ],
    call: Call::List(|items, args, _| {
        let by = args.text("by")?;
        let mut total = Decimal::ZERO;
        for item in items {
            let v = by.as_ref().map_or(Some(item), |path| read::at(item, path));
            if let Some(v) = v.filter(|v| !v.is_null() && !read::blank(v)) {
                total = total.add(Decimal::of(v)?)?;
            }
        }
        Ok(total.to_value())
    }),
    ..BASE
};
