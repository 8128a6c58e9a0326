//! Expressions inside a tag: paths, literals, calls and their arguments. Recursion is bounded by
//! `limits::TEMPLATE_NESTING` before it happens.

use domain::limits::TEMPLATE_NESTING;
use serde_json::Value;

use super::node::{Call, Expr, Names};
use crate::error::Fault;
use crate::functions::{self, Args, Function, kit};
use crate::path::Segment;
use crate::reference::{self, Base};

/// A place in the source of a template.
pub struct Cursor<'s> {
    pub src: &'s str,
    pub pos: usize,
}

/// The name and arguments at the start of a tag.
pub struct Head<'s> {
    pub name: &'s str,
    pub positions: Vec<Expr>,
    pub named: Vec<(Box<str>, Expr)>,
    pub names: Names,
}

impl<'s> Cursor<'s> {
    pub fn rest(&self) -> &'s str {
        &self.src[self.pos..]
    }
    pub fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.pos += what.len();
        }
        found
    }
    pub fn skip_space(&mut self) {
        let rest = self.rest();
        self.pos += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }
    /// A fault at this place, with the line or character where it is.
    pub fn fault(&self, code: &'static str, en: &str, ru: &str) -> Fault {
        let before = &self.src[..self.pos];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Fault::new(
            code,
            format!("template, line {line}, character {column}: {en}"),
            format!("шаблон, строка {line}, символ {column}: {ru}"),
        )
    }
    pub fn syntax(&self, en: &str, ru: &str) -> Fault {
        self.fault("template_syntax", en, ru)
    }

    /// A name of symbol characters.
    pub fn ident(&mut self) -> Option<&'s str> {
        let rest = self.rest();
        let end = rest.find(|c| !reference::is_symbol(c)).unwrap_or(rest.len());
        self.pos += end;
        (end > 0).then(|| &rest[..end])
    }
    /// Whether `word` stands here as a whole word.
    pub fn at_word(&self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word);
        after.is_some_and(|a| !a.starts_with(reference::is_symbol))
    }

    /// What a `{{ }}` without a block shows.
    pub fn shown(&mut self) -> Result<Expr, Fault> {
        let start = self.pos;
        if self.rest().starts_with(['"', '\'', '(']) {
            return self.param(0);
        }
        if let Some(name) = self.ident().filter(|_| !self.rest().starts_with(['.', '/'])) {
            self.skip_space();
            if self.at_param() {
                let head = self.arguments(name, 0)?;
                return self.call(head, start);
            }
        }
        self.pos = start;
        self.reference()
    }

    /// The arguments after the name of a call or block.
    pub fn arguments(&mut self, name: &'s str, depth: usize) -> Result<Head<'s>, Fault> {
        let (mut positions, mut named) = (Vec::new(), Vec::new());
        let mut block = Names::default();
        loop {
            self.skip_space();
            if self.at_word("as") {
                block = self.block_names()?;
                break;
            }
            if !self.at_param() {
                break;
            }
            match self.hash_key() {
                Some(key) => named.push((key.into(), self.param(depth)?)),
                None => positions.push(self.param(depth)?),
            }
        }
        Ok(Head { name, positions, named, names: block })
    }

    /// Whether an argument may start here.
    fn at_param(&self) -> bool {
        let start = |c: char| reference::is_symbol(c) || "\"'([{@.".contains(c);
        self.rest().starts_with(start) && !self.at_word("else")
    }

    /// `key=` and the place after it.
    fn hash_key(&mut self) -> Option<&'s str> {
        let start = self.pos;
        let key = self.ident();
        self.skip_space();
        if key.is_some() && self.eat("=") {
            self.skip_space();
            return key;
        }
        self.pos = start;
        None
    }

    /// `as |item index|`.
    fn block_names(&mut self) -> Result<Names, Fault> {
        let wrong = |c: &Self| c.syntax("expected \"as |name|\"", "нужно «as |имя|»");
        self.eat("as");
        self.skip_space();
        if !self.eat("|") {
            return Err(wrong(self));
        }
        self.skip_space();
        let value = self.ident().map(Into::into);
        self.skip_space();
        let place = self.ident().map(Into::into);
        self.skip_space();
        if value.is_none() || !self.eat("|") {
            return Err(wrong(self));
        }
        Ok(Names { value, place })
    }

    /// One argument.
    pub fn param(&mut self, depth: usize) -> Result<Expr, Fault> {
        let rest = self.rest();
        match rest.chars().next() {
            Some('"' | '\'') => self.string().map(Expr::Literal),
            Some('(') => self.sub_expression(depth),
            Some('[') => match self.json() {
                Some(v) => Ok(Expr::Literal(v)),
                None => self.reference(),
            },
            Some('{') => self
                .json()
                .map(Expr::Literal)
                .ok_or_else(|| self.syntax("this is not a JSON object", "это не JSON-объект")),
            _ => match self.word() {
                Some(v) => Ok(Expr::Literal(v)),
                None => self.reference(),
            },
        }
    }

    fn sub_expression(&mut self, depth: usize) -> Result<Expr, Fault> {
        if depth >= TEMPLATE_NESTING {
            return Err(self.fault(
                "template_too_deep",
                &format!("calls nest at most {TEMPLATE_NESTING} deep"),
                &format!("вызовы вложены не глубже {TEMPLATE_NESTING}"),
            ));
        }
        let start = self.pos;
        self.eat("(");
        self.skip_space();
        let Some(name) = self.ident() else {
            return Err(self.syntax(
                "expected the name of a function after \"(\"",
                "после «(» нужно имя функции",
            ));
        };
        let head = self.arguments(name, depth + 1)?;
        if !self.eat(")") {
            return Err(self.syntax("expected \")\"", "нужно «)»"));
        }
        self.call(head, start)
    }

    /// A text in double quotes (as in JSON) or single ones.
    fn string(&mut self) -> Result<Value, Fault> {
        let rest = self.rest();
        let quote = if rest.starts_with('"') { '"' } else { '\'' };
        let mut escaped = false;
        let end = rest[1..].find(|c| {
            let closes = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some(end) = end else {
            return Err(
                self.syntax("the text has no closing quote", "у текста нет закрывающей кавычки")
            );
        };
        let inner = &rest[1..=end];
        let json = if quote == '"' {
            format!("\"{inner}\"")
        } else {
            format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\""))
        };
        let value = serde_json::from_str(&json).map_err(|_| {
            self.syntax(
                "the text has a wrong escape",
                "в тексте неверная последовательность с «\\»",
            )
        })?;
        self.pos += end + 2;
        Ok(value)
    }

    /// A JSON list or object. The parser of JSON has its own bound on nesting.
    fn json(&mut self) -> Option<Value> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<Value>();
        let value = values.next()?.ok()?;
        self.pos += values.byte_offset();
        Some(value)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let rest = self.rest();
        let part = |c: char| reference::is_symbol(c) || c == '.' || c == '/' || c == '+';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let value = serde_json::from_str(&rest[..end]).ok()?;
        self.pos += end;
        Some(value)
    }

    fn reference(&mut self) -> Result<Expr, Fault> {
        let (found, len) = reference::read(self.rest()).ok_or_else(|| {
            self.syntax(
                "expected a path such as trigger.body.name",
                "нужен путь вида trigger.body.name",
            )
        })?;
        let lone = match (&found.base, found.segments.as_slice()) {
            (Base::Name, [Segment::Name(n)]) => functions::get(n).filter(|f| f.input_at.is_none()),
            _ => None,
        };
        self.pos += len;
        Ok(match lone {
            Some(function) if function.params.iter().all(|p| !p.required) => {
                Expr::Call(Box::new(Call { function, positions: Vec::new(), named: Vec::new() }))
            }
            _ => Expr::Path(found),
        })
    }

    /// The call of a head, checked against the function's description.
    pub fn call(&self, head: Head<'s>, start: usize) -> Result<Expr, Fault> {
        let here = Cursor { src: self.src, pos: start };
        if head.names.value.is_some() {
            return Err(here
                .syntax("\"as |name|\" is for each and with", "«as |имя|» бывает у each и with"));
        }
        let Some(function) = functions::get(head.name) else {
            return Err(unknown(&here, head.name));
        };
        check_call(function, &head)
            .map_err(|text| here.fault("template_arguments", &text.en, &text.ru))?;
        let Head { positions, named, .. } = head;
        Ok(Expr::Call(Box::new(Call { function, positions, named })))
    }
}

