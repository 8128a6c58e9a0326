//! Tables in answers: rows as objects by the names of the first line.

use serde_json::{Map, Value};

/// The rows of a table (RFC 4180), separated by comma, semicolon or tab.
pub fn rows(text: &str) -> Value {
    let head = text.lines().next().unwrap_or_default();
    let count = |c: char| head.matches(c).count();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| count(*c)).unwrap_or(',');
    let mut lines = cells(text, separator).into_iter();
    let names = lines.next().unwrap_or_default();
    let row = |line: Vec<String>| {
        let pairs = names.iter().cloned().zip(line.into_iter().map(Value::from));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    Value::Array(lines.map(row).collect())
}

fn cells(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            c if c == separator && !quoted => line.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !line.is_empty() {
        line.push(cell);
        lines.push(line);
    }
    lines.retain(|l| l.iter().any(|c| !c.is_empty()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_have_the_names_of_the_first_line() {
        let text = "id;name\r\n1;\"a;\"\"b\"\"\nc\"\r\n\r\n2;d";
        assert_eq!(
            rows(text),
            json!([{"id": "1", "name": "a;\"b\"\nc"}, {"id": "2", "name": "d"}])
        );
        assert_eq!(rows(""), json!([]));
    }
}
