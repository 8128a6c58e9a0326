//! `regex_extract`: what a pattern matches.

use domain::limits::LOOP_ITEMS;
use regex::Captures;

use super::kit::pattern;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "regex_extract",
    title: words("Take by pattern", "Взять по шаблону"),
    description: words(
        "Takes what a regular expression matches: its first group, or the group named. Null where it does not match; a list with \"all\".",
        "Берёт то, что подходит под регулярное выражение: первую группу или указанную. Если не подошло, пусто; с «all» список.",
    ),
    group: Group::Text,
    params: &[
        Param::required("pattern", ParamKind::Regex, "Regular expression", "Регулярное выражение"),
        Param::optional(
            "group",
            ParamKind::Text,
            "Number or name of the group",
            "Номер или имя группы",
        ),
        Param::optional("all", ParamKind::Bool, "Every match, as a list", "Все совпадения списком"),
    ],
    typed: true,
    examples: &[
        gives(r#""Заказ №1024 от 5 марта""#, r#"{"pattern":"№(\\d+)"}"#, r#""1024""#),
        gives(r#""a=1;b=2""#, r#"{"pattern":"(\\w)=(\\d)","group":2,"all":true}"#, r#"["1","2"]"#),
        gives(r#""x-7""#, r#"{"pattern":"(?P<n>\\d)","group":"n"}"#, r#""7""#),
        gives(r#""нет""#, r#"{"pattern":"\\d"}"#, "null"),
        fails(r#""a""#, r#"{"pattern":"a","group":"b"}"#, "no group \"b\""),
    ],
    call: Call::Text(extract),
    ..BASE
};

fn extract(text: &str, args: &Args<'_>, _: &Env<'_>) -> Done {
    let pattern = pattern::get(&args.need_text("pattern")?)?;
    let first = usize::from(pattern.captures_len() > 1);
    let index = match args.text("group")? {
        None => first,
        Some(g) => {
            let named = || pattern.capture_names().position(|n| n == Some(g.as_ref()));
            let numbered = g.parse().ok().filter(|n| *n < pattern.captures_len());
            numbered.or_else(named).ok_or_else(|| no_group(&g))?
        }
    };
    let taken = |c: &Captures<'_>| c.get(index).map_or(Value::Null, |m| m.as_str().into());
    if !args.bool_or("all", false)? {
        return Ok(pattern.captures(text).map_or(Value::Null, |c| taken(&c)));
    }
    let found: Vec<Value> =
        pattern.captures_iter(text).take(LOOP_ITEMS + 1).map(|c| taken(&c)).collect();
    if found.len() > LOOP_ITEMS { Err(out::too_many()) } else { Ok(found.into()) }
}

fn no_group(name: &str) -> FnError {
    FnError::new(
        Fault::ArgumentValue,
        format!("the pattern has no group \"{name}\""),
        format!("в выражении нет группы «{name}»"),
    )
}
