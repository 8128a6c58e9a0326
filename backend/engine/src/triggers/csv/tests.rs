//! Tables as spreadsheets write them.

use super::*;
use proptest::prelude::*;

fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let table = read(text).unwrap();
    assert_eq!(table.faults, []);
    table.rows.into_iter().map(|r| (r.line, r.cells)).collect()
}

fn cells(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn quotes_hold_delimiters_line_breaks_and_quotes() {
    let text = "name,note\r\n\"Иван, мл.\",\"one\r\ntwo\"\r\n\r\n\"a \"\"b\"\"\",\r\n";
    assert_eq!(
        rows(text),
        [(2, cells(&["Иван, мл.", "one\r\ntwo"])), (5, cells(&["a \"b\"", ""]))]
    );
}

#[test]
fn the_delimiter_is_the_one_of_the_header() {
    for (header, want) in
        [("a,b;c,d", ','), ("a;b;c,d", ';'), ("a\tb", '\t'), ("\"a;b;c\",d", ','), ("single", ',')]
    {
        assert_eq!(delimiter(header), want, "{header}");
    }
    assert_eq!(rows("a;b\n1,5;2"), [(2, cells(&["1,5", "2"]))]);
}

#[test]
fn files_of_windows_and_of_spreadsheets_are_read() {
    assert_eq!(text(b"\xEF\xBB\xBFa;b"), "a;b");
    assert_eq!(text(&[0xC8, 0xEC, 0xFF, b';', b'b']), "Имя;b");
}

#[test]
fn faults_have_their_line_and_spoil_no_other_row() {
    let table = read("a,b\n1\n\"x\"y,2\n3,4\n\"open,5\n6,7\n").unwrap();
    let said: Vec<(usize, &str)> =
        table.faults.iter().map(|f| (f.line, f.message.en.as_str())).collect();
    assert_eq!(
        said,
        [
            (2, "1 cells, but the header has 2"),
            (3, "there is text after a closing quote"),
            (5, "a quote is not closed"),
        ]
    );
    let lines: Vec<usize> = table.rows.iter().map(|r| r.line).collect();
    assert_eq!(lines, [4, 6]);
    assert_eq!(read("").unwrap_err().message.en, "the file is empty");
    assert_eq!(read("a,,b\n").unwrap_err().message.en, "column 2 has no name");
    assert_eq!(read("a,a\n").unwrap_err().message.en, "the column \"a\" is there twice");
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        table in (1usize..5).prop_flat_map(|n| {
            proptest::collection::vec(proptest::collection::vec("[a-zа-я\",;\t\n\r ]{0,8}x", n), 1..6)
        }),
        delimiter in proptest::sample::select(vec![",", ";", "\t"]),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
    ) {
        let columns = table[0].len();
        let header: Vec<String> = (0..columns).map(|i| format!("c{i}")).collect();
        let mut text = header.join(delimiter);
        for row in &table {
            text.push_str(end);
            text.push_str(&row.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(delimiter));
        }
        let read = read(&text).unwrap();
        prop_assert_eq!(read.faults, vec![]);
        let got: Vec<Vec<String>> = read.rows.into_iter().map(|r| r.cells).collect();
        prop_assert_eq!(got, table);
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "[ab\",;\n\r]{0,60}") {
        if let Ok(table) = read(&text) {
            prop_assert!(table.rows.iter().all(|r| r.cells.len() == table.header.len()));
        }
    }
}
