//! `multipart/form-data` bodies (RFC 7578). A file is not copied: its value is a handle
//! `{"id": "body:OFFSET:LEN", "name", "mime", "size"}` that names a range of the raw body
//! (semantics S20). Text parts nest like forms (semantics S21).

use domain::limits::MULTIPART_PARTS;
use serde_json::{Value, json};

use super::charset;
use super::error::{ParseError, Place};
use super::nest::Tree;
use super::params::Params;

/// Reads a body whose parts stand between lines of `--boundary`.
pub fn read(raw: &[u8], boundary: &[u8], nest: bool) -> Result<Value, ParseError> {
    let parts = parts(raw, boundary)?;
    let plain = parts.iter().filter(|p| !p.is_file()).flat_map(|p| p.content(raw).iter().copied());
    let label = charset::choose(&plain.collect::<Vec<u8>>(), None);
    let mut tree = Tree::default();
    for part in parts {
        let value = part.value(raw, label.name());
        if nest {
            tree.nest(part.name, value)?;
        } else {
            tree.plain(part.name, value)?;
        }
    }
    Ok(tree.finish())
}

/// The handle of a range of the raw body.
pub fn handle(start: usize, len: usize, name: &str, mime: &str) -> Value {
    json!({"id": format!("body:{start}:{len}"), "name": name, "mime": mime, "size": len})
}

struct Part {
    name: String,
    file: Option<String>,
    kind: Params,
    start: usize,
    end: usize,
}

impl Part {
    /// A part with a file name, or with a type that is no text.
    fn is_file(&self) -> bool {
        let kind = self.kind.value.as_str();
        let text = kind.is_empty()
            || kind.starts_with("text/")
            || kind.ends_with("json")
            || kind.ends_with("xml")
            || kind == "application/x-www-form-urlencoded";
        self.file.is_some() || !text
    }

    fn content<'r>(&self, raw: &'r [u8]) -> &'r [u8] {
        &raw[self.start..self.end]
    }

    fn value(&self, raw: &[u8], label: &str) -> Value {
        if !self.is_file() {
            let label = self.kind.get("charset").unwrap_or(label);
            return Value::String(charset::decode(self.content(raw), Some(label)).into_owned());
        }
        if self.file.as_deref() == Some("") && self.start == self.end {
            // A file field in which no file was chosen.
            return Value::Null;
        }
        let name = self.file.as_deref().filter(|f| !f.is_empty()).unwrap_or(&self.name);
        let mime = match self.kind.value.as_str() {
            "" => "application/octet-stream",
            kind => kind,
        };
        handle(self.start, self.end - self.start, name, mime)
    }
}

fn parts(raw: &[u8], boundary: &[u8]) -> Result<Vec<Part>, ParseError> {
    if boundary.is_empty() {
        return Err(ParseError::new(
            Place::Whole,
            "the content type of a multipart body names no boundary",
            "в типе составного тела не указан boundary",
        ));
    }
    let mut found = Vec::new();
    let mut line = next_line(raw, 0, boundary).ok_or_else(|| {
        let (en, ru) =
            ("no part: the boundary is not in the body", "нет ни одной части с этим boundary");
        ParseError::new(Place::Byte(0), en, ru)
    })?;
    while !line.last {
        if found.len() == MULTIPART_PARTS {
            return Err(ParseError::new(
                Place::Byte(line.start),
                format!("more than {MULTIPART_PARTS} parts"),
                format!("больше {MULTIPART_PARTS} частей"),
            ));
        }
        let next = next_line(raw, line.after, boundary).ok_or_else(|| {
            let (en, ru) = ("the last part is not closed", "последняя часть не закрыта");
            ParseError::new(Place::Byte(line.start), en, ru)
        })?;
        found.extend(part(raw, line.after, next.start)?);
        line = next;
    }
    Ok(found)
}

/// A line of the boundary.
struct Line {
    /// Where the line break before it starts: the end of a part.
    start: usize,
    /// Where the part after it starts.
    after: usize,
    /// `--` follows the boundary.
    last: bool,
}

