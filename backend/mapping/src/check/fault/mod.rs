//! What the check says: one function per kind of fault, so that the same fault always has the
//! same words.

use domain::problem::nearest;

mod connector;
mod field;
mod read;
mod rule;
mod source;

pub use connector::*;
pub use field::*;
pub use read::*;
pub use rule::*;
pub use source::*;

/// `, did you mean "x"?` in both languages; nothing where no word is near.
fn meant<'a>(got: &str, known: impl IntoIterator<Item = &'a str>) -> (String, String) {
    match nearest(got, known) {
        Some(k) => (format!(", did you mean \"{k}\"?"), format!(", может быть, «{k}»?")),
        None => (String::new(), String::new()),
    }
}

/// Like `meant`; where no word is near, the words there are.
fn meant_or_all(got: &str, known: &[&str]) -> (String, String) {
    let near = meant(got, known.iter().copied());
    if !near.0.is_empty() || known.is_empty() {
        return near;
    }
    let all = known.join(", ");
    (format!("; here are known: {all}"), format!("; здесь известны: {all}"))
}

fn strs(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}
