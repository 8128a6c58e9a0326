//! `escape_html`: a text that stands in HTML as it is.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "escape_html",
    title: words("For HTML", "Для HTML"),
    description: words(
        "Writes & < > \" and ' as references, so that data cannot become tags.",
        "Записывает & < > \" и ' ссылками, чтобы данные не стали тегами.",
    ),
    group: Group::Data,
    examples: &[
        gives(
            r#""<b>\"Tom\" & 'Jerry'</b>""#,
            "",
            r#""&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;""#,
        ),
        gives(r#""Привет""#, "", r#""Привет""#),
        gives(r#""&amp;""#, "", r#""&amp;amp;""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| {
        out::escape(text, |c| {
            Some(match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => return None,
            })
        })
    }),
    ..BASE
};