/// The next boundary line at or after `from`, which is the start of a line.
fn next_line(raw: &[u8], from: usize, boundary: &[u8]) -> Option<Line> {
    let mut at = from;
    loop {
        let rest = raw[at..].strip_prefix(b"--").and_then(|r| r.strip_prefix(boundary));
        if let Some(line) = rest.and_then(|rest| line(raw, from, at, rest)) {
            return Some(line);
        }
        at += raw[at..].iter().position(|b| *b == b'\n')? + 1;
    }
}

fn line(raw: &[u8], from: usize, at: usize, rest: &[u8]) -> Option<Line> {
    let (last, rest) = rest.strip_prefix(b"--").map_or((false, rest), |r| (true, r));
    let blank = rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
    let rest = &rest[blank..];
    let rest = match rest {
        [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
        _ if last => rest,
        _ => return None,
    };
    let mut start = at;
    if start > from {
        start -= 1;
        if start > from && raw[start - 1] == b'\r' {
            start -= 1;
        }
    }
    Some(Line { start, after: raw.len() - rest.len(), last })
}

/// The part in `raw[start..end]`; none for a part without a name.
fn part(raw: &[u8], start: usize, end: usize) -> Result<Option<Part>, ParseError> {
    let mut at = start;
    let mut disposition = Params::default();
    let mut kind = Params::default();
    loop {
        let len = raw[at..end].iter().position(|b| *b == b'\n').ok_or_else(|| {
            let (en, ru) = ("the headers of a part do not end", "заголовки части не закончены");
            ParseError::new(Place::Byte(start), en, ru)
        })?;
        let line = &raw[at..at + len];
        at += len + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let line = charset::decode(line, None);
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => disposition = Params::read(value),
            "content-type" => kind = Params::read(value),
            _ => {}
        }
    }
    let Some(name) = disposition.text("name") else {
        return Ok(None);
    };
    let file = disposition.text("filename").map(|f| file_name(&f));
    Ok(Some(Part { name: unquote(&name), file, kind, start: at, end }))
}

/// The name without the sender's folders.
fn file_name(name: &str) -> String {
    unquote(name.rsplit(['/', '\\']).next().unwrap_or(name))
}

