//! What the document says of single values besides their types: the bounds that the handlers hold
//! them to, from the one table of limits. A place that the document does not have fails a test.

use domain::ids::{
    ConnectionId, DeliveryId, FlowId, ImportId, InvitationId, KeyId, ReplayId, RunId, SampleId,
    SessionId, SubscriberId, TemporaryId, UserId, WorkspaceId,
};
use domain::limits::{self, NAME_CHARS};
use domain::run::RunState;
use domain::{Code, Role};
use store::Outcome;
use utoipa::Number;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{KnownFormat, OpenApi, RefOr, Required, Schema, SchemaFormat};

/// One bound.
#[derive(Clone, Debug)]
enum Is {
    /// Characters of a text, at least and at most.
    Chars(usize, usize),
    /// What a text looks like.
    Form(String),
    /// Of such texts.
    EachForm(String),
    Number(u64, u64),
    /// Entries of a list or of a map, at most.
    Entries(usize),
    /// A moment in RFC 3339.
    Moment,
}

/// Neither empty nor only spaces.
const SAYS: &str = r"\S";
/// A person's address (`engine::manage::people`).
const EMAIL: &str = r"^\s*[^@\s]+@[^@\s.][^@\s]*\s*$";
const CONTROL_FREE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
const HTTP: &str = r"^\s*[Hh][Tt][Tt][Pp][Ss]?:";

/// An id; letters of either case, `O` as 0, `I` and `L` as 1.
fn id(prefix: &str) -> String {
    format!("^{prefix}[0-7ILOilo][0-9A-TV-Za-tv-z]{{25}}$")
}

fn words<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    format!("^({})$", all.into_iter().collect::<Vec<_>>().join("|"))
}

/// The same, or nothing.
fn or_empty(form: &str) -> Is {
    Is::Form(format!("^({})?$", form.trim_start_matches('^').trim_end_matches('$')))
}

fn name() -> Vec<Is> {
    vec![Is::Chars(1, NAME_CHARS), Is::Form(SAYS.into())]
}

fn states() -> String {
    words(RunState::ALL.iter().map(|s| s.as_str()))
}

fn roles() -> Vec<Is> {
    vec![Is::Form(words([Role::Viewer, Role::Editor, Role::Owner].map(Role::as_str)))]
}

fn days(least: u32) -> Vec<Is> {
    vec![Is::Number(least.into(), limits::RETENTION_DAYS_MAX.into())]
}

fn one(is: Is) -> Vec<Is> {
    vec![is]
}

fn form(form: impl Into<String>) -> Vec<Is> {
    one(Is::Form(form.into()))
}

type Places = Vec<(&'static str, &'static str, Vec<Is>)>;

/// Members of the schemas that people and flows are made of.
fn of_people() -> Places {
    let password = || one(Is::Chars(limits::PASSWORD_CHARS.0, limits::PASSWORD_CHARS.1));
    let email = || vec![Is::Chars(3, limits::EMAIL_CHARS), Is::Form(EMAIL.into())];
    let folder = || vec![Is::Chars(0, limits::FOLDER_CHARS), Is::Form(CONTROL_FREE.into())];
    let language = || form(words(["en", "ru"]));
    vec![
        ("NewKey", "name", name()),
        ("Named", "name", name()),
        ("Setup", "name", name()),
        ("Setup", "email", email()),
        ("Setup", "password", password()),
        ("Setup", "language", language()),
        ("Accept", "language", language()),
        ("Accept", "email", form("@")),
        ("MeChange", "name", name()),
        ("MeChange", "language", language()),
        ("NewPassword", "new", password()),
        ("NewRole", "role", roles()),
        ("NewInvite", "role", roles()),
        (
            "NewInvite",
            "email",
            vec![Is::Chars(0, limits::EMAIL_CHARS), Is::Form(r"^\s*$|@".into())],
        ),
        ("NewFlow", "name", name()),
        ("NewFlow", "folder", folder()),
        ("FlowChange", "name", name()),
        ("FlowChange", "folder", folder()),
        ("Import", "folder", folder()),
        ("SecretValue", "value", one(Is::Chars(1, limits::COMMAND_BYTES))),
        ("AutomapOf", "flow_id", form(id(FlowId::PREFIX))),
        ("PreviewOf", "flow_id", form(id(FlowId::PREFIX))),
        ("FieldsOf", "connection", form(id(ConnectionId::PREFIX))),
        ("OptionsOf", "connection", form(id(ConnectionId::PREFIX))),
        ("OauthStart", "connection", form(id(ConnectionId::PREFIX))),
        ("Resume", "unfinished", form(words(["run", "park", "drop"]))),
    ]
}

