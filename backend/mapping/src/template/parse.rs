//! Reads the source of a template: the language is Handlebars without partials, decorators, raw
//! blocks and inverted block starts.
//!
//! The `handlebars` crate is not used here on purpose: its parser recurses without a bound and
//! aborts the process on a few kilobytes of parentheses, its renderer has no limit on work and
//! copies every path it looks up. It is the oracle of the tests instead: what both accept renders
//! the same.

use domain::limits::{TEMPLATE_BYTES, TEMPLATE_EACH, TEMPLATE_NESTING};

use super::expr::{Cursor, Head};
use super::node::{Expr, Node, Test};
use crate::error::Fault;
use crate::functions;

/// Parses a whole template.
pub fn parse(source: &str) -> Result<Vec<Node>, Fault> {
    if source.len() > TEMPLATE_BYTES {
        return Err(Fault::new(
            "template_too_long",
            format!("a template has at most {TEMPLATE_BYTES} bytes"),
            format!("в шаблоне не больше {TEMPLATE_BYTES} байт"),
        ));
    }
    let at = Cursor { src: source, pos: 0 };
    let mut p = Parser { at, blocks: 0, loops: 0, trim_space: false, trim_line: false };
    let (nodes, stop) = p.nodes()?;
    match stop {
        Stop::End => Ok(nodes),
        Stop::Close(tag, name) => Err(p.at_tag(&tag).syntax(
            &format!("\"/{name}\" closes nothing"),
            &format!("«/{name}» ничего не закрывает"),
        )),
        Stop::Else(tag, _) => {
            Err(p.at_tag(&tag).syntax("\"else\" stands in no block", "«else» стоит вне блока"))
        }
    }
}

struct Parser<'s> {
    at: Cursor<'s>,
    /// Open blocks, and how many of them are `each`.
    blocks: usize,
    loops: usize,
    /// The last tag ended with `~`: the text after it loses its spaces in front.
    trim_space: bool,
    /// The last tag stood alone on its line: the rest of the line goes with it.
    trim_line: bool,
}

/// Where a tag stands, and whether it takes the spaces before it.
#[derive(Clone, Copy)]
struct Tag {
    start: usize,
    before: bool,
}

