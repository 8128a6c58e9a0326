//! `xml`: a text that stands in XML as it is.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "xml",
    title: words("For XML", "Для XML"),
    description: words(
        "Writes & < > \" and ' as references and leaves out characters that XML 1.0 does not allow.",
        "Записывает & < > \" и ' ссылками и убирает символы, недопустимые в XML 1.0.",
    ),
    group: Group::Data,
    examples: &[
        gives(r#""<a b=\"c\">&'""#, "", r#""&lt;a b=&quot;c&quot;&gt;&amp;&apos;""#),
        gives(r#""a\u0000\u0008b\n""#, "", r#""ab\n""#),
        gives("12.5", "", r#""12.5""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| {
        out::escape(text, |c| {
            Some(match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&apos;",
                '\t' | '\n' | '\r' => return None,
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "",
                _ => return None,
            })
        })
    }),
    ..BASE
};
