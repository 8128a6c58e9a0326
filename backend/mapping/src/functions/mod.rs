//! The functions of mappings: transforms of flows and helpers of templates, one table for both.
//!
//! A function is one file here: its texts in both languages, its parameters, its examples, which
//! run as tests and fill the picker, and its code. A new one needs that file and its two lines in
//! this one. Functions are pure: time, zone and uuids come in an [`Env`], nothing is read from
//! the machine, and nothing panics whatever it is given. Blocks (`if`, `each`) are no functions.

use std::collections::HashMap;
use std::sync::LazyLock;

mod abs;
mod add;
mod base64;
mod base64_decode;
mod base64url;
mod bool;
mod capitalize;
mod chunk;
mod coalesce;
mod concat;
mod count;
mod crc32;
mod currency;
mod date;
mod date_diff;
mod default;
mod digits;
mod email_normalize;
mod epoch;
mod escape_html;
mod escape_markdown;
mod filter_list;
mod first;
mod flatten;
mod format_date;
mod format_number;
mod full_name_split;
mod hash;
mod hex;
mod hmac;
mod if_empty;
mod inn_check;
mod join;
mod json;
pub(crate) mod kit;
mod last;
mod logic;
mod lookup;
mod lower;
mod map;
mod mask;
mod multiply;
mod now;
mod number;
mod pad;
mod parse_date;
mod parse_json;
mod percent;
mod phone_e164;
mod phone_national;
mod pick;
mod query_parse;
mod regex_extract;
mod regex_replace;
mod replace;
mod round;
mod shift_date;
mod slug;
mod sort;
mod split;
mod start_of;
mod strip_html;
mod substring;
mod sum;
mod timezone;
mod transliterate;
mod trim;
mod truncate;
mod type_of;
mod unique;
mod upper;
mod url_encode;
mod utm;
mod uuid;
mod values;
mod xml;

#[cfg(test)]
mod tests;

pub use kit::args::Args;
pub use kit::check::check_args;
pub use kit::compare;
pub use kit::error::{Fault, FnError};
pub use kit::function::{Call, Done, Env, Function, Input};
pub use kit::read;
pub use kit::spec::{Example, Group, Param, ParamKind, Words};

/// Every function.
static ALL: &[&Function] = &[
    &abs::FUNCTION,
    &add::FUNCTION,
    &base64::FUNCTION,
    &base64_decode::FUNCTION,
    &base64url::FUNCTION,
    &bool::FUNCTION,
    &capitalize::FUNCTION,
    &chunk::FUNCTION,
    &coalesce::FUNCTION,
    &concat::FUNCTION,
    &count::FUNCTION,
    &count::LEN,
    &crc32::FUNCTION,
    &currency::FUNCTION,
    &date::FUNCTION,
    &date_diff::FUNCTION,
    &default::FUNCTION,
    &digits::FUNCTION,
    &email_normalize::FUNCTION,
    &epoch::FUNCTION,
    &escape_html::FUNCTION,
    &escape_markdown::FUNCTION,
    &filter_list::FUNCTION,
    &first::FUNCTION,
    &flatten::FUNCTION,
    &format_date::FUNCTION,
    &format_number::FUNCTION,
    &full_name_split::FUNCTION,
    &hash::FUNCTION,
    &hash::MD5,
    &hash::SHA1,
    &hash::SHA256,
    &hex::FUNCTION,
    &hmac::FUNCTION,
    &if_empty::FUNCTION,
    &inn_check::FUNCTION,
    &join::FUNCTION,
    &json::FUNCTION,
    &last::FUNCTION,
    &logic::EQ,
    &logic::NE,
    &logic::GT,
    &logic::GTE,
    &logic::LT,
    &logic::LTE,
    &logic::AND,
    &logic::OR,
    &logic::NOT,
    &lookup::FUNCTION,
    &lower::FUNCTION,
    &map::FUNCTION,
    &mask::FUNCTION,
    &multiply::FUNCTION,
    &now::FUNCTION,
    &number::FUNCTION,
    &pad::FUNCTION,
    &parse_date::FUNCTION,
    &parse_json::FUNCTION,
    &parse_json::JSON_PARSE,
    &percent::FUNCTION,
    &phone_e164::FUNCTION,
    &phone_national::FUNCTION,
    &pick::FUNCTION,
    &query_parse::FUNCTION,
    &regex_extract::FUNCTION,
    &regex_replace::FUNCTION,
    &replace::FUNCTION,
    &round::FUNCTION,
    &shift_date::FUNCTION,
    &slug::FUNCTION,
    &sort::FUNCTION,
    &split::FUNCTION,
    &start_of::FUNCTION,
    &strip_html::FUNCTION,
    &substring::FUNCTION,
    &sum::FUNCTION,
    &timezone::FUNCTION,
    &transliterate::FUNCTION,
    &trim::FUNCTION,
    &truncate::FUNCTION,
    &type_of::FUNCTION,
    &unique::FUNCTION,
    &upper::FUNCTION,
    &url_encode::FUNCTION,
    &url_encode::URLENCODE,
    &utm::FUNCTION,
    &uuid::FUNCTION,
    &values::FUNCTION,
    &xml::FUNCTION,
];

/// Every function, for the picker and for the registry of helpers.
pub fn all() -> &'static [&'static Function] {
    ALL
}

/// The function of a name.
pub fn get(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&str, &Function>> =
        LazyLock::new(|| ALL.iter().map(|f| (f.name, *f)).collect());
    BY_NAME.get(name).copied()
}

/// The name that was most likely meant by one that there is not.
pub fn suggest(name: &str) -> Option<&'static str> {
    kit::check::closest(name, ALL.iter().map(|f| f.name))
}
