//! The headers of a message or of a part, unfolded and decoded.

use super::words;

/// Header names as sent and values decoded, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// Cuts `text` at its first blank line: the headers and the rest. `None` without a blank line.
    pub fn split_from(text: &[u8]) -> Option<(Headers, &[u8])> {
        let mut lines: Vec<String> = Vec::new();
        let mut rest = text;
        loop {
            let end = rest.iter().position(|b| *b == b'\n')?;
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() {
                break;
            }
            match lines.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                // Unfolding removes the line break only (RFC 5322, 2.2.3).
                Some(last) => last.push_str(line),
                None => lines.push(line.to_owned()),
            }
        }
        let pairs = lines.iter().filter_map(|line| line.split_once(':'));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), words::decode(value.trim())));
        Some((Headers(pairs.collect()), rest))
    }

    /// The first header of that name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every header of that name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.0.iter().filter(same).map(|(_, value)| value.as_str())
    }
}
