//! Paths as templates write them (`trigger.body.[Ваше имя]`), and the same as JSONPath.
//!
//! Between the two a bare number is an index and a number in brackets is a name, so both ways keep
//! what is meant: `items.0.name` is `$.items[0].name`, `fields.[12]` is `$.fields['12']`. When a
//! template is rendered the data decides, and either form finds either.

use serde_json::Value;

use crate::path::Segment;

/// A path of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub base: Base,
    pub segments: Vec<Segment>,
}

/// The names and indexes that something reads below the context: all of a singular path, or what
/// another path starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used(pub Vec<Segment>);

impl Used {
    /// The first name, such as `trigger`; nothing for the whole context.
    pub fn root(&self) -> Option<&str> {
        self.name(0)
    }
    /// The step whose result is read, for paths below `steps`.
    pub fn step(&self) -> Option<&str> {
        self.root().filter(|r| *r == "steps").and_then(|_| self.name(1))
    }
    /// The name at place `i`, if there is one.
    pub fn name(&self, i: usize) -> Option<&str> {
        match self.0.get(i)? {
            Segment::Name(n) => Some(n),
            Segment::Index(_) => None,
        }
    }
    /// The same as JSONPath, for messages.
    pub fn path(&self) -> String {
        crate::path::write(&self.0)
    }
}

/// Where a path of a template starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// What `this` is: the context, or inside `each` and `with` their value.
    This,
    /// A name alone: a block parameter, or below what `this` is.
    Name,
    /// `../`, so many times.
    Up(usize),
    /// `@root`.
    Root,
    /// `@index`, `@key`, `@first`, `@last` of the `each` so many levels up.
    Local(Local, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    Index,
    Key,
    First,
    Last,
}

/// Characters of a name without brackets: ASCII letters and digits, `-_$:` and all beyond ASCII.
pub fn is_symbol(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$' | ':') || !c.is_ascii()
}

/// Reads a path at the start of `text`; gives it and its length in bytes.
pub fn read(text: &str) -> Option<(Reference, usize)> {
    let mut at = Cursor { text, pos: 0 };
    let mut base = Base::Name;
    if at.eat("./") {
        base = Base::This;
    } else if at.eat("@root") {
        base = Base::Root;
        if !at.separator() {
            return Some((Reference { base, segments: Vec::new() }, at.pos));
        }
    } else if at.eat("@") {
        return at.local();
    }
    let mut up = 0;
    while at.eat("..") {
        up += 1;
        if !at.separator() {
            return Some((Reference { base: Base::Up(up), segments: Vec::new() }, at.pos));
        }
    }
    if up > 0 {
        base = Base::Up(up);
    }
    let mut segments = Vec::new();
    loop {
        let before = at.pos;
        match at.item()? {
            Item::This if segments.is_empty() && before == 0 => base = Base::This,
            Item::This => segments.push(Segment::Name("this".into())),
            Item::Segment(s) => segments.push(s),
        }
        if !at.separator() {
            return Some((Reference { base, segments }, at.pos));
        }
    }
}

struct Cursor<'s> {
    text: &'s str,
    pos: usize,
}

enum Item {
    This,
    Segment(Segment),
}

impl Cursor<'_> {
    fn eat(&mut self, what: &str) -> bool {
        let found = self.text[self.pos..].starts_with(what);
        if found {
            self.pos += what.len();
        }
        found
    }
    fn separator(&mut self) -> bool {
        self.eat(".") || self.eat("/")
    }

    fn local(mut self) -> Option<(Reference, usize)> {
        let mut up = 0;
        while self.eat("..") {
            if !self.separator() {
                return None;
            }
            up += 1;
        }
        let name = self.bare()?;
        let local = match name {
            "index" => Local::Index,
            "key" => Local::Key,
            "first" => Local::First,
            "last" => Local::Last,
            _ => return None,
        };
        Some((Reference { base: Base::Local(local, up), segments: Vec::new() }, self.pos))
    }

    fn bare(&mut self) -> Option<&str> {
        let rest = &self.text[self.pos..];
        let end = rest.find(|c| !is_symbol(c)).unwrap_or(rest.len());
        self.pos += end;
        (end > 0).then(|| &rest[..end])
    }

    /// The rest of a name in brackets, where `\]` is a bracket and `\\` a backslash.
    fn bracketed(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut chars = self.text[self.pos..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            match c {
                ']' => {
                    self.pos += i + 1;
                    return Some(out);
                }
                '\\' => {
                    out.push(chars.next_if(|(_, n)| matches!(n, ']' | '\\')).map_or(c, |n| n.1));
                }
                c => out.push(c),
            }
        }
        None
    }

    fn item(&mut self) -> Option<Item> {
        if self.eat("[") {
            return self.bracketed().map(|n| Item::Segment(Segment::Name(n.into())));
        }
        let name = self.bare()?;
        Some(match number(name) {
            Some(i) => Item::Segment(Segment::Index(i)),
            None if name == "this" => Item::This,
            None => Item::Segment(Segment::Name(name.into())),
        })
    }
}

/// An index in its one form: digits without a leading zero.
fn number(name: &str) -> Option<i64> {
    let canonical = name == "0" || !name.starts_with('0');
    let digits = canonical && name.bytes().all(|b| b.is_ascii_digit());
    name.parse().ok().filter(|_| digits)
}

