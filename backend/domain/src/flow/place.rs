//! Places inside a document, as people read them: `steps[2].input.phone`.

/// The place of `key` inside the map at `place`. Keys that are not plain words are quoted.
pub fn key(place: &str, key: &str) -> String {
    let plain =
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match (plain, place.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{place}.{key}"),
        (false, _) => format!("{place}[{key:?}]"),
    }
}

/// The place of item `i` of the list at `place`.
pub fn item(place: &str, i: usize) -> String {
    format!("{place}[{i}]")
}

/// Whether `place` is `outer` or lies inside it.
pub fn within(place: &str, outer: &str) -> bool {
    outer.is_empty()
        || place
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_like_the_document() {
        let p = key(&item(&key("", "steps"), 2), "input");
        assert_eq!(key(&p, "phone"), "steps[2].input.phone");
        assert_eq!(key(&p, "Ваше_имя"), "steps[2].input.Ваше_имя");
        assert_eq!(key(&p, "a.b"), "steps[2].input[\"a.b\"]");
    }

    #[test]
    fn a_place_lies_within_its_parents_only() {
        assert!(within("steps[2].input.phone", "steps[2].input"));
        assert!(within("steps[2]", "steps[2]"));
        assert!(within("name", ""));
        assert!(!within("steps[21].input", "steps[2]"));
        assert!(!within("steps[2].input", "steps[2].in"));
    }
}
