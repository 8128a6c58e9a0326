//! `uuid`: a new id.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "uuid",
    title: words("New UUID", "Новый UUID"),
    description: words(
        "An id that no other call has; a repeated try of the step gives the same.",
        "Идентификатор, которого нет у других вызовов; повторная попытка шага даёт тот же.",
    ),
    group: Group::Data,
    input_at: None,
    examples: &[
        gives("", "", r#""018f0000-0000-7000-8000-000000000001""#),
        gives(r#""is not used""#, "", r#""018f0000-0000-7000-8000-000000000001""#),
        gives("null", "", r#""018f0000-0000-7000-8000-000000000001""#),
    ],
    call: Call::Any(|_, _, env| out::text((env.uuid)().to_string())),
    ..BASE
};
