//! Which file answers a request, in which form, and how long a browser may keep it.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::files::{File, packed};

/// What is asked for.
pub struct Asked<'a> {
    pub path: &'a str,
    /// `Accept-Encoding`
    pub encodings: &'a str,
    /// `If-None-Match`
    pub known: &'a str,
}

/// How long an answer is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// The name changes with the content.
    Forever,
    /// To be asked for again each time.
    AskFirst,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Absent when the browser has it.
    pub body: Option<Bytes>,
    pub kind: String,
    pub encoding: Option<&'static str>,
    pub etag: String,
    pub cache: Cache,
}

/// The first page.
const INDEX: &str = "index.html";
/// The folder of files whose names hold a hash of their content.
const HASHED: &str = "assets/";
/// What belongs to programs: an unknown address there is no page.
const NO_PAGES: [&str; 3] = ["api", "in", "assets"];
/// Files below this many bytes are not worth compressing.
const SMALL: usize = 1 << 10;

/// The answer, if there is one. `base` is the path of the public address.
pub fn of(asked: &Asked<'_>, base: &str, get: impl Fn(&str) -> Option<File>) -> Option<Found> {
    let path = asked.path.trim_start_matches('/');
    if path != INDEX
        && let Some(file) = get(path)
    {
        let cache = if path.starts_with(HASHED) { Cache::Forever } else { Cache::AskFirst };
        return Some(form(asked, &Form { path, cache }, &file, &get));
    }
    let first = path.split('/').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    // A name with a point is a file that is not there.
    if NO_PAGES.contains(&first) || (path != INDEX && last.contains('.')) {
        return None;
    }
    let page = based(&get(INDEX)?, base);
    // What is compressed beside it has not this base.
    let form_ = Form { path: "", cache: Cache::AskFirst };
    Some(form(asked, &form_, &page, &get))
}

struct Form<'a> {
    path: &'a str,
    cache: Cache,
}

/// The first page with the base of its addresses.
fn based(index: &File, base: &str) -> File {
    const FROM: &str = "<base href=\"";
    let text = String::from_utf8_lossy(&index.data);
    let text = match text.split_once(FROM) {
        Some((before, after)) => {
            let rest = after.split_once('"').map_or("", |(_, rest)| rest);
            format!("{before}{FROM}{}\"{rest}", escaped(base))
        }
        None => text.replacen("<head>", &format!("<head>{FROM}{}\" />", escaped(base)), 1),
    };
    let hash = Sha256::digest(text.as_bytes()).into();
    File { data: text.into_bytes().into(), hash, kind: index.kind.clone() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn accepts(encodings: &str, name: &str) -> bool {
    encodings.split(',').any(|e| {
        let (coding, weight) = e.split_once(';').unwrap_or((e, ""));
        coding.trim() == name && !["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&weight.trim())
    })
}

fn form(asked: &Asked<'_>, f: &Form<'_>, file: &File, get: impl Fn(&str) -> Option<File>) -> Found {
    let mut found = Found {
        body: None,
        kind: file.kind.clone(),
        encoding: None,
        etag: format!("\"{}\"", hex::encode(&file.hash[..16])),
        cache: f.cache,
    };
    if found.kind.starts_with("text/") {
        found.kind.push_str("; charset=utf-8");
    }
    if asked.known.split(',').any(|k| k.trim().trim_start_matches("W/") == found.etag) {
        return found;
    }
    let mut body = file.data.clone();
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        if !accepts(asked.encodings, name) {
            continue;
        }
        let beside = (!f.path.is_empty()).then(|| get(&format!("{}.{ending}", f.path))).flatten();
        let made = || (name == "gzip" && worth(file)).then(|| packed(file)).flatten();
        if let Some(small) = beside.map(|b| b.data).or_else(made) {
            (body, found.encoding) = (small, Some(name));
            break;
        }
    }
    found.body = Some(Bytes::from_owner(body));
    found
}

/// Texts shrink, pictures and fonts do not.
fn worth(file: &File) -> bool {
    let kind = file.kind.as_str();
    let text = kind.starts_with("text/")
        || ["application/javascript", "application/json", "image/svg+xml"].contains(&kind);
    text && file.data.len() >= SMALL
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "<html><head><base href=\"/\" /></head><script src=\"./assets/a-1.js\"></script></html>";

    fn dist(path: &str) -> Option<File> {
        let (text, kind): (&str, &str) = match path {
            "index.html" => (PAGE, "text/html"),
            "icon.svg" => ("<svg/>", "image/svg+xml"),
            "assets/a-1.js" => (&"let a = 1;\n".repeat(200), "text/javascript"),
            "assets/b-1.css" => ("b{}", "text/css"),
            "assets/b-1.css.br" => ("small", "application/octet-stream"),
            _ => return None,
        };
        let hash = Sha256::digest(text.as_bytes()).into();
        Some(File { data: text.as_bytes().into(), hash, kind: kind.into() })
    }

    fn ask(path: &str, encodings: &str, known: &str) -> Option<Found> {
        of(&Asked { path, encodings, known }, "/", dist)
    }

    #[test]
    fn pages_of_the_ui_are_its_first_page() {
        for path in ["/", "/flows/flw_1", "/setup", "/index.html"] {
            let f = ask(path, "", "").unwrap();
            assert_eq!(f.body.unwrap(), PAGE);
            assert_eq!((f.kind.as_str(), f.cache), ("text/html; charset=utf-8", Cache::AskFirst));
        }
        for path in ["/api/v2/flows", "/in/", "/assets/gone-1.js", "/robots.txt", "/../Cargo.toml"]
        {
            assert_eq!(ask(path, "", ""), None, "{path}");
        }
    }

    #[test]
    fn the_first_page_is_told_its_base() {
        let asked = Asked { path: "/runs", encodings: "", known: "" };
        let page = of(&asked, "/zveno/", dist).unwrap().body.unwrap();
        assert!(std::str::from_utf8(&page).unwrap().contains("<base href=\"/zveno/\" />"));
        let evil = of(&asked, "/\"><script>/", dist).unwrap().body.unwrap();
        assert!(!std::str::from_utf8(&evil).unwrap().contains("<script>/"));
    }

    #[test]
    fn files_with_a_hash_in_their_name_are_kept_for_good() {
        let f = ask("/assets/a-1.js", "", "").unwrap();
        assert_eq!((f.cache, f.encoding), (Cache::Forever, None));
        assert_eq!(ask("/icon.svg", "gzip", "").unwrap().cache, Cache::AskFirst);
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let etag = ask("/", "", "").unwrap().etag;
        assert_eq!(ask("/", "", &etag).unwrap().body, None);
        assert_eq!(ask("/", "gzip", &format!("\"x\", W/{etag}")).unwrap().body, None);
        assert!(ask("/", "", "\"other\"").unwrap().body.is_some());
    }

    #[test]
    fn texts_come_compressed_where_they_may() {
        let f = ask("/assets/a-1.js", "gzip, deflate, br", "").unwrap();
        assert_eq!(f.encoding, Some("gzip"));
        assert!(f.body.unwrap().len() < 200);
        assert_eq!(ask("/assets/a-1.js", "gzip;q=0", "").unwrap().encoding, None);
        let f = ask("/assets/b-1.css", "gzip, br", "").unwrap();
        assert_eq!((f.encoding, f.body.unwrap().as_ref()), (Some("br"), b"small".as_ref()));
        assert_eq!(ask("/assets/b-1.css", "gzip", "").unwrap().encoding, None);
    }
}
