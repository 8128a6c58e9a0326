//! Takes a multipart body apart (RFC 2046, 5.1), and the fields of a form out of it (RFC 7578).

use super::mime::{Headers, Params};

/// The body is not what its boundary says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The content type names no boundary.
    NoBoundary,
    /// The closing delimiter is missing.
    NotClosed,
    /// A part has no blank line after its headers.
    NoBlankLine,
    /// A form's part has no name.
    NoName,
}

/// One part: its headers and its content, both without the line breaks around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    pub headers: Headers,
    pub content: &'a [u8],
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// The file name as meant, decoded; `None` for an ordinary field.
    pub file_name: Option<String>,
    /// The part's content type as sent.
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

/// The parts of `body` in order.
pub fn split<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, Broken> {
    let params = Params::of(content_type);
    let delimiter = format!("--{}", params.get("boundary").ok_or(Broken::NoBoundary)?);
    let delimiter = delimiter.as_bytes();
    let mut parts = Vec::new();
    // Whatever comes before the first delimiter is a preamble for people.
    let (_, mut rest) = until(delimiter, body).ok_or(Broken::NotClosed)?;
    while !rest.starts_with(b"--") {
        let start = rest.iter().position(|b| *b == b'\n').ok_or(Broken::NotClosed)? + 1;
        let (part, after) = until(delimiter, &rest[start..]).ok_or(Broken::NotClosed)?;
        parts.push(one(part)?);
        rest = after;
    }
    Ok(parts)
}

/// The fields of a `multipart/form-data` body in order.
pub fn form(content_type: &str, body: &[u8]) -> Result<Vec<Field>, Broken> {
    split(content_type, body)?.iter().map(field).collect()
}

fn field(part: &Part<'_>) -> Result<Field, Broken> {
    let disposition = Params::of(part.headers.get("content-disposition").unwrap_or_default());
    Ok(Field {
        name: disposition.get("name").ok_or(Broken::NoName)?.to_owned(),
        file_name: disposition.get("filename").map(str::to_owned),
        content_type: part.headers.get("content-type").map(str::to_owned),
        bytes: part.content.to_vec(),
    })
}

/// Cuts `text` at the first line that begins with `delimiter`. The line break before the delimiter
/// belongs to it.
fn until<'a>(delimiter: &[u8], text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let mut from = 0;
    loop {
        let line = &text[from..];
        if let Some(after) = line.strip_prefix(delimiter).filter(|after| ends_delimiter(after)) {
            let before = &text[..from];
            return Some((before.strip_suffix(b"\r\n").unwrap_or(before), after));
        }
        from += line.iter().position(|b| *b == b'\n')? + 1;
    }
}

/// Another boundary may begin with this one; only a line break, white space or `--` may follow.
fn ends_delimiter(after: &[u8]) -> bool {
    after.starts_with(b"--") || after.first().is_none_or(u8::is_ascii_whitespace)
}

fn one(part: &[u8]) -> Result<Part<'_>, Broken> {
    let (headers, content) = Headers::split_from(part).ok_or(Broken::NoBlankLine)?;
    Ok(Part { headers, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=b0";

    proptest::proptest! {
        #[test]
        fn any_content_comes_out_as_it_went_in(contents: Vec<Vec<u8>>) {
            let mut body = Vec::new();
            for content in &contents {
                body.extend_from_slice(b"--b0\r\nContent-Disposition: form-data; name=f\r\n\r\n");
                body.extend_from_slice(content);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"--b0--\r\n");
            let fields = form(TYPE, &body).unwrap();
            let got: Vec<Vec<u8>> = fields.into_iter().map(|f| f.bytes).collect();
            proptest::prop_assert_eq!(got, contents);
        }

        #[test]
        fn no_body_is_a_panic(body: Vec<u8>) {
            let _ = split(TYPE, &body);
        }
    }

    #[test]
    fn fields_and_files_come_out_byte_for_byte() {
        let body = b"--b0\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n\
            --b0\r\nContent-Disposition: form-data; name=\"document\"; \
            filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.bin\r\nContent-Type: a/b\r\n\r\n\
            \r\n--b\0\r\n\r\n--b0--\r\n";
        let fields = form(TYPE, body).unwrap();
        assert_eq!((fields[0].name.as_str(), &fields[0].bytes[..]), ("chat_id", &b"42"[..]));
        assert_eq!(fields[1].file_name.as_deref(), Some("счёт.bin"));
        assert_eq!(fields[1].content_type.as_deref(), Some("a/b"));
        assert_eq!(fields[1].bytes, b"\r\n--b\0\r\n");
    }

    #[test]
    fn a_longer_boundary_is_another_boundary() {
        let body = b"--b0\r\n\r\n--b01\r\n--b0--";
        assert_eq!(split(TYPE, body).unwrap()[0].content, b"--b01");
    }

    #[test]
    fn a_form_without_its_end_is_broken() {
        let body = b"--b0\r\nContent-Disposition: form-data; name=a\r\n\r\n42\r\n";
        assert_eq!(form(TYPE, body), Err(Broken::NotClosed));
        assert_eq!(form("multipart/form-data", body), Err(Broken::NoBoundary));
    }
}
