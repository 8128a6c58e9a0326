//! `crc32`: the checksum of ISO 3309, as in PHP and gzip.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "crc32",
    title: words("CRC-32", "CRC-32"),
    description: words(
        "The CRC-32 of the UTF-8 bytes of a text, as eight hexadecimal digits or as a number.",
        "CRC-32 байтов UTF-8 текста восемью шестнадцатеричными цифрами или числом.",
    ),
    group: Group::Data,
    params: &[Param::optional(
        "encoding",
        ParamKind::Choice { values: &["hex", "number"] },
        "How it is written; hex",
        "Как записать; hex",
    )],
    typed: true,
    examples: &[
        gives(r#""123456789""#, "", r#""cbf43926""#),
        gives(r#""123456789""#, r#"{"encoding":"number"}"#, "3421780262"),
        gives(r#""""#, "", r#""00000000""#),
        gives("", "", "null"),
    ],
    call: Call::Text(|text, args, _| {
        let sum = crc32(text.as_bytes());
        if args.text_or("encoding", "hex")? == "number" {
            return Ok(sum.into());
        }
        out::text(format!("{sum:08x}"))
    }),
    ..BASE
};

const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut n = 0;
    while n < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "n is below 256")]
        let mut c = n as u32;
        let mut bit = 0;
        while bit < 8 {
            c = if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 };
            bit += 1;
        }
        table[n] = c;
        n += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |c, b| TABLE[((c ^ u32::from(*b)) & 0xFF) as usize] ^ (c >> 8))
}