/// Those of what came and what was made of it.
fn of_runs() -> Places {
    let flow = || one(or_empty(&id(FlowId::PREFIX)));
    let codes = words(Code::ALL.iter().map(|c| c.as_str()));
    let version = || form(words(["pinned", "current"]));
    let delay = limits::TEMPORARY_DELAY.micros().unsigned_abs() / 1_000;
    vec![
        ("DeliveryReplay", "flow", flow()),
        ("SampleInput", "flow", flow()),
        ("Filter", "flow", flow()),
        ("Filter", "error", one(or_empty(&codes))),
        ("Filter", "states", one(Is::EachForm(format!("{}|^$", states())))),
        ("Filter", "from", one(Is::Moment)),
        ("Filter", "to", one(Is::Moment)),
        ("CreateInput", "from", form(words(["failed", "start"]))),
        ("CreateInput", "version", version()),
        ("CreateInput", "rate", one(Is::Number(1, limits::REPLAY_RATE_MAX.unsigned_abs()))),
        ("RunReplay", "version", version()),
        ("ResolveInput", "verdict", form(words(["done", "again", "skip", "fail"]))),
        ("TemporaryInput", "name", one(Is::Chars(0, NAME_CHARS))),
        ("TemporaryInput", "status", one(Is::Number(200, 599))),
        ("TemporaryInput", "headers", one(Is::Entries(limits::TEMPORARY_HEADERS))),
        ("TemporaryInput", "body", one(Is::Chars(0, limits::TEMPORARY_BODY))),
        ("TemporaryInput", "delay_ms", one(Is::Number(0, delay))),
    ]
}

