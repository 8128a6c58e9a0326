//! Header values with parameters: `text/html; charset=utf-8`, `form-data; name="a"; filename="b"`.
//! Names of files come as UTF-8 text, as RFC 5987 (`filename*=UTF-8''..`) or in the numbered pieces
//! of RFC 2231.

use super::charset;

/// A header value and its parameters, names in lower case, in order.
#[derive(Debug, Default, PartialEq)]
pub struct Params {
    /// The value itself in lower case.
    pub value: String,
    list: Vec<(String, String)>,
}

impl Params {
    /// Reads a header value; what is not a parameter is skipped.
    pub fn read(header: &str) -> Params {
        let (value, mut rest) = header.split_once(';').unwrap_or((header, ""));
        let mut list = Vec::new();
        while !rest.is_empty() {
            let name_end = rest.find(['=', ';']).unwrap_or(rest.len());
            let name = rest[..name_end].trim().to_ascii_lowercase();
            rest = &rest[name_end..];
            if let Some(after) = rest.strip_prefix('=') {
                let (text, left) = value_of(after.trim_start());
                list.push((name, text));
                rest = left;
            }
            rest = rest.find(';').map_or("", |i| &rest[i + 1..]);
        }
        Params { value: value.trim().to_ascii_lowercase(), list }
    }

    /// The first parameter of this lower-case name, as it is written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A parameter that may come as `name*` (preferred), in pieces `name*0`, `name*1*`, or plainly.
    pub fn text(&self, name: &str) -> Option<String> {
        if let Some(v) = self.get(&format!("{name}*")) {
            return Some(extended(v));
        }
        self.pieces(name).or_else(|| self.get(name).map(str::to_string))
    }

    fn pieces(&self, name: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let mut label = None;
        // At most as many pieces as there are parameters.
        for i in 0..self.list.len() {
            if let Some(v) = self.get(&format!("{name}*{i}*")) {
                let mut v = v;
                if i == 0
                    && let Some((l, rest)) = marked(v)
                {
                    (label, v) = (Some(l), rest);
                }
                bytes.extend(unescape(v));
            } else if let Some(v) = self.get(&format!("{name}*{i}")) {
                bytes.extend(v.bytes());
            } else {
                break;
            }
        }
        (!bytes.is_empty()).then(|| charset::decode(&bytes, label).into_owned())
    }
}

/// The value at the start of `rest`, without its quotes, and what follows.
fn value_of(rest: &str) -> (String, &str) {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(';').unwrap_or(rest.len());
        return (rest[..end].trim().to_string(), &rest[end..]);
    };
    let mut out = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return (out, &quoted[i + 1..]),
            // Only a quote and a backslash are escaped: old browsers send whole Windows paths.
            '\\' => out.push(chars.next_if(|(_, n)| matches!(n, '"' | '\\')).map_or(c, |n| n.1)),
            c => out.push(c),
        }
    }
    (out, "")
}

/// `charset'language'rest`.
fn marked(v: &str) -> Option<(&str, &str)> {
    let (label, rest) = v.split_once('\'')?;
    Some((label, rest.split_once('\'')?.1))
}

fn extended(v: &str) -> String {
    let (label, text) = marked(v).unwrap_or(("", v));
    charset::decode(&unescape(text), Some(label)).into_owned()
}

fn unescape(v: &str) -> Vec<u8> {
    // Only percent escapes: `+` is itself here.
    super::form::unescape(v.replace('+', "%2B").as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_quotes_and_odd_parameters() {
        let p = Params::read(
            "Form-Data; Name=\"a;b=\\\"c\\\"\" ; x ; filename= \"C:\\dir\\é.txt\"; y=z",
        );
        assert_eq!(p.value, "form-data");
        assert_eq!(p.get("name"), Some("a;b=\"c\""));
        assert_eq!(p.get("filename"), Some("C:\\dir\\é.txt"));
        assert_eq!((p.get("x"), p.get("y")), (None, Some("z")));
        assert_eq!(Params::read("").value, "");
        assert_eq!(Params::read("a; b=\"open").get("b"), Some("open"));
    }

    #[test]
    fn names_of_files_in_all_their_forms() {
        for (header, want) in [
            ("f; filename=\"Счёт.pdf\"", "Счёт.pdf"),
            ("f; filename=plain.txt", "plain.txt"),
            ("f; filename=\"x\"; filename*=UTF-8''%D0%A1%D1%87+%C2%A31.pdf", "Сч+£1.pdf"),
            ("f; filename*=windows-1251'ru'%C8%E2", "Ив"),
            ("f; filename*0*=UTF-8''%D0%A1; filename*1=\"che t\"; filename*2*=%21", "Сche t!"),
            ("f; filename*0=\"a\"; filename*1=\"b\"; filename*3=\"c\"", "ab"),
            ("f; filename*=broken%41", "brokenA"),
        ] {
            assert_eq!(Params::read(header).text("filename").as_deref(), Some(want), "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read(header in "\\PC*") {
            let p = Params::read(&header);
            let _ = p.text("filename");
        }
        #[test]
        fn header_like_text_is_read(header in "[a-c;=\"'*0-2%\\\\ ]{0,40}") {
            let p = Params::read(&header);
            let _ = (p.text("a"), p.text("b"), p.text("c"));
        }
    }
}
