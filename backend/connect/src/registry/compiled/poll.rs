//! Compiled polls.

use domain::flow::place;
use domain::{Span, limits};

use super::{Call, Compiler, Output, Scope};
use crate::manifest::poll::{self, CursorType, FirstRun, Order};
use crate::template::Text;

/// How new records are found.
#[derive(Debug)]
pub struct Poll {
    pub call: Call,
    pub id: Text,
    pub cursor: Option<Cursor>,
    pub every: Span,
    pub first_run: FirstRun,
    pub remember: usize,
}

/// How far a service has been read.
#[derive(Debug)]
pub struct Cursor {
    pub from: Text,
    pub kind: CursorType,
    pub initial: Option<Text>,
    pub overlap: Span,
    pub order: Order,
}

/// What the templates of the call read.
const CALL: [&str; 4] = ["cursor", "input", "conn", "now"];
/// What the templates of one record read.
const ITEM: [&str; 3] = ["item", "input", "conn"];

impl Compiler {
    /// Compiles a poll.
    pub fn poll(&mut self, at: &str, p: &poll::Poll, scope: &Scope<'_>) -> Poll {
        let of_call = Scope { roots: &CALL, ..*scope };
        let of_item = Scope { roots: &ITEM, ..*scope };
        let every = p.every.unwrap_or(limits::POLL_EVERY);
        if every < limits::POLL_EVERY_MIN || every > limits::POLL_EVERY_MAX {
            let (least, most) = (limits::POLL_EVERY_MIN, limits::POLL_EVERY_MAX);
            self.fault(
                "poll_every",
                &place::key(at, "every"),
                format!("{every} is not between {least} and {most}"),
                format!("{every}: нужно от {least} до {most}"),
            );
        }
        let call = self.call(&place::key(at, "call"), &p.call, &of_call, &|_| true);
        if call.paginate.is_none() && matches!(call.output, Output::Whole | Output::Fields(_)) {
            self.fault(
                "poll_list",
                &place::key(at, "call"),
                "a poll needs the list: paginate.items, or output such as $.items".into(),
                "для опроса нужен список: paginate.items или output вида $.items".into(),
            );
        }
        let remember = p.remember.unwrap_or(limits::POLL_REMEMBER).min(limits::POLL_REMEMBER_MAX);
        Poll {
            call,
            id: self.text(&place::key(at, "id"), &p.id, &of_item),
            cursor: p.cursor.as_ref().map(|c| self.cursor(&place::key(at, "cursor"), c, scope)),
            every,
            first_run: p.first_run,
            remember: usize::try_from(remember).unwrap_or(usize::MAX),
        }
    }

    fn cursor(&mut self, at: &str, c: &poll::Cursor, scope: &Scope<'_>) -> Cursor {
        let of_item = Scope { roots: &ITEM, ..*scope };
        let before = Scope { roots: &CALL[1..], ..*scope };
        if c.overlap.is_some() && c.kind != CursorType::Datetime {
            self.fault(
                "poll_overlap",
                &place::key(at, "overlap"),
                "only a cursor of type datetime has an overlap".into(),
                "overlap бывает только у курсора типа datetime".into(),
            );
        }
        Cursor {
            from: self.text(&place::key(at, "from"), &c.from, &of_item),
            kind: c.kind,
            initial: self.maybe(&place::key(at, "initial"), c.initial.as_deref(), &before),
            overlap: match c.kind {
                CursorType::Datetime => c.overlap.unwrap_or(limits::POLL_OVERLAP),
                _ => Span::ZERO,
            },
            order: c.order,
        }
    }
}