fn unknown(at: &Cursor<'_>, name: &str) -> Fault {
    let (en, ru) = match functions::suggest(name) {
        Some(n) => (format!("; did you mean \"{n}\"?"), format!("; возможно, «{n}»?")),
        None => Default::default(),
    };
    at.fault(
        "template_function",
        &format!("there is no function \"{name}\"{en}"),
        &format!("нет функции «{name}»{ru}"),
    )
}

/// The number of arguments, their names, and the literal ones against their parameters.
fn check_call(function: &'static Function, head: &Head<'_>) -> Result<(), domain::Text> {
    let null = Value::Null;
    Args::of_helper(
        function,
        head.positions.iter().map(|_| None),
        head.named.iter().map(|(n, _)| (&**n, &null)),
    )
    .map_err(|e| e.of(function.name).text)?;
    let mut params = function.params.iter();
    let mut given = Vec::new();
    for (i, e) in head.positions.iter().enumerate() {
        if function.input_at != Some(i) {
            match params.next() {
                Some(p) if p.rest => given.push((p, None)),
                Some(p) => given.push((p, Some(e))),
                None => {}
            }
        }
    }
    for (name, e) in &head.named {
        given.extend(function.params.iter().find(|p| p.name == &**name).map(|p| (p, Some(e))));
    }
    let missing =
        function.params.iter().find(|p| p.required && !given.iter().any(|(g, _)| g.name == p.name));
    if let Some(p) = missing {
        return Err(kit::check::missing(p.name).of(function.name).text);
    }
    for (param, e) in given {
        if let Some(Expr::Literal(v)) = e
            && !v.is_null()
        {
            kit::check::value(param, v).map_err(|e| e.of(function.name).text)?;
        }
    }
    Ok(())
}
