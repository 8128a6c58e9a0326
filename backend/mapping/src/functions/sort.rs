//! `sort`: a list in order.

use std::cmp::Ordering;

use super::kit::compare;
use super::kit::prelude::*;
use super::unique::FIELD;

pub static FUNCTION: Function = Function {
    name: "sort",
    title: words("Sort", "Сортировать"),
    description: words(
        "Sorts numbers by size and texts by letters, by a field of maps with \"by\"; what is empty comes last.",
        "Сортирует числа по величине, тексты по буквам, с «by» по полю наборов; пустое в конце.",
    ),
    group: Group::List,
    params: &[
        FIELD,
        Param::optional(
            "order",
            ParamKind::Choice { values: &["asc", "desc"] },
            "Up or down; asc",
            "По возрастанию или убыванию; asc",
        ),
    ],
    typed: true,
    examples: &[
        gives(r#"[10,9,"8"]"#, "", r#"["8",9,10]"#),
        gives(r#"["б","А",null]"#, "", r#"["А","б",null]"#),
        gives(r#"[{"p":1},{"p":3},{}]"#, r#"{"by":"p","order":"desc"}"#, r#"[{"p":3},{"p":1},{}]"#),
        gives("[]", "", "[]"),
    ],
    call: Call::OwnList(|mut items, args, _| {
        let by = args.text("by")?;
        let down = args.text_or("order", "asc")? == "desc";
        let key = |v: &Value| {
            let v = by.as_ref().map_or(Some(v), |path| read::at(v, path));
            Key::of(v.unwrap_or(&Value::Null))
        };
        let mut keyed: Vec<(Key, Value)> = items.drain(..).map(|v| (key(&v), v)).collect();
        keyed.sort_by(|(a, _), (b, _)| a.order(b, down));
        Ok(keyed.into_iter().map(|(_, v)| v).collect::<Vec<_>>().into())
    }),
    ..BASE
};

/// What is compared: numbers before texts, and what has no order at the end.
enum Key {
    Number(Decimal),
    Text(String),
    None,
}

impl Key {
    fn of(v: &Value) -> Key {
        match (compare::number(v), read::scalar(v)) {
            (Some(n), _) => Key::Number(n),
            (None, Some(t)) if !t.is_empty() => Key::Text(t.trim().to_lowercase()),
            _ => Key::None,
        }
    }

    fn order(&self, other: &Key, down: bool) -> Ordering {
        let turned = |o: Ordering| if down { o.reverse() } else { o };
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => turned(a.total_order(*b)),
            (Key::Text(a), Key::Text(b)) => turned(a.cmp(b)),
            (Key::Number(_), Key::Text(_)) => turned(Ordering::Less),
            (Key::Text(_), Key::Number(_)) => turned(Ordering::Greater),
            (Key::None, Key::None) => Ordering::Equal,
            (Key::None, _) => Ordering::Greater,
            (_, Key::None) => Ordering::Less,
        }
    }
}
