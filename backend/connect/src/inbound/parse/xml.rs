//! XML bodies without a DTD: attribute `@a`, text `#text`, a repeated element becomes a list,
//! names without their namespace prefix. An element with text alone is that text, trimmed. Entities
//! other than the five of XML are refused, so nothing expands.

use domain::limits::XML_DEPTH;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::{Map, Value};

use super::error::{ParseError, line_of};

/// Reads a document: an object with the root element as its only key.
pub fn read(text: &str) -> Result<Value, ParseError> {
    let mut doc = Document { text, open: Vec::new(), root: None };
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|e| {
            let at = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
            doc.fault(at, format!("not valid XML: {e}"), format!("ошибка в XML: {e}"))
        })?;
        if doc.take(&event, at)? {
            return doc.finish(at);
        }
    }
}

/// The charset that the XML declaration names.
pub fn declared_charset(raw: &[u8]) -> Option<&str> {
    let head = &raw[..raw.len().min(200)];
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let end = head.iter().position(|b| *b == b'>')?;
    let head = std::str::from_utf8(&head[..end]).ok()?.strip_prefix("<?xml")?;
    let value = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

struct Document<'t> {
    text: &'t str,
    open: Vec<Element>,
    root: Option<(String, Value)>,
}

struct Element {
    name: String,
    members: Map<String, Value>,
    text: String,
}

impl Document<'_> {
    fn fault(&self, at: usize, en: impl Into<String>, ru: impl Into<String>) -> ParseError {
        ParseError::new(line_of(self.text, at), en, ru)
    }

    /// Takes one event; true at the end of the document.
    fn take(&mut self, event: &Event<'_>, at: usize) -> Result<bool, ParseError> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.start(tag, at)?,
            Event::End(_) => self.end(),
            Event::Text(t) => self.words(&t.xml_content(XmlVersion::Implicit1_0), at)?,
            Event::CData(t) => self.words(&t.xml_content(XmlVersion::Implicit1_0), at)?,
            Event::GeneralRef(r) => {
                let c = self.entity(r, at)?;
                self.words(c.encode_utf8(&mut [0; 4]), at)?;
            }
            Event::DocType(_) => {
                return Err(self.fault(at, "DOCTYPE is not allowed", "DOCTYPE не допускается"));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Ok(true),
        }
        Ok(false)
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), ParseError> {
        if self.open.len() >= XML_DEPTH {
            let (en, ru) = ("nested deeper than", "вложенность больше");
            return Err(self.fault(
                at,
                format!("{en} {XML_DEPTH} levels"),
                format!("{ru} {XML_DEPTH} уровней"),
            ));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.fault(at, "a second root element", "второй корневой элемент"));
        }
        let mut members = Map::new();
        for a in tag.attributes() {
            let a = a.map_err(|e| {
                self.fault(at, format!("bad attribute: {e}"), format!("ошибка в атрибуте: {e}"))
            })?;
            let key = a.key.as_ref();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let value = a.normalized_value(XmlVersion::Implicit1_0).map_err(|e| {
                self.fault(at, format!("bad attribute: {e}"), format!("ошибка в атрибуте: {e}"))
            })?;
            let name = format!("@{}", a.key.local_name().as_ref());
            add(&mut members, name, Value::String(value.into_owned()));
        }
        let name = tag.local_name().as_ref().to_string();
        self.open.push(Element { name, members, text: String::new() });
        Ok(())
    }

    fn end(&mut self) {
        // The reader has checked that tags match.
        let Some(mut e) = self.open.pop() else { return };
        let text = e.text.trim();
        let value = if e.members.is_empty() {
            Value::String(text.to_string())
        } else {
            if !text.is_empty() {
                e.members.insert("#text".into(), Value::String(text.to_string()));
            }
            Value::Object(e.members)
        };
        match self.open.last_mut() {
            Some(parent) => add(&mut parent.members, e.name, value),
            None => self.root = Some((e.name, value)),
        }
    }

    fn words(&mut self, words: &str, at: usize) -> Result<(), ParseError> {
        match self.open.last_mut() {
            Some(e) => e.text.push_str(words),
            None if words.trim().is_empty() => {}
            None => {
                let (en, ru) = ("text outside the root element", "текст вне корневого элемента");
                return Err(self.fault(at, en, ru));
            }
        }
        Ok(())
    }

    fn entity(&self, r: &BytesRef<'_>, at: usize) -> Result<char, ParseError> {
        let name = r.xml_content(XmlVersion::Implicit1_0);
        let known = match &*name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => r.resolve_char_ref().ok().flatten(),
        };
        known.ok_or_else(|| {
            let short: String = name.chars().take(40).collect();
            self.fault(
                at,
                format!("entity &{short}; is not allowed"),
                format!("сущность &{short}; не допускается"),
            )
        })
    }

    fn finish(self, at: usize) -> Result<Value, ParseError> {
        if let Some(e) = self.open.last() {
            let (en, ru) = ("is not closed", "не закрыт");
            return Err(self.fault(
                at,
                format!("element {} {en}", e.name),
                format!("элемент {} {ru}", e.name),
            ));
        }
        match self.root {
            Some((name, value)) => Ok(Value::Object(Map::from_iter([(name, value)]))),
            None => {
                Err(ParseError::new(line_of(self.text, at), "no element", "нет ни одного элемента"))
            }
        }
    }
}

