//! `strip_html`: the text of an HTML fragment.

use super::kit::entity;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "strip_html",
    title: words("HTML to text", "Убрать HTML"),
    description: words(
        "Removes tags, scripts, styles and comments, decodes references such as &nbsp; and breaks lines where blocks end.",
        "Убирает теги, скрипты, стили и комментарии, раскрывает ссылки вида &nbsp; и переносит строки на границах блоков.",
    ),
    group: Group::Text,
    examples: &[
        gives(
            r#""<p>Привет, <b>мир</b>!</p><p>Как&nbsp;дела?</p>""#,
            "",
            r#""Привет, мир!\nКак дела?""#,
        ),
        gives(r#""a<br/>b &lt;c&gt; &#1078;""#, "", r#""a\nb <c> ж""#),
        gives(r#""<script>alert(1)</script>x<!-- y -->""#, "", r#""x""#),
        gives(r#""<a title='x>y'>z</a>""#, "", r#""z""#),
        gives(r#""1 < 2 & 3""#, "", r#""1 < 2 & 3""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| out::text(strip(text))),
    ..BASE
};

const BLOCKS: [&str; 18] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "section",
    "article",
    "blockquote",
];

fn strip(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    let last = html.rfind('>').unwrap_or(0);
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        let reference = rest[at..].starts_with('&');
        let after = &rest[at + 1..];
        rest = after;
        if reference {
            match entity::decode(after) {
                Some((c, len)) => {
                    text.push(c);
                    rest = &after[len..];
                }
                None => text.push('&'),
            }
        } else if html.len() - after.len() > last {
            // No tag ends after this; looking again for every `<` would take forever.
            text.push('<');
        } else if let Some(end) = tag(after, &mut text) {
            rest = &after[end..];
        } else {
            text.push('<');
        }
    }
    text.push_str(rest);
    tidy(&text)
}

/// Skips the tag or comment that `after` begins with: where it ends.
fn tag(after: &str, text: &mut String) -> Option<usize> {
    if let Some(comment) = after.strip_prefix("!--") {
        return Some(comment.find("-->").map_or(after.len(), |i| i + 6));
    }
    let name = after.strip_prefix('/').unwrap_or(after);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
        return None;
    }
    let end = tag_end(after)? + 1;
    let name: String = name.chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
    let name = name.to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) {
        text.push('\n');
    } else if name == "td" || name == "th" {
        text.push(' ');
    }
    if (name == "script" || name == "style") && !after.starts_with('/') {
        return Some(raw_end(after, &name).unwrap_or(after.len()));
    }
    Some(end)
}

/// The `>` that ends a tag: not one in a quoted attribute, unless its quote is never closed.
fn tag_end(after: &str) -> Option<usize> {
    let mut quote = None;
    for (i, b) in after.bytes().enumerate() {
        match (quote, b) {
            (None, b'>') => return Some(i),
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
    }
    after.find('>')
}

/// Where the closing tag of a script or style ends.
fn raw_end(after: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = after[from..].find("</") {
        let start = from + at + 2;
        let close = after.get(start..start + name.len());
        if close.is_some_and(|c| c.eq_ignore_ascii_case(name)) {
            return after[start..].find('>').map(|i| start + i + 1);
        }
        from = start;
    }
    None
}

/// Lines trimmed, spaces inside single, empty lines gone.
fn tidy(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !words.is_empty() {
            lines.push(words.join(" "));
        }
    }
    lines.join("\n")
}
