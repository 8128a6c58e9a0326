//! Makes the calls of one action one after another, and keeps what the log shows of them.

use domain::journal::Exchange;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Span, Time};
use mapping::{Context, Path};
use serde_json::Value;

use super::classify::{Judged, classify};
use super::decode::Answer;
use super::prepare::{Base, Request, prepare};
use super::scrub::Scrub;
use super::{File, Files, Outbound, content, inline, log, test};
use crate::http::{Prepared, RawResponse, SendError};
use crate::manifest::PaginateKind;
use crate::registry::compiled::output::list;
use crate::registry::compiled::{Call, Idempotency, Paginate, Put};
use crate::template::{Look, Uuids, step_error};

/// The calls of one action.
pub struct Driver<'a> {
    pub out: &'a Outbound,
    pub base: Base<'a>,
    pub scrub: Scrub,
    pub files: &'a dyn Files,
    /// When the step first started: what `now` means in templates.
    pub now: Time,
    pub timezone: &'a str,
    pub exchanges: Vec<Exchange>,
    /// Whether a first byte may have left.
    pub sent: bool,
}

/// One call with what it sees.
pub struct Turn<'t> {
    pub call: &'t Call,
    pub context: &'t mut Context,
    /// What the log's templates see; nothing where `context` holds no secret.
    pub masked: Option<&'t Context>,
    /// The same for every try of this call.
    pub key: &'t str,
    pub idempotency: Option<&'t Idempotency>,
    /// 404 means that there is nothing to find.
    pub finds: bool,
}

/// What a call gave.
#[derive(Debug)]
pub enum Gave {
    Output(Value),
    /// There is nothing to find.
    Nothing(StepError),
}

/// Takes the items of a page; true: that is enough.
pub type Take<'t> = &'t mut (dyn FnMut(Vec<Value>) -> Result<bool, StepError> + Send);

/// How the pages of a list came to an end.
enum Read {
    All,
    /// There were more pages than may be read.
    Cut,
    /// There is nothing to find.
    Nothing(StepError),
}

/// A call that did not work; the outcome is never `Done`.
pub type Ended = Outcome;

/// A permanent failure before anything was sent.
pub fn failed(error: StepError) -> Ended {
    Outcome::Fail { error }
}

