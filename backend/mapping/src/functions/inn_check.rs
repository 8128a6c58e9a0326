//! `inn_check`: whether a Russian taxpayer number is right.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "inn_check",
    title: words("Check a Russian INN", "Проверить ИНН"),
    description: words(
        "True for an INN of 10 or 12 digits with the right check digits (order of the Federal Tax Service).",
        "true для ИНН из 10 или 12 цифр с верными контрольными числами (порядок ФНС).",
    ),
    group: Group::Contact,
    typed: true,
    examples: &[
        gives(r#""7707083893""#, "", "true"),
        gives(r#""500100732259""#, "", "true"),
        gives("7707083893", "", "true"),
        gives(r#""7707083894""#, "", "false"),
        gives(r#"" 7707 083893 ""#, "", "true"),
        gives(r#""123""#, "", "false"),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, _, _| Ok(valid(text).into())),
    ..BASE
};

const TEN: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const ELEVEN: [u32; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const TWELVE: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

fn valid(text: &str) -> bool {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(10)).collect();
    let Some(d) = digits else { return false };
    // Zeros alone satisfy the sums, and are no number.
    if d.iter().all(|n| *n == 0) {
        return false;
    }
    let right = |weights: &[u32]| {
        let sum: u32 = weights.iter().zip(&d).map(|(w, n)| w * n).sum();
        sum % 11 % 10 == d[weights.len()]
    };
    match d.len() {
        10 => right(&TEN),
        12 => right(&ELEVEN) && right(&TWELVE),
        _ => false,
    }
}