/// Adds a member; a second one of the same name makes a list.
fn add(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        None => {
            members.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inbound::parse::Place;

    #[test]
    fn elements_attributes_text_and_lists() {
        let xml = "<?xml version=\"1.0\"?>\n<!-- note -->\n<s:order xmlns:s='urn:x' s:id='7 &lt; 8'>\
                   <item>1</item><item qty=\"2\">two</item><s:empty/><note> a &amp; b <![CDATA[<c>]]> &#1071;</note></s:order>\n";
        assert_eq!(
            read(xml).unwrap(),
            json!({"order": {
                "@id": "7 < 8",
                "item": ["1", {"@qty": "2", "#text": "two"}],
                "empty": "",
                "note": "a & b <c> Я",
            }})
        );
    }

    #[test]
    fn doctype_and_entities_are_refused() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><l>&b;</l>";
        let e = read(laughs).unwrap_err();
        assert_eq!(
            (e.to_string().as_str(), e.place()),
            ("line 1, column 1: DOCTYPE is not allowed", Place::Line { line: 1, column: 1 })
        );
        assert!(
            read("<a>\n &nbsp;</a>")
                .unwrap_err()
                .to_string()
                .starts_with("line 2, column 2: entity &nbsp;")
        );
        assert!(read("<a b='&xxe;'/>").is_err());
        assert!(read("<a>&#0;</a>").is_err());
    }

    #[test]
    fn a_depth_bomb_is_refused_at_once() {
        let e = read(&"<a>".repeat(1_000_000)).unwrap_err();
        assert_eq!(e.place(), Place::Line { line: 1, column: XML_DEPTH * 3 + 1 });
        let ok = "<a>".repeat(XML_DEPTH) + &"</a>".repeat(XML_DEPTH);
        assert!(read(&ok).is_ok());
    }

    #[test]
    fn broken_documents_name_their_place() {
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<a",
            "<a>x",
            "<a/>x",
        ] {
            let e = read(text).unwrap_err();
            assert!(matches!(e.place(), Place::Line { .. }), "{text}: {e}");
        }
    }

    #[test]
    fn the_declared_charset_is_found() {
        let declared = |s: &'static str| declared_charset(s.as_bytes());
        assert_eq!(
            declared("<?xml version='1.0' encoding='windows-1251'?><a/>"),
            Some("windows-1251")
        );
        assert_eq!(declared("<?xml version=\"1.0\" encoding = \"KOI8-R\" ?>"), Some("KOI8-R"));
        assert_eq!(declared("<?xml version='1.0'?>"), None);
        assert_eq!(declared("<a encoding='x'>"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = read(&text);
        }
        #[test]
        fn xml_like_text_is_read_or_refused(text in "[<>/ab='\"&;!?\\[\\]CDATA# \n-]{0,60}") {
            let _ = read(&text);
            let _ = declared_charset(text.as_bytes());
        }
        #[test]
        fn text_reads_back(text in "[^<&\\p{C}]{1,40}") {
            let xml = format!("<a>{}</a>", text.replace('>', "&gt;"));
            proptest::prop_assert_eq!(read(&xml).unwrap(), json!({"a": text.trim()}));
        }
    }
}
