//! What the tests of the whole product share. Absent: the tests themselves, which are in `tests/`.

pub mod receivers;
pub mod world;
