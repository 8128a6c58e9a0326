//! `bool`: yes or no.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "bool",
    title: words("To yes or no", "В да или нет"),
    description: words(
        "True for да, yes, true, 1, on; false for нет, no, false, 0, off; case does not matter.",
        "true для да, yes, true, 1, on; false для нет, no, false, 0, off; регистр не важен.",
    ),
    group: Group::Data,
    typed: true,
    examples: &[
        gives(r#""Да""#, "", "true"),
        gives(r#"" off ""#, "", "false"),
        gives("0", "", "false"),
        gives("1", "", "true"),
        gives(r#""""#, "", "null"),
        fails(r#""возможно""#, "", "expected yes or no"),
        fails("2", "", "expected yes or no"),
    ],
    call: Call::Text(|text, _, _| {
        Ok(match text.trim().to_lowercase().as_str() {
            "" => Value::Null,
            "да" | "yes" | "true" | "1" | "on" | "y" | "t" | "д" | "checked" | "истина" => {
                true.into()
            }
            "нет" | "no" | "false" | "0" | "off" | "n" | "f" | "н" | "ложь" => false.into(),
            _ => return Err(FnError::value("yes or no", "да или нет", text)),
        })
    }),
    ..BASE
};