/// Those of what is told to others, and of settings.
fn of_settings() -> Places {
    let title = || one(Is::Chars(0, NAME_CHARS));
    let note = || one(Is::Chars(0, limits::NOTE_CHARS));
    let url = || vec![Is::Chars(1, limits::SUBSCRIBER_URL_CHARS), Is::Form(HTTP.into())];
    let extras = || one(Is::Entries(limits::SUBSCRIBER_EXTRAS));
    let types = || one(Is::Entries(limits::SUBSCRIBER_TYPES));
    let rate = || form(r"^\s*\+?[0-9]+\s*/\s*[0-9]+(us|ms|s|m|h|d)\s*$");
    let minutes = || one(Is::Number(1, limits::ALERT_MINUTES_MAX.into()));
    let hours = || one(Is::Number(1, limits::ALERT_HOURS_MAX.into()));
    let kind = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$";
    vec![
        (
            "NewEventType",
            "name",
            vec![Is::Chars(1, limits::EVENT_TYPE_CHARS), Is::Form(kind.into())],
        ),
        ("NewEventType", "title", title()),
        ("NewEventType", "description", note()),
        ("EventTypeInput", "title", title()),
        ("EventTypeInput", "description", note()),
        ("NewSubscriber", "name", name()),
        ("NewSubscriber", "url", url()),
        ("NewSubscriber", "types", types()),
        ("NewSubscriber", "headers", extras()),
        ("NewSubscriber", "properties", extras()),
        ("NewSubscriber", "rate", rate()),
        ("SubscriberChange", "name", name()),
        ("SubscriberChange", "url", url()),
        ("SubscriberChange", "types", types()),
        ("SubscriberChange", "headers", extras()),
        ("SubscriberChange", "properties", extras()),
        ("RecoverInput", "since", one(Is::Moment)),
        ("RedeliverInput", "run", form(id(RunId::PREFIX))),
        ("AddressChange", "public_url", form(HTTP)),
        ("AlertsBody", "digest", form(words(["off", "daily", "weekly"]))),
        ("AlertsBody", "emails", vec![Is::Entries(limits::ALERT_EMAILS), Is::EachForm("@".into())]),
        ("AlertsBody", "flows", one(Is::Entries(limits::ALERT_FLOWS))),
        ("AlertsBody", "webhook", form(r"^\s*$|^https?://")),
        ("AlertsBody", "muted_until", one(Is::Moment)),
        ("TelegramBody", "chat", form(SAYS)),
        ("TelegramBody", "connection", form(id(ConnectionId::PREFIX))),
        ("FlowBody", "flow", form(id(FlowId::PREFIX))),
        ("FlowBody", "muted_until", one(Is::Moment)),
        ("FlowBody", "silence_hours", hours()),
        ("FailuresBody", "count", one(Is::Number(1, limits::ALERT_COUNT_MAX.into()))),
        ("FailuresBody", "minutes", minutes()),
        ("WaitingBody", "minutes", minutes()),
        ("SilenceBody", "hours", hours()),
        ("MailGiven", "host", form(r"^\S+$")),
        ("MailGiven", "port", one(Is::Number(1, u16::MAX.into()))),
        ("MailGiven", "security", form(words(["tls", "starttls", "none"]))),
        ("MailGiven", "from", form("@")),
        ("RetentionGiven", "retention_days", days(1)),
        ("RetentionGiven", "payload_days", days(1)),
        ("RetentionGiven", "failed_days", days(1)),
        ("RetentionGiven", "held_days", days(limits::RETENTION_TROUBLE_DAYS)),
        (
            "RetentionGiven",
            "budget_bytes",
            one(Is::Number(limits::BUDGET_LEAST, i64::MAX.unsigned_abs())),
        ),
    ]
}

/// Parameters of the address: end of the operation's path, name, bound.
fn of_addresses() -> Places {
    let codes = words(Code::ALL.iter().map(|c| c.as_str()));
    let verdicts = words(Outcome::ALL.iter().map(|(_, word)| *word));
    let flow = || one(or_empty(&id(FlowId::PREFIX)));
    let moment = || one(Is::Moment);
    vec![
        ("/deliveries", "flow", flow()),
        ("/deliveries", "temporary", one(or_empty(&id(TemporaryId::PREFIX)))),
        ("/deliveries", "verdict", one(or_empty(&verdicts))),
        ("/deliveries", "from", moment()),
        ("/deliveries", "to", moment()),
        ("/runs", "flow", flow()),
        ("/runs", "state", one(or_empty(&states()))),
        ("/runs", "error", one(or_empty(&codes))),
        ("/runs", "from", moment()),
        ("/runs", "to", moment()),
        ("/subscribers/{subscriber}/deliveries", "state", one(or_empty(&states()))),
        ("/flows", "state", form(words(["draft", "on", "paused"]))),
        ("/flows/{flow}/export", "format", form(words(["yaml", "json"]))),
        ("/audit", "from", moment()),
        ("/audit", "until", moment()),
    ]
}

/// Ids in paths.
const IN_PATHS: [(&str, &str); 14] = [
    ("flow", FlowId::PREFIX),
    ("run", RunId::PREFIX),
    ("connection", ConnectionId::PREFIX),
    ("delivery", DeliveryId::PREFIX),
    ("replay", ReplayId::PREFIX),
    ("temporary", TemporaryId::PREFIX),
    ("import", ImportId::PREFIX),
    ("sample", SampleId::PREFIX),
    ("user", UserId::PREFIX),
    ("key", KeyId::PREFIX),
    ("session", SessionId::PREFIX),
    ("invitation", InvitationId::PREFIX),
    ("workspace", WorkspaceId::PREFIX),
    ("subscriber", SubscriberId::PREFIX),
];