/// Browsers write these three characters so (HTML, "multipart form data").
fn unquote(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (headers, content) in parts {
            out.extend_from_slice(b"--XX\r\n");
            out.extend_from_slice(headers.as_bytes());
            out.extend_from_slice(b"\r\n\r\n");
            out.extend_from_slice(content);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"--XX--\r\n");
        out
    }

    fn range<'r>(raw: &'r [u8], handle: &Value) -> &'r [u8] {
        let id = handle["id"].as_str().unwrap();
        let mut numbers = id.split(':').skip(1).map(|n| n.parse::<usize>().unwrap());
        let (start, len) = (numbers.next().unwrap(), numbers.next().unwrap());
        assert_eq!(handle["size"], len);
        &raw[start..start + len]
    }

    #[test]
    fn s20_a_file_is_a_range_of_the_raw_body() {
        let raw = body(&[
            ("Content-Disposition: form-data; name=\"who\"", "Анна".as_bytes()),
            (
                "content-disposition: form-data; name=\"doc\"; filename=\"C:\\tmp\\счёт.pdf\"\r\nContent-Type: application/pdf",
                b"%PDF\r\n--X\n\0\xff",
            ),
            ("Content-Disposition: form-data; name=\"none\"; filename=\"\"", b""),
            ("Content-Disposition: form-data; name=\"blob\"\r\nContent-Type: image/png", b"\x89P"),
            ("Content-Disposition: form-data; name=\"q\"\r\nContent-Type: application/json", b"{}"),
        ]);
        let v = read(&raw, b"XX", true).unwrap();
        assert_eq!((&v["who"], &v["none"], &v["q"]), (&json!("Анна"), &Value::Null, &json!("{}")));
        assert_eq!(
            (&v["doc"]["name"], &v["doc"]["mime"]),
            (&json!("счёт.pdf"), &json!("application/pdf"))
        );
        assert_eq!(range(&raw, &v["doc"]), b"%PDF\r\n--X\n\0\xff");
        assert_eq!(range(&raw, &v["blob"]), b"\x89P");
        assert_eq!(v["blob"]["name"], "blob");
    }

    #[test]
    fn s21_text_parts_nest_like_forms() {
        let raw = body(&[
            ("Content-Disposition: form-data; name=\"a[0][b]\"", b"1"),
            ("Content-Disposition: form-data; name=\"a[1][b]\"; filename=\"x\"", b"2"),
            ("Content-Disposition: form-data; name=tag", b"3"),
            ("Content-Disposition: form-data; name=tag", b"4"),
        ]);
        let v = read(&raw, b"XX", true).unwrap();
        assert_eq!(v["a"][0], json!({"b": "1"}));
        assert_eq!(v["a"][1]["b"]["size"], 1);
        assert_eq!(v["tag"], json!(["3", "4"]));
        assert_eq!(read(&raw, b"XX", false).unwrap()["a[0][b]"], "1");
    }

    #[test]
    fn a_part_says_its_charset_or_all_parts_share_one() {
        let raw = body(&[
            ("Content-Disposition: form-data; name=a", b"\xC8\xE2"),
            (
                "Content-Disposition: form-data; name=b\r\nContent-Type: text/plain; charset=koi8-r",
                b"\xC9",
            ),
            ("Content-Disposition: form-data; name=c", b"x"),
        ]);
        assert_eq!(read(&raw, b"XX", true).unwrap(), json!({"a": "Ив", "b": "и", "c": "x"}));
    }

    #[test]
    fn preamble_bare_line_feeds_and_unnamed_parts_are_taken() {
        let raw = b"hello\r\n--XX \nContent-Disposition: form-data; name=a\n\n1\n2\n--XX\n\nx\n--XX--tail";
        assert_eq!(read(raw, b"XX", true).unwrap(), json!({"a": "1\n2"}));
        assert_eq!(read(b"--XX--", b"XX", true).unwrap(), json!({}));
    }

    #[test]
    fn broken_bodies_name_the_byte() {
        for (raw, byte) in [
            (&b""[..], 0),
            (b"--YY--", 0),
            (b"--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n1", 0),
            (b"..\r\n--XX\r\nContent-Disposition: form-data\r\n--XX--", 10),
        ] {
            assert_eq!(read(raw, b"XX", true).unwrap_err().place(), Place::Byte(byte));
        }
        assert_eq!(read(b"x", b"", true).unwrap_err().place(), Place::Whole);
    }

    #[test]
    fn a_body_takes_1000_parts() {
        let part = "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
        let raw = part.repeat(MULTIPART_PARTS) + "--XX--";
        assert!(read(raw.as_bytes(), b"XX", true).is_ok());
        let raw = part.repeat(MULTIPART_PARTS + 1) + "--XX--";
        assert!(read(raw.as_bytes(), b"XX", true).unwrap_err().to_string().contains("1000 parts"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(raw: Vec<u8>, boundary: Vec<u8>) {
            let _ = read(&raw, &boundary, true);
        }
        #[test]
        fn part_like_bytes_are_read_or_refused(raw in "(--XX|--|\r\n|\n|name=a|Content-Disposition: form-data; |:|a|\"){0,30}") {
            let _ = read(raw.as_bytes(), b"XX", true);
        }
        #[test]
        fn s20_ranges_equal_the_sent_bytes(files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..6)) {
            let heads: Vec<String> = (0..files.len())
                .map(|i| format!("Content-Disposition: form-data; name=f{i}; filename=n{i}"))
                .collect();
            let sent: Vec<(&str, &[u8])> =
                heads.iter().zip(&files).map(|(h, f)| (h.as_str(), f.as_slice())).collect();
            let raw = body(&sent);
            let v = read(&raw, b"XX", true).unwrap();
            for (i, file) in files.iter().enumerate() {
                prop_assert_eq!(range(&raw, &v[format!("f{i}")]), file.as_slice());
            }
        }
    }
}
