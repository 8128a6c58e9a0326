//! One way to run a statement on either database: values in, rows out. No statement texts here.

pub(crate) mod bulk;
pub(crate) mod conn;
pub(crate) mod fail;
pub(crate) mod filter;
pub(crate) mod own;
pub(crate) mod row;
pub(crate) mod val;

pub(crate) use bulk::{Batch, Bulk, Kind};
pub(crate) use conn::Conn;
pub(crate) use filter::Filter;
pub(crate) use row::{Cursor, Row};
pub(crate) use val::{Val, clean, vals};
