//! `regex_replace`: what a pattern matches, replaced.

use domain::limits::RENDERED_BYTES;

use super::kit::pattern;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "regex_replace",
    title: words("Replace by pattern", "Заменить по шаблону"),
    description: words(
        "Replaces what a regular expression matches; $1 and ${name} stand for groups.",
        "Заменяет всё, что подходит под регулярное выражение; $1 и ${name} означают группы.",
    ),
    group: Group::Text,
    params: &[
        Param::required("pattern", ParamKind::Regex, "Regular expression", "Регулярное выражение"),
        Param::optional("with", ParamKind::Text, "What to put", "На что заменить"),
    ],
    examples: &[
        gives(r#""a1b22""#, r#"{"pattern":"\\d+","with":"N"}"#, r#""aNbN""#),
        gives(
            r#""Иванов Иван""#,
            r#"{"pattern":"^(\\S+) (\\S+)$","with":"$2 $1"}"#,
            r#""Иван Иванов""#,
        ),
        gives(r#""abc""#, r#"{"pattern":"(?i)B"}"#, r#""ac""#),
        gives("", r#"{"pattern":"a"}"#, "null"),
        fails(r#""a""#, r#"{"pattern":"("}"#, "not a regular expression"),
    ],
    call: Call::Text(replace),
    ..BASE
};

fn replace(text: &str, args: &Args<'_>, _: &Env<'_>) -> Done {
    let (pattern, with) = (pattern::get(&args.need_text("pattern")?)?, args.text_or("with", "")?);
    let mut result = out::Capped::default();
    let mut end = 0;
    let signs = with.matches('$').count();
    let mut piece = String::new();
    for groups in pattern.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        result.push(&text[end..whole.start()])?;
        // A group is no longer than the match: the piece is bounded before it is made.
        if with.len() + signs * whole.len() > RENDERED_BYTES {
            return Err(out::too_large());
        }
        piece.clear();
        groups.expand(&with, &mut piece);
        result.push(&piece)?;
        end = whole.end();
    }
    result.push(&text[end..])?;
    Ok(result.done())
}
