//! What helps a person to build a flow: samples of its address, the data that a step may use,
//! previews of mappings, tests of single steps, fields filled by themselves, templates.

pub mod automap;
pub mod coverage;
pub mod data;
pub mod fields;
pub mod preview;
pub mod reach;
pub mod samples;
pub mod send;
pub mod step_test;
pub mod templates;
pub mod upgrade;