/// Writes the bounds into the document. The places that it does not have.
pub fn write(doc: &mut OpenApi) -> Vec<String> {
    let mut lost = Vec::new();
    let mut fields = of_people();
    fields.extend(of_runs());
    fields.extend(of_settings());
    for (schema, field, bounds) in fields {
        let schemas = doc.components.as_mut().map(|c| &mut c.schemas);
        let found = schemas.and_then(|all| match all.get_mut(schema) {
            Some(RefOr::T(Schema::Object(o))) => o.properties.get_mut(field),
            _ => None,
        });
        if !found.is_some_and(|at| written(at, &bounds)) {
            lost.push(format!("{schema}.{field}"));
        }
    }
    for (path, name, bounds) in of_addresses() {
        let item = doc.paths.paths.get_mut(&format!("{}{path}", super::BASE));
        let get = item.and_then(|i| i.get.as_mut());
        let found = get.and_then(|op| parameter(op, name, &ParameterIn::Query));
        if !found.and_then(|p| p.schema.as_mut()).is_some_and(|at| written(at, &bounds)) {
            lost.push(format!("{path}?{name}"));
        }
    }
    lost
}

/// Whether the value takes all of them.
fn written(at: &mut RefOr<Schema>, bounds: &[Is]) -> bool {
    match at {
        RefOr::T(at) => bounds.iter().all(|b| bound(at, b)),
        RefOr::Ref(_) => false,
    }
}

fn parameter<'o>(
    op: &'o mut Operation,
    name: &str,
    place: &ParameterIn,
) -> Option<&'o mut Parameter> {
    op.parameters.iter_mut().flatten().find_map(|p| match p {
        RefOr::T(p) if p.name == name && p.parameter_in == *place => Some(p),
        _ => None,
    })
}

/// What every operation says of the ids in its path and of its body: one that needs nothing may be
/// left out, since nothing is taken as an empty object.
pub fn operation(op: &mut Operation, optional: &dyn Fn(&str) -> bool) {
    for (name, prefix) in IN_PATHS {
        let found = parameter(op, name, &ParameterIn::Path);
        if let Some(RefOr::T(at)) = found.and_then(|p| p.schema.as_mut()) {
            bound(at, &Is::Form(id(prefix)));
        }
    }
    let Some(RefOr::T(body)) = &mut op.request_body else { return };
    let schemas = body.content.values().filter_map(|c| match c {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    });
    let optional = schemas.into_iter().any(|s| match s {
        RefOr::Ref(r) => r.ref_location.rsplit('/').next().is_some_and(optional),
        RefOr::T(_) => false,
    });
    if optional {
        body.required = Some(Required::False);
    }
}

/// Whether the schema could take the bound.
fn bound(at: &mut Schema, is: &Is) -> bool {
    match (at, is) {
        (Schema::Object(o), Is::Chars(least, most)) => {
            (o.min_length, o.max_length) = ((*least > 0).then_some(*least), Some(*most));
        }
        (Schema::Object(o), Is::Form(form)) => o.pattern = Some(form.clone()),
        (Schema::Object(o), Is::Number(least, most)) => {
            let number = |n: u64| Number::UInt(usize::try_from(n).unwrap_or(usize::MAX));
            (o.minimum, o.maximum) = (Some(number(*least)), Some(number(*most)));
        }
        (Schema::Object(o), Is::Moment) => {
            o.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        }
        (Schema::Object(o), Is::Entries(most)) => o.max_properties = Some(*most),
        (Schema::Array(a), Is::Entries(most)) => a.max_items = Some(*most),
        (Schema::Array(a), Is::EachForm(form)) => match &mut a.items {
            ArrayItems::RefOrSchema(inner) => match &mut **inner {
                RefOr::T(inner) => return bound(inner, &Is::Form(form.clone())),
                RefOr::Ref(_) => return false,
            },
            ArrayItems::False => return false,
        },
        _ => return false,
    }
    true
}
