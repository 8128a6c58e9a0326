//! How data is written into the text around it (semantics S9).

use domain::Code;
use domain::field::Escape;

use crate::error::MapError;
use crate::url;

/// Appends data to what was rendered before it. `raw` is `{{{x}}}`.
pub fn append(escape: Escape, raw: bool, data: &str, out: &mut String) -> Result<(), MapError> {
    match escape {
        Escape::Url => url::append(raw, data, out)?,
        Escape::Html if !raw => html(data, out),
        Escape::Xml if !raw => xml(data, out)?,
        Escape::None | Escape::Html | Escape::Xml => out.push_str(data),
    }
    Ok(())
}

/// The entities of Handlebars.
pub fn html(data: &str, out: &mut String) {
    each(data, out, |c| match c {
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'&' => Some("&amp;"),
        b'\'' => Some("&#x27;"),
        b'`' => Some("&#x60;"),
        b'=' => Some("&#x3D;"),
        _ => None,
    });
}

/// For text and attributes of XML 1.0. White space other than a space is written as a reference,
/// because parsers change it; characters that XML cannot hold are refused.
fn xml(data: &str, out: &mut String) -> Result<(), MapError> {
    let illegal = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if let Some(c) = data.chars().find(|c| illegal(*c)) {
        let c = u32::from(c);
        return Err(MapError::new(
            Code::FieldInvalid,
            format!("XML cannot hold the character U+{c:04X}"),
            format!("в XML не может быть символа U+{c:04X}"),
        ));
    }
    each(data, out, |c| match c {
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'&' => Some("&amp;"),
        b'\'' => Some("&#39;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        b'\r' => Some("&#13;"),
        _ => None,
    });
    Ok(())
}

/// Copies runs of plain text at once; only ASCII bytes are ever replaced.
fn each(data: &str, out: &mut String, entity: impl Fn(u8) -> Option<&'static str>) {
    let mut from = 0;
    for (i, b) in data.bytes().enumerate() {
        if let Some(text) = entity(b) {
            out.push_str(&data[from..i]);
            out.push_str(text);
            from = i + 1;
        }
    }
    out.push_str(&data[from..]);
}
