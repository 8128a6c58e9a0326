//! `currency`: an amount of money for people.

use super::format_number::{NO_BREAK, grouped};
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "currency",
    title: words("Amount of money", "Сумма денег"),
    description: words(
        "Writes an amount with its currency, as in Russian (1 234,50 ₽) or English ($1,234.50).",
        "Записывает сумму с валютой по-русски (1 234,50 ₽) или по-английски ($1,234.50).",
    ),
    group: Group::Number,
    params: &[
        Param::optional("code", ParamKind::Text, "ISO 4217 code; RUB", "Код ISO 4217; RUB"),
        Param::optional(
            "digits",
            ParamKind::Integer { min: 0, max: 4 },
            "Digits after the point; 2",
            "Знаков после запятой; 2",
        ),
        Param::optional(
            "lang",
            ParamKind::Choice { values: &["ru", "en"] },
            "Language; ru",
            "Язык; ru",
        ),
    ],
    examples: &[
        gives("1234.5", "", r#""1\u00a0234,50\u00a0₽""#),
        gives(r#""1234,5""#, r#"{"code":"USD","lang":"en"}"#, r#""$1,234.50""#),
        gives("-5", r#"{"code":"EUR","lang":"en","digits":0}"#, r#""-€5""#),
        gives("10", r#"{"code":"AMD","digits":0}"#, r#""10\u00a0֏""#),
        gives("10", r#"{"code":"XYZ","lang":"en"}"#, r#""XYZ\u00a010.00""#),
        gives("", "", "null"),
    ],
    call: Call::Number(|number, args, _| {
        let code = args.text_or("code", "RUB")?;
        let digits = args.int("digits")?.and_then(|d| u32::try_from(d).ok()).unwrap_or(2);
        let sign = symbol(&code);
        if args.text_or("lang", "ru")? == "ru" {
            let amount = grouped(number, Some(digits), NO_BREAK, ",")?;
            return out::text(format!("{amount}{NO_BREAK}{}", sign.unwrap_or(&code)));
        }
        let amount = grouped(number, Some(digits), ",", ".")?;
        let (minus, amount) = amount.strip_prefix('-').map_or(("", &*amount), |a| ("-", a));
        out::text(match sign {
            Some(s) => format!("{minus}{s}{amount}"),
            None => format!("{minus}{code}{NO_BREAK}{amount}"),
        })
    }),
    ..BASE
};

fn symbol(code: &str) -> Option<&'static str> {
    Some(match code.to_ascii_uppercase().as_str() {
        "RUB" | "RUR" => "₽",
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "KZT" => "₸",
        "UAH" => "₴",
        "BYN" => "Br",
        "UZS" => "сум",
        "AMD" => "֏",
        "GEL" => "₾",
        "AZN" => "₼",
        "TRY" => "₺",
        "CNY" | "JPY" => "¥",
        "INR" => "₹",
        "ILS" => "₪",
        _ => return None,
    })
}
