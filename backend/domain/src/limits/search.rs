//! Limits of the search by exact value (semantics S23).

use crate::Span;

/// Characters of a value that can be searched for, and values of one event (semantics S23).
pub const SEARCH_CHARS: usize = 128;
pub const SEARCH_VALUES: usize = 40;
/// Newest events with a value that are looked at.
pub const SEARCH_HITS: i64 = 1_000;
/// Events indexed in one commit, and how often the indexer looks for more.
pub const SEARCH_SLICE: i64 = 500;
/// Bytes of bodies that the indexer reads at once, if there are several.
pub const SEARCH_BYTES: usize = 1 << 20;
/// Events of one part of the index.
pub const SEARCH_PART: i64 = 4_096;
/// How many times longer than for a slice the indexer rests while there is other work.
pub const SEARCH_REST: u32 = 19;
pub const SEARCH_LOOK: Span = Span::secs(2);
/// Deliveries that wait for their commit at which the indexer lets them go first.
pub const SEARCH_YIELD: usize = 64;
/// An event may be committed this much later than its id says and is still indexed.
pub const SEARCH_LATE: Span = Span::mins(15);
