//! What a path may not have (semantics S8), checked on the text before the parser recurses and on
//! the parsed query before anybody runs it.

use domain::limits::{PATH_CHARS, PATH_PATTERN_CHARS};
use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector,
    SingularQuery, Test, TestFunction,
};
use regex::RegexBuilder;

use crate::error::Fault;

/// Open brackets and parentheses at once: the parser tries nested functions again and again, so
/// its time doubles with each level.
const NESTING: usize = 8;
/// Compiled size of one pattern, bytes: it is compiled again for every node.
const PATTERN_BYTES: usize = 64 << 10;
/// Selectors inside filters that yield more than one node.
const SPREADS_IN_FILTERS: usize = 2;

/// The length and nesting of the text.
pub fn check_text(text: &str) -> Result<(), Fault> {
    if text.chars().nth(PATH_CHARS).is_some() {
        return Err(Fault::new(
            "path_too_long",
            format!("a path has at most {PATH_CHARS} characters"),
            format!("в пути не больше {PATH_CHARS} символов"),
        ));
    }
    let (mut depth, mut quoted, mut escaped) = (0usize, None, false);
    for c in text.chars() {
        match quoted {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(q) if c == q => quoted = None,
            Some(_) => {}
            None => match c {
                '\'' | '"' => quoted = Some(c),
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
        if depth > NESTING {
            return Err(Fault::new(
                "path_too_deep",
                format!("brackets in a path nest at most {NESTING} deep"),
                format!("скобки в пути вложены не глубже {NESTING}"),
            ));
        }
    }
    Ok(())
}

/// The rules that hold for the whole query.
pub fn check(query: &JpQuery) -> Result<(), Fault> {
    let mut seen = Seen::default();
    seen.segments(&query.segments, false)?;
    if seen.descents > 1 {
        return Err(Fault::new(
            "path_descents",
            "a path has at most one \"..\"",
            "в пути не больше одного «..»",
        ));
    }
    if seen.spreads > SPREADS_IN_FILTERS {
        return Err(Fault::new(
            "path_filter_spreads",
            format!(
                "filters of a path have at most {SPREADS_IN_FILTERS} of \"*\", \"..\", slices and filters of their own"
            ),
            format!(
                "в фильтрах пути не больше {SPREADS_IN_FILTERS} «*», «..», срезов и вложенных фильтров"
            ),
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    descents: usize,
    /// Selectors inside filters that yield several nodes.
    spreads: usize,
}

impl Seen {
    fn segments(&mut self, segments: &[Segment], inside: bool) -> Result<(), Fault> {
        segments.iter().try_for_each(|s| self.segment(s, inside))
    }

    fn segment(&mut self, segment: &Segment, inside: bool) -> Result<(), Fault> {
        match segment {
            Segment::Descendant(of) => {
                self.descents += 1;
                self.spreads += usize::from(inside);
                self.segment(of, inside)
            }
            Segment::Selector(s) => self.selector(s, inside),
            Segment::Selectors(list) => several(list),
        }
    }

    fn selector(&mut self, selector: &Selector, inside: bool) -> Result<(), Fault> {
        match selector {
            Selector::Name(_) | Selector::Index(_) => Ok(()),
            Selector::Wildcard | Selector::Slice(..) => {
                self.spreads += usize::from(inside);
                Ok(())
            }
            Selector::Filter(f) => {
                self.spreads += usize::from(inside);
                self.filter(f)
            }
        }
    }

    fn filter(&mut self, filter: &Filter) -> Result<(), Fault> {
        match filter {
            Filter::Or(all) | Filter::And(all) => all.iter().try_for_each(|f| self.filter(f)),
            Filter::Atom(FilterAtom::Filter { expr, .. }) => self.filter(expr),
            Filter::Atom(FilterAtom::Test { expr, .. }) => self.test(expr),
            Filter::Atom(FilterAtom::Comparison(c)) => self.comparison(c),
        }
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<(), Fault> {
        let (a, b) = comparison.vals();
        [a, b].into_iter().try_for_each(|side| match side {
            Comparable::Function(f) => self.function(f),
            Comparable::SingularQuery(SingularQuery::Root(_)) => Err(absolute()),
            Comparable::SingularQuery(SingularQuery::Current(_)) | Comparable::Literal(_) => Ok(()),
        })
    }

    fn test(&mut self, test: &Test) -> Result<(), Fault> {
        match test {
            Test::RelQuery(segments) => self.segments(segments, true),
            Test::AbsQuery(_) => Err(absolute()),
            Test::Function(f) => self.function(f),
        }
    }

    fn function(&mut self, function: &TestFunction) -> Result<(), Fault> {
        match function {
            TestFunction::Custom(_, args) => args.iter().try_for_each(|a| self.arg(a)),
            TestFunction::Length(a) => self.arg(a),
            TestFunction::Value(a) | TestFunction::Count(a) => self.arg(a),
            TestFunction::Search(a, p) | TestFunction::Match(a, p) => {
                pattern(p)?;
                self.arg(a)
            }
        }
    }

    fn arg(&mut self, arg: &FnArg) -> Result<(), Fault> {
        match arg {
            FnArg::Literal(_) => Ok(()),
            FnArg::Test(t) => self.test(t),
            FnArg::Filter(f) => self.filter(f),
        }
    }
}

/// A list of selectors may not name one node twice: hits would multiply with every segment.
fn several(list: &[Selector]) -> Result<(), Fault> {
    let plain = |s: &Selector| matches!(s, Selector::Name(_)) || matches!(s, Selector::Index(0..));
    if list.iter().all(plain) && (1..list.len()).all(|i| !list[..i].contains(&list[i])) {
        return Ok(());
    }
    Err(Fault::new(
        "path_selectors",
        "a list in brackets takes different names, or different indexes from the start",
        "в списке в скобках могут быть только разные имена или разные номера с начала",
    ))
}

fn absolute() -> Fault {
    Fault::new(
        "path_absolute_in_filter",
        "a filter may look only below @, not at $",
        "фильтр может смотреть только от @, не от $",
    )
}

fn pattern(arg: &FnArg) -> Result<(), Fault> {
    let fine = match arg {
        FnArg::Literal(Literal::String(p)) => {
            p.chars().nth(PATH_PATTERN_CHARS).is_none()
                && RegexBuilder::new(p).size_limit(PATTERN_BYTES).build().is_ok()
        }
        _ => false,
    };
    if fine {
        return Ok(());
    }
    Err(Fault::new(
        "path_pattern",
        format!(
            "match and search take a text of at most {PATH_PATTERN_CHARS} characters that is a simple pattern"
        ),
        format!(
            "match и search принимают простой шаблон текстом, не длиннее {PATH_PATTERN_CHARS} символов"
        ),
    ))
}