/// Follows the names of a template: on lists a name of digits is an index, on objects an index is
/// a name.
pub fn walk<'a>(data: &'a Value, segments: &[Segment]) -> Option<&'a Value> {
    segments.iter().try_fold(data, |v, s| match (v, s) {
        (Value::Object(m), Segment::Name(n)) => m.get(&**n),
        (Value::Object(m), Segment::Index(i)) => m.get(&i.to_string()),
        (Value::Array(items), Segment::Name(n)) => items.get(n.parse::<usize>().ok()?),
        (Value::Array(items), Segment::Index(i)) => items.get(usize::try_from(*i).ok()?),
        _ => None,
    })
}

/// A singular JSONPath as a path of templates; nothing where they have none: an index from the
/// end, the path `$` alone.
pub fn from_path(segments: &[Segment]) -> Option<String> {
    let mut out = String::new();
    for (i, s) in segments.iter().enumerate() {
        if i > 0 {
            out.push('.');
        }
        match s {
            Segment::Index(n) => {
                if i == 0 {
                    out.push_str("this.");
                }
                out.push_str(&usize::try_from(*n).ok()?.to_string());
            }
            Segment::Name(n) if is_bare(n, i == 0) => out.push_str(n),
            Segment::Name(n) => {
                if i == 0 {
                    out.push_str("this.");
                }
                out.push('[');
                for c in n.chars() {
                    if matches!(c, ']' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push(']');
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether a name reads back as itself without brackets. The first one may not look like a
/// literal or a keyword.
fn is_bare(name: &str, first: bool) -> bool {
    let symbols = !name.is_empty() && name.chars().all(is_symbol);
    let taken = if first {
        matches!(name, "this" | "true" | "false" | "null" | "as" | "else")
            || name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    } else {
        name == "this" || number(name).is_some()
    };
    symbols && !taken
}

/// The JSONPath segments of a whole path of a template; nothing for one that needs a block (`../`,
/// `@index`) and for text that is no path.
pub fn to_path(text: &str) -> Option<Vec<Segment>> {
    let (reference, len) = read(text)?;
    let plain = matches!(reference.base, Base::This | Base::Name | Base::Root);
    (plain && len == text.len() && !reference.segments.is_empty()).then_some(reference.segments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::path;

    fn name(n: &str) -> Segment {
        Segment::Name(n.into())
    }

    #[test]
    fn names_with_spaces_quotes_and_dots_go_both_ways() {
        let cases = [
            ("trigger.body.Name", "$.trigger.body.Name"),
            ("trigger.body.[Ваше имя]", "$.trigger.body['Ваше имя']"),
            ("trigger.body.[a.b]", "$.trigger.body['a.b']"),
            ("trigger.body.[it's \"x\"]", "$.trigger.body['it\\'s \"x\"']"),
            ("trigger.body.items.0.sku", "$.trigger.body.items[0].sku"),
            ("trigger.body.fields.[12]", "$.trigger.body.fields['12']"),
            ("trigger.form.[a[0\\][b\\]]", "$.trigger.form['a[0][b]']"),
            ("trigger.body.[a\\\\b]", "$.trigger.body['a\\\\b']"),
            ("trigger.body.Имя", "$.trigger.body.Имя"),
            ("trigger.headers.x-request-id", "$.trigger.headers['x-request-id']"),
        ];
        for (hbs, jsonpath) in cases {
            let segments = to_path(hbs).unwrap();
            assert_eq!(path::write(&segments), jsonpath);
            assert_eq!(path::Path::parse(jsonpath).unwrap().lead(), segments);
            assert_eq!(from_path(&segments).unwrap(), hbs);
        }
    }

    #[test]
    fn what_templates_cannot_write_has_no_form() {
        assert_eq!(from_path(&[name("trigger"), Segment::Index(-1)]), None);
        assert_eq!(from_path(&[]), None);
        for text in ["../a", "@index", "a b", "", "a.", "[x", "a..b"] {
            assert_eq!(to_path(text), None, "{text}");
        }
    }

    #[test]
    fn the_data_decides_whether_a_number_is_an_index() {
        let data = json!({"list": ["a", "b"], "map": {"1": "x"}});
        for (text, want) in [("list.1", "b"), ("list.[1]", "b"), ("map.1", "x"), ("map.[1]", "x")] {
            assert_eq!(walk(&data, &to_path(text).unwrap()).unwrap(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_path_reads_back_as_itself_in_both_languages(
            segments in prop::collection::vec(
                prop_oneof![
                    "\\PC{0,8}".prop_map(|n| Segment::Name(n.into())),
                    "[a-z0-9 .\\[\\]\"'\n\t\\\\-]{0,6}".prop_map(|n| Segment::Name(n.into())),
                    (0i64..100_000).prop_map(Segment::Index),
                ],
                1..6,
            )
        ) {
            let text = path::write(&segments);
            prop_assume!(text.chars().count() <= domain::limits::PATH_CHARS);
            let parsed = path::Path::parse(&text).unwrap();
            prop_assert!(parsed.is_singular());
            prop_assert_eq!(parsed.lead(), &segments[..]);
            let hbs = from_path(&segments).unwrap();
            prop_assert_eq!(to_path(&hbs), Some(segments), "{}", hbs);
        }
    }
}