impl Driver<'_> {
    /// Makes one call, or the calls for the pages of a list.
    pub async fn run(&mut self, turn: Turn<'_>) -> Result<Gave, Ended> {
        let mut turn = turn;
        match &turn.call.paginate {
            None => self.single(&mut turn, &[]).await.map(|(gave, _)| gave),
            Some(p) => {
                let mut items = Vec::new();
                let mut take = |page: Vec<Value>| {
                    items.extend(page);
                    Ok(false)
                };
                let read = self.pages(&mut turn, p, &mut take).await?;
                Ok(match read {
                    Read::Nothing(e) => Gave::Nothing(e),
                    Read::All | Read::Cut => Gave::Output(Value::Array(items)),
                })
            }
        }
    }

    /// Makes the calls for a list and gives each page to `take`, until it says that it has enough.
    /// False: there were more pages than may be read.
    pub async fn list(&mut self, turn: Turn<'_>, take: Take<'_>) -> Result<bool, Ended> {
        let mut turn = turn;
        let read = match &turn.call.paginate {
            Some(p) => self.pages(&mut turn, p, take).await?,
            None => match self.single(&mut turn, &[]).await?.0 {
                Gave::Output(Value::Array(items)) => {
                    take(items).map_err(failed)?;
                    Read::All
                }
                Gave::Output(_) => {
                    let text = (
                        "the answer has no list where the manifest says it is",
                        "в ответе нет списка там, где его описывает манифест",
                    );
                    return Err(failed(StepError::new(Code::RemoteUnreadable, text)));
                }
                Gave::Nothing(e) => Read::Nothing(e),
            },
        };
        match read {
            Read::All => Ok(true),
            Read::Cut => Ok(false),
            Read::Nothing(e) => Err(failed(self.clean(e))),
        }
    }

    async fn single(
        &mut self,
        turn: &mut Turn<'_>,
        puts: &[(Put, Value)],
    ) -> Result<(Gave, Option<Answer>), Ended> {
        let uuids = Uuids::new(turn.key);
        let files = self.files(turn, &uuids).await.map_err(failed)?;
        let prepared = uuids
            .env(self.now, self.timezone, |env| {
                let request = Request {
                    call: turn.call,
                    context: turn.context,
                    masked: turn.masked,
                    files: &files,
                    idempotency: turn.idempotency.map(|i| (i, turn.key)),
                    puts,
                    at: self.out.config.clock.now(),
                };
                prepare(&self.base, &request, env)
            })
            .map_err(|e| failed(self.clean(e)))?;
        let answer = match self.out.sender.send(&prepared).await {
            Ok(raw) => self.heard(prepared, &raw, turn.call),
            Err(e) => self.unheard(prepared, &e, turn.finds)?,
        };
        self.judge(turn, answer, &uuids)
    }

    fn judge(
        &mut self,
        turn: &mut Turn<'_>,
        answer: Answer,
        uuids: &Uuids,
    ) -> Result<(Gave, Option<Answer>), Ended> {
        let now = self.out.config.clock.now();
        let rules = [turn.call.errors.as_slice(), self.base.connector.http.errors.as_slice()];
        let context = &mut *turn.context;
        let (judged, output) = uuids.env(self.now, self.timezone, |env| {
            let judged = classify(rules, &answer, context, env, now, turn.finds);
            let takes = matches!(judged, Judged::Done | Judged::Duplicate);
            let output = takes.then(|| {
                context.set("res", answer.view());
                turn.call.output.take(&answer.body, &Look { context, env })
            });
            context.remove("res");
            (judged, output)
        });
        match judged {
            Judged::Done | Judged::Duplicate => match output.unwrap_or(Ok(Value::Null)) {
                Ok(output) => Ok((Gave::Output(output), Some(answer))),
                Err(e) => Err(failed(self.clean(e).status(answer.status))),
            },
            Judged::NotFound(e) => Ok((Gave::Nothing(self.clean(e)), None)),
            Judged::Not(outcome) => Err(self.clean_outcome(outcome)),
        }
    }

    async fn files(&self, turn: &Turn<'_>, uuids: &Uuids) -> Result<Vec<Option<File>>, StepError> {
        let handles = uuids.env(self.now, self.timezone, |env| {
            content::handles(turn.call, &Look { context: turn.context, env })
        })?;
        let mut files = Vec::with_capacity(handles.len());
        for handle in handles {
            files.push(match handle {
                Value::Null => None,
                Value::String(s) if s.is_empty() => None,
                handle => Some(inline::Both(self.files).read(&handle).await?),
            });
        }
        Ok(files)
    }

    /// Keeps an answer for the log and decodes it.
    fn heard(&mut self, prepared: Prepared, raw: &RawResponse, call: &Call) -> Answer {
        self.sent = true;
        let answer = Answer::read(raw, call.decode, &self.scrub);
        let response = log::response(&answer, &self.scrub);
        self.exchanges.push(log::exchange(prepared.masked, Some(response), raw.took));
        answer
    }

    /// Keeps a call without an answer for the log and says what it means (semantics S1).
    fn unheard(&mut self, prepared: Prepared, e: &SendError, finds: bool) -> Result<Answer, Ended> {
        let message = e.text().map(|t| self.scrub.clean(t));
        let status = match e {
            SendError::TooLarge { status, .. } | SendError::Broken { status, .. } => Some(*status),
            _ => None,
        };
        let response = status.map(|s| log::response(&Answer::bare(s), &self.scrub));
        self.exchanges.push(log::exchange(prepared.masked, response, Span::ZERO));
        self.sent |= !matches!(e, SendError::NotSent { .. } | SendError::Blocked { .. });
        let retry =
            |code| Outcome::Retry { error: StepError::new(code, message.clone()), after: None };
        Err(match e {
            SendError::NotSent { .. } => retry(Code::RemoteUnreachable),
            SendError::Blocked { .. } => retry(Code::AddressBlocked),
            SendError::Unknown { .. } => {
                Outcome::Unknown { error: StepError::new(Code::OutcomeUnknown, message) }
            }
            // The status came: a success is one, but what a search found is lost with its answer.
            SendError::TooLarge { status, .. } | SendError::Broken { status, .. }
                if !(200..300).contains(status) || !finds =>
            {
                return Ok(Answer::bare(*status));
            }
            SendError::TooLarge { status, .. } => Outcome::Fail {
                error: StepError::new(Code::RemoteTooLarge, message).status(*status),
            },
            SendError::Broken { .. } => retry(Code::RemoteUnreadable),
        })
    }

    async fn pages(
        &mut self,
        turn: &mut Turn<'_>,
        p: &Paginate,
        take: Take<'_>,
    ) -> Result<Read, Ended> {
        let mut at = match p.kind {
            PaginateKind::Cursor | PaginateKind::LinkHeader | PaginateKind::NextUrl => None,
            PaginateKind::Page | PaginateKind::Offset => Some(Value::from(p.start)),
        };
        let addressed = matches!(p.kind, PaginateKind::LinkHeader | PaginateKind::NextUrl);
        for page in 0..p.max_pages {
            let mut puts = Vec::new();
            if let Some(at) = at.as_ref().filter(|_| addressed) {
                puts.push((Put::Address, at.clone()));
            } else if let (Some(into), Some(at)) = (&p.into, &at)
                && (page > 0 || p.kind != PaginateKind::Offset || p.start != 0)
            {
                puts.push((into.clone(), at.clone()));
            }
            // The address of a further page has the size already.
            if let (Some(into), Some(size)) = (&p.size_into, p.size)
                && !(addressed && page > 0)
            {
                puts.push((into.clone(), Value::from(size)));
            }
            let (gave, answer) = self.single(turn, &puts).await?;
            let answer = match (gave, answer) {
                (_, Some(answer)) => answer,
                (Gave::Nothing(e), None) => return Ok(Read::Nothing(e)),
                (Gave::Output(_), None) => return Ok(Read::All),
            };
            let found = all(&p.items, &answer.body).map_err(failed)?;
            let count = found.len();
            if take(found).map_err(failed)? {
                return Ok(Read::All);
            }
            match self.next_page(turn, p, &answer, at.as_ref(), count) {
                Some(next) => at = Some(next),
                None => return Ok(Read::All),
            }
        }
        Ok(Read::Cut)
    }

    /// Where the next page begins; nothing after the last one.
    fn next_page(
        &self,
        turn: &Turn<'_>,
        p: &Paginate,
        answer: &Answer,
        at: Option<&Value>,
        count: usize,
    ) -> Option<Value> {
        let uuids = Uuids::new(turn.key);
        let stopped = p.stop.as_ref().is_some_and(|stop| {
            uuids.env(self.now, self.timezone, |env| {
                test::holds(stop, answer, &Look { context: turn.context, env })
            })
        });
        if stopped || count == 0 {
            return None;
        }
        if p.kind == PaginateKind::LinkHeader {
            return link_next(&answer.headers).map(Value::from);
        }
        if let Some(next) = &p.next {
            let next = next.get(&answer.body).ok()?.first()?.clone();
            let more = !next.is_null() && next.as_str() != Some("") && Some(&next) != at;
            return more.then_some(next);
        }
        if p.size.is_some_and(|size| count < size as usize) {
            return None;
        }
        let at = at?.as_i64()?;
        match p.kind {
            PaginateKind::Page => Some(Value::from(at.checked_add(1)?)),
            PaginateKind::Offset => Some(Value::from(at.checked_add(i64::try_from(count).ok()?)?)),
            PaginateKind::Cursor | PaginateKind::LinkHeader | PaginateKind::NextUrl => None,
        }
    }

    /// An error without secrets that a service echoed or a template let through.
    pub fn clean(&self, mut e: StepError) -> StepError {
        e.message = self.scrub.clean(e.message);
        e.ru = e.ru.map(|t| self.scrub.clean(t.into()).into());
        e.remote_code = e.remote_code.map(|c| self.scrub.clean(c.into()).into());
        e.field = e.field.map(|f| self.scrub.clean(f.into()).into());
        e
    }

    fn clean_outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Done { output } => Outcome::Done { output },
            Outcome::Skipped { message } => Outcome::Skipped { message: self.scrub.clean(message) },
            Outcome::Retry { error, after } => Outcome::Retry { error: self.clean(error), after },
            Outcome::Limited { error, after } => {
                Outcome::Limited { error: self.clean(error), after }
            }
            Outcome::Wait { error, after } => Outcome::Wait { error: self.clean(error), after },
            Outcome::Fail { error } => Outcome::Fail { error: self.clean(error) },
            Outcome::Auth { error } => Outcome::Auth { error: self.clean(error) },
            Outcome::Unknown { error } => Outcome::Unknown { error: self.clean(error) },
        }
    }
}

/// The target of the first link to the next page (RFC 8288 section 3).
fn link_next(headers: &http::HeaderMap) -> Option<String> {
    let links = headers.get_all(http::header::LINK).iter().filter_map(|v| v.to_str().ok());
    links.flat_map(|l| l.split(',')).find_map(|link| {
        let (target, params) = link.trim().strip_prefix('<')?.split_once('>')?;
        let rels = params.split(';').filter_map(|p| p.trim().strip_prefix("rel="));
        let mut words = rels.flat_map(|r| r.trim_matches('"').split_whitespace());
        words.any(|w| w.eq_ignore_ascii_case("next")).then(|| target.to_owned())
    })
}

fn all(path: &Path, body: &Value) -> Result<Vec<Value>, StepError> {
    match list(path.get(body).map_err(step_error)?) {
        Value::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}
