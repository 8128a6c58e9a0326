//! Runs the part of a path that may yield several nodes, with a bound on the hits. The crate's own
//! run builds the path of every hit and has no bound; filters are its own.

use domain::limits::PATH_HITS;
use jsonpath_rust::parser::model::{JpQuery, Segment as QuerySegment, Selector};
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

use super::Segment;

/// One segment of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    One(Segment),
    Wildcard,
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// A query of this one filter.
    Filter(JpQuery),
    Several(Vec<Step>),
    /// `..`: the same at every depth.
    Descend(Box<Step>),
}

impl Step {
    pub fn compile(segment: &QuerySegment) -> Step {
        match segment {
            QuerySegment::Descendant(of) => Step::Descend(Box::new(Step::compile(of))),
            QuerySegment::Selector(s) => Step::of(s),
            QuerySegment::Selectors(list) => Step::Several(list.iter().map(Step::of).collect()),
        }
    }

    fn of(selector: &Selector) -> Step {
        match selector {
            Selector::Name(n) => Step::One(Segment::Name(n.as_str().into())),
            Selector::Index(i) => Step::One(Segment::Index(*i)),
            Selector::Wildcard => Step::Wildcard,
            Selector::Slice(start, end, step) => Step::Slice(*start, *end, *step),
            Selector::Filter(_) => {
                Step::Filter(JpQuery::new(vec![QuerySegment::Selector(selector.clone())]))
            }
        }
    }
}

/// The hits in the order of RFC 9535; nothing where there are too many.
pub fn run<'a>(steps: &[Step], start: &'a Value) -> Option<Vec<&'a Value>> {
    steps.iter().try_fold(vec![start], |nodes, step| {
        let mut out = Vec::new();
        for node in nodes {
            apply(step, node, &mut out)?;
        }
        Some(out)
    })
}

fn apply<'a>(step: &Step, node: &'a Value, out: &mut Vec<&'a Value>) -> Option<()> {
    match step {
        Step::One(s) => out.extend(super::walk(node, std::slice::from_ref(s))),
        Step::Wildcard => out.extend(children(node).take(room(out))),
        Step::Slice(start, end, by) => {
            if let Some(items) = node.as_array() {
                let most = room(out);
                out.extend(slice(items.len(), *start, *end, *by).take(most).map(|i| &items[i]));
            }
        }
        // A filter never looks at the root, so each node may stand for it.
        Step::Filter(query) => {
            let hits = js_path_process(query, node).ok();
            out.extend(hits.into_iter().flatten().map(|hit| hit.val));
        }
        Step::Several(list) => list.iter().try_for_each(|s| apply(s, node, out))?,
        Step::Descend(of) => descend(of, node, out)?,
    }
    (out.len() <= PATH_HITS).then_some(())
}

/// A stack instead of recursion: data may be nested as deep as its parser allows.
fn descend<'a>(of: &Step, node: &'a Value, out: &mut Vec<&'a Value>) -> Option<()> {
    let mut todo = vec![node];
    while let Some(next) = todo.pop() {
        apply(of, next, out)?;
        let from = todo.len();
        todo.extend(children(next));
        todo[from..].reverse();
    }
    Some(())
}

fn children(v: &Value) -> impl Iterator<Item = &Value> {
    let (list, map) = match v {
        Value::Array(items) => (Some(items), None),
        Value::Object(fields) => (None, Some(fields)),
        _ => (None, None),
    };
    list.into_iter().flatten().chain(map.into_iter().flat_map(serde_json::Map::values))
}

/// How many more hits are worth looking at: one over the bound proves that there are too many.
fn room(out: &[&Value]) -> usize {
    (PATH_HITS + 1).saturating_sub(out.len())
}

/// The indexes of a slice (RFC 9535 section 2.3.4.2.2).
fn slice(
    len: usize,
    start: Option<i64>,
    end: Option<i64>,
    step: Option<i64>,
) -> impl Iterator<Item = usize> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1);
    let norm = |i: i64| if i >= 0 { i } else { len.saturating_add(i) };
    let (from, to) = if step >= 0 {
        (norm(start.unwrap_or(0)).clamp(0, len), norm(end.unwrap_or(len)).clamp(0, len))
    } else {
        let start = start.map_or(len - 1, norm).clamp(-1, len - 1);
        (start, end.map_or(-1, norm).clamp(-1, len - 1))
    };
    let mut next = from;
    std::iter::from_fn(move || {
        let inside = (step > 0 && next < to) || (step < 0 && next > to);
        let at = usize::try_from(next).ok().filter(|_| inside)?;
        next = next.saturating_add(step);
        Some(at)
    })
}
