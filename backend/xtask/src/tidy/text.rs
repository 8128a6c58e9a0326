//! Looking for words in lines.

/// Whether `word` stands in `line` with no letter, digit or `_` touching it on either side.
pub fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_alone() {
        assert!(has_word("// one: two", "one"));
        assert!(has_word("one", "one"));
        assert!(has_word("phone one", "one"));
        assert!(!has_word("phone", "one"));
        assert!(!has_word("one_two", "one"));
        assert!(!has_word("слонone", "one"));
    }
}
