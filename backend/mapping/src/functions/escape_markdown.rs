//! `escape_markdown`: a text that stands in Telegram's MarkdownV2 as it is
//! (<https://core.telegram.org/bots/api#markdownv2-style>).

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "escape_markdown",
    title: words("For Telegram MarkdownV2", "Для Telegram MarkdownV2"),
    description: words(
        "Puts a backslash before every sign that MarkdownV2 would take as markup; inside code and links fewer signs need it.",
        "Ставит обратную черту перед каждым знаком, который MarkdownV2 счёл бы разметкой; в коде и ссылках таких знаков меньше.",
    ),
    group: Group::Data,
    params: &[Param::optional(
        "inside",
        ParamKind::Choice { values: &["text", "code", "link"] },
        "Where it stands; text",
        "Где стоит; text",
    )],
    examples: &[
        gives(r#""Сумма: 1.5 (нал.)!""#, "", r#""Сумма: 1\\.5 \\(нал\\.\\)\\!""#),
        gives(r#""a_b*c[d]""#, "", r#""a\\_b\\*c\\[d\\]""#),
        gives(r#""a\\b`c.""#, r#"{"inside":"code"}"#, r#""a\\\\b\\`c.""#),
        gives(r#""https://a.b/(c)""#, r#"{"inside":"link"}"#, r#""https://a.b/(c\\)""#),
        gives("null", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let signs = match args.text_or("inside", "text")?.as_ref() {
            "code" => "`\\",
            "link" => ")\\",
            _ => "_*[]()~`>#+-=|{}.!\\",
        };
        let mut result = out::Capped::default();
        for c in text.chars() {
            if signs.contains(c) {
                result.push_char('\\')?;
            }
            result.push_char(c)?;
        }
        Ok(result.done())
    }),
    ..BASE
};