/// Why a run of nodes ends.
enum Stop<'s> {
    End,
    Close(Tag, &'s str),
    /// `else`, possibly with another condition.
    Else(Tag, Option<Head<'s>>),
}

/// What a tag turned out to be.
enum Read<'s> {
    Print { expr: Expr, raw: bool },
    Comment,
    Open(Head<'s>),
    Close(&'s str),
    Else(Option<Head<'s>>),
}

impl<'s> Parser<'s> {
    fn at_tag(&self, tag: &Tag) -> Cursor<'s> {
        Cursor { src: self.at.src, pos: tag.start }
    }

    fn nodes(&mut self) -> Result<(Vec<Node>, Stop<'s>), Fault> {
        let mut out = Vec::new();
        loop {
            self.text(&mut out);
            if self.at.rest().is_empty() {
                return Ok((out, Stop::End));
            }
            let start = self.at.pos;
            let (read, before, after) = self.tag()?;
            if before {
                trim_last(&mut out, char::is_whitespace);
            }
            self.trim_space = after;
            let tag = Tag { start, before };
            match read {
                Read::Comment => self.alone(tag, &mut out),
                Read::Print { expr, raw } => out.push(Node::Print { expr, raw }),
                Read::Open(head) => {
                    self.alone(tag, &mut out);
                    let node = self.block(head, tag)?;
                    out.push(node);
                }
                Read::Close(name) => {
                    self.alone(tag, &mut out);
                    return Ok((out, Stop::Close(tag, name)));
                }
                Read::Else(head) => {
                    self.alone(tag, &mut out);
                    return Ok((out, Stop::Else(tag, head)));
                }
            }
        }
    }

    /// The text up to the next tag. `\{{` is a tag that is meant as text, `\\{{` a backslash before
    /// a tag.
    fn text(&mut self, out: &mut Vec<Node>) {
        let rest = self.at.rest();
        let (mut text, mut done) = (String::new(), 0);
        loop {
            let Some(len) = rest[done..].find("{{") else {
                text.push_str(&rest[done..]);
                done = rest.len();
                break;
            };
            let plain = &rest[done..done + len];
            let slashes = len - plain.trim_end_matches('\\').len();
            text.push_str(&plain[..len - slashes.min(1)]);
            done += len;
            if slashes != 1 {
                break;
            }
            let braces = if rest[done..].starts_with("{{{{") { 4 } else { 2 };
            text.push_str(&rest[done..done + braces]);
            done += braces;
        }
        self.at.pos += done;
        if done > 0 {
            self.push_text(&text, out);
        }
    }

    fn push_text(&mut self, text: &str, out: &mut Vec<Node>) {
        let text = if self.trim_space {
            text.trim_start()
        } else if self.trim_line {
            let text = text.trim_start_matches([' ', '\t']);
            text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
        } else {
            text
        };
        self.trim_line = false;
        if !text.is_empty() {
            out.push(Node::Text(text.into()));
        }
    }

    /// A block tag that stands alone on its line takes the line with it.
    fn alone(&mut self, tag: Tag, out: &mut [Node]) {
        let (before, after) = (&self.at.src[..tag.start], self.at.rest());
        let ends =
            after.is_empty() || after.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
        let line = before.trim_end_matches([' ', '\t']);
        let starts = line.is_empty() || line.ends_with(['\n', '\r']);
        self.trim_line = ends && starts;
        if self.trim_line && !tag.before {
            trim_last(out, |c| c == ' ' || c == '\t');
        }
    }

    /// One tag; gives also whether `~` stands at its start and end.
    fn tag(&mut self) -> Result<(Read<'s>, bool, bool), Fault> {
        let c = &mut self.at;
        if c.rest().starts_with("{{{{") {
            return Err(refused(c, "raw blocks", "сырых блоков"));
        }
        if c.eat("{{!--") {
            return Self::comment(c, "--}}");
        }
        if c.eat("{{!") {
            return Self::comment(c, "}}");
        }
        let legacy = c.eat("{{{");
        if !legacy {
            c.eat("{{");
        }
        let before = c.eat("~");
        c.skip_space();
        let braced = !legacy && c.eat("{");
        let raw = legacy || braced || c.eat("&");
        c.skip_space();
        let read = if raw { Read::Print { expr: c.shown()?, raw } } else { Self::read(c)? };
        c.skip_space();
        if braced && !c.eat("}") {
            return Err(c.syntax("expected \"}}}\"", "нужно «}}}»"));
        }
        c.skip_space();
        let after = c.eat("~");
        let end = if legacy { "}}}" } else { "}}" };
        if !c.eat(end) {
            return Err(c.syntax(&format!("expected \"{end}\""), &format!("нужно «{end}»")));
        }
        Ok((read, before, after))
    }

    fn comment(c: &mut Cursor<'s>, end: &str) -> Result<(Read<'s>, bool, bool), Fault> {
        let len = c
            .rest()
            .find(end)
            .ok_or_else(|| c.syntax("the comment has no end", "комментарий не закрыт"))?;
        c.pos += len + end.len();
        Ok((Read::Comment, false, false))
    }

    fn read(c: &mut Cursor<'s>) -> Result<Read<'s>, Fault> {
        if c.eat("#") {
            c.skip_space();
            if c.rest().starts_with(['*', '>']) {
                return Err(refused(c, "partials and decorators", "вставок и декораторов"));
            }
            return Self::head(c).map(Read::Open);
        }
        if c.eat("/") {
            c.skip_space();
            return Ok(Read::Close(c.ident().unwrap_or_default()));
        }
        if c.rest().starts_with(['>', '*']) {
            return Err(refused(c, "partials and decorators", "вставок и декораторов"));
        }
        if c.eat("^") || (c.at_word("else") && c.eat("else")) {
            c.skip_space();
            let ends = c.rest().starts_with(['}', '~']);
            return Ok(Read::Else(if ends { None } else { Some(Self::head(c)?) }));
        }
        Ok(Read::Print { expr: c.shown()?, raw: false })
    }

    fn head(c: &mut Cursor<'s>) -> Result<Head<'s>, Fault> {
        let Some(name) = c.ident() else {
            return Err(c.syntax("expected the name of a block", "нужно имя блока"));
        };
        c.arguments(name, 0)
    }

    fn block(&mut self, head: Head<'s>, tag: Tag) -> Result<Node, Fault> {
        self.blocks += 1;
        self.loops += usize::from(head.name == "each");
        self.check_depth(&tag)?;
        let is_loop = head.name == "each";
        let node = match head.name {
            "each" | "with" => self.subject_block(head, tag)?,
            _ => self.condition_block(head, tag)?,
        };
        self.blocks -= 1;
        self.loops -= usize::from(is_loop);
        Ok(node)
    }

    fn check_depth(&self, tag: &Tag) -> Result<(), Fault> {
        let (most, what, what_ru) = if self.loops > TEMPLATE_EACH {
            (TEMPLATE_EACH, "\"each\" blocks", "блоки «each»")
        } else if self.blocks > TEMPLATE_NESTING {
            (TEMPLATE_NESTING, "blocks", "блоки")
        } else {
            return Ok(());
        };
        Err(self.at_tag(tag).fault(
            "template_too_deep",
            &format!("{what} nest at most {most} deep"),
            &format!("{what_ru} вложены не глубже {most}"),
        ))
    }

    /// `each` and `with`: one subject, a body, and another body for an empty subject.
    fn subject_block(&mut self, head: Head<'s>, tag: Tag) -> Result<Node, Fault> {
        let Head { name, mut positions, named, names } = head;
        let subject = positions.pop().filter(|_| positions.is_empty() && named.is_empty());
        let Some(subject) = subject else {
            return Err(self.at_tag(&tag).syntax(
                &format!("\"{name}\" takes one value"),
                &format!("«{name}» принимает одно значение"),
            ));
        };
        let (body, stop) = self.nodes()?;
        let (otherwise, stop) = match stop {
            Stop::Else(_, None) => self.nodes()?,
            other => (Vec::new(), other),
        };
        self.closed(&tag, name, &stop)?;
        Ok(if name == "each" {
            Node::Each { list: subject, names, body, empty: otherwise }
        } else {
            Node::With { subject, names, body, otherwise }
        })
    }

    /// `if`, `unless` and blocks of functions, with their chain of `else if`.
    fn condition_block(&mut self, head: Head<'s>, tag: Tag) -> Result<Node, Fault> {
        let name = head.name;
        let mut test = self.test(head, &tag)?;
        let (mut arms, mut otherwise) = (Vec::new(), Vec::new());
        loop {
            let (body, stop) = self.nodes()?;
            arms.push((test, body));
            match stop {
                Stop::Else(tag, Some(next)) if !matches!(next.name, "each" | "with") => {
                    test = self.test(next, &tag)?;
                }
                Stop::Else(_, None) => {
                    let (body, stop) = self.nodes()?;
                    otherwise = body;
                    self.closed(&tag, name, &stop)?;
                    break;
                }
                stop => {
                    self.closed(&tag, name, &stop)?;
                    break;
                }
            }
        }
        Ok(Node::If { arms, otherwise })
    }

    fn test(&self, head: Head<'s>, tag: &Tag) -> Result<Test, Fault> {
        let at = self.at_tag(tag);
        if !matches!(head.name, "if" | "unless") {
            if functions::get(head.name).is_none() {
                return Err(at.fault(
                    "template_block",
                    &format!(
                        "there is no block \"{}\"; there are if, unless, each and with",
                        head.name
                    ),
                    &format!("нет блока «{}»; есть if, unless, each и with", head.name),
                ));
            }
            return Ok(Test { expr: at.call(head, tag.start)?, negated: false, zero: false });
        }
        let Head { name, mut positions, named, names } = head;
        let zero = match named.as_slice() {
            [] => Some(false),
            [(key, Expr::Literal(v))] if &**key == "includeZero" => v.as_bool(),
            _ => None,
        };
        let expr = positions.pop().filter(|_| positions.is_empty() && names.value.is_none());
        match (expr, zero) {
            (Some(expr), Some(zero)) => Ok(Test { expr, negated: name == "unless", zero }),
            _ => Err(at.syntax(
                &format!("\"{name}\" takes one value; compare with (eq a b)"),
                &format!("«{name}» принимает одно значение; сравнить можно через (eq a b)"),
            )),
        }
    }

    fn closed(&self, open: &Tag, name: &str, stop: &Stop<'s>) -> Result<(), Fault> {
        match stop {
            Stop::Close(_, n) if *n == name => Ok(()),
            Stop::Close(tag, n) => Err(self.at_tag(tag).syntax(
                &format!("\"/{n}\" stands where \"/{name}\" is expected"),
                &format!("«/{n}» стоит там, где нужно «/{name}»"),
            )),
            Stop::Else(tag, _) => Err(self
                .at_tag(tag)
                .syntax("this \"else\" cannot stand here", "этот «else» здесь стоять не может")),
            Stop::End => Err(self
                .at_tag(open)
                .syntax(&format!("\"#{name}\" is not closed"), &format!("«#{name}» не закрыт"))),
        }
    }
}

fn refused(c: &Cursor<'_>, what: &str, what_ru: &str) -> Fault {
    c.fault(
        "template_refused",
        &format!("there are no {what} here"),
        &format!("здесь нет {what_ru}"),
    )
}

fn trim_last(out: &mut [Node], what: impl Fn(char) -> bool) {
    if let Some(Node::Text(text)) = out.last_mut() {
        *text = text.trim_end_matches(what).into();
    }
}
