//! Pages of lists: by key, never by number, so that a page costs the same wherever it is.

use std::fmt::Display;
use std::str::FromStr;

use domain::limits;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Which page is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "crate::v1::words::page_size")]
    pub limit: Option<u32>,
    /// `next` of the page before; absent for the first.
    #[serde(default)]
    pub cursor: Option<String>,
}

impl Paging {
    /// The number of items, within its bounds.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(limits::PAGE).clamp(1, limits::PAGE_MAX)
    }

    /// The key after which to begin.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let Some(text) = &self.cursor else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Problem::bad("the cursor is not one of this list", "курсор не от этого списка")
        })
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; absent after the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page that was read with one item more than `limit`, to know whether another follows.
    pub fn of<K: Display>(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|i| key(i).to_string());
        Self { items, next }
    }
}
