//! A Bitrix24 portal with an incoming webhook: `/rest/{user}/{code}/{method}[.json]`. Shapes,
//! codes and texts are those of the service's documentation (apidocs.bitrix24.com, source at
//! github.com/bitrix-tools/b24-rest-docs; the files are named where they are used).
//! Absent: OAuth, `batch`, smart processes, deletion and change of elements.

mod books;
mod catalog;
mod classic;
mod failure;
mod filter;
mod inside;
mod methods;
mod names;
mod params;
mod store;
mod view;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Time;
use serde_json::{Value, json};

pub use failure::Failure;
pub use store::{Element, Multi};

use super::http::{Answer, HttpReceiver, Options, Received};
use super::{Late, Ledger, Log, Now};
use inside::{Bucket, Inside};

/// A kind of element, by its `entityTypeId` (`crm/data-types.md`, object_type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Lead,
    Deal,
    Contact,
    Company,
}

/// One call with a right code.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub at: Time,
    pub method: String,
    pub params: Value,
}

/// A running portal, empty but for its reference books.
pub struct Portal {
    http: HttpReceiver,
    shared: Arc<Shared>,
}

struct Shared {
    path: Mutex<String>,
    now: Now,
    inside: Mutex<Inside>,
    calls: Log<Call>,
    created: Log<Element>,
}

impl Portal {
    /// Starts a portal with the webhook `code` of user `user`.
    pub async fn start(user: u32, code: &str) -> io::Result<Portal> {
        Portal::start_with(user, code, Options::default()).await
    }

    /// Starts as `options` say.
    pub async fn start_with(user: u32, code: &str, options: Options) -> io::Result<Portal> {
        let now = options.now.clone();
        let http = HttpReceiver::start_with(options).await?;
        let created = Log::default();
        let inside = Inside::new(user, now.get(), created.clone());
        let shared = Arc::new(Shared {
            path: Mutex::new(path(user, code)),
            now,
            inside: Mutex::new(inside),
            calls: Log::default(),
            created,
        });
        let each = shared.clone();
        http.respond(move |request| each.answer(request));
        Ok(Portal { http, shared })
    }

    /// Makes the next `times` calls fail: of `method`, or of any.
    pub fn fail(&self, method: Option<&str>, times: usize, failure: &Failure) {
        let one = (method.map(str::to_owned), failure.clone());
        self.shared.lock().failures.extend(std::iter::repeat_n(one, times));
    }

    /// Takes back the failures that have not come yet.
    pub fn recover(&self) {
        self.shared.lock().failures.clear();
    }

    /// How a wrong code is answered: `Failure::InvalidCredentials` unless told otherwise.
    pub fn refuse_codes_with(&self, failure: Failure) {
        self.shared.lock().wrong_code = failure;
    }

    /// Gives the webhook another code: the one from before is wrong from now on.
    pub fn renew(&self, code: &str) {
        let user = self.shared.lock().user;
        *self.shared.path() = path(user, code);
    }

    /// Refuses calls above a burst of `size` that is worked off at `per_second`, as the service
    /// does with 50 and 2 (Enterprise: 250 and 5).
    pub fn limit(&self, size: u32, per_second: u32) {
        let at = self.shared.now.get();
        self.shared.lock().bucket = Some(Bucket::new(size, per_second, at));
    }

    /// Makes a field of leads, by its classic name, required under the given title.
    pub fn require(&self, classic: &str, title: &str) {
        self.shared.lock().required.push((classic.to_owned(), title.to_owned()));
    }

    /// Adds a field of the portal's own to leads, such as `UF_CRM_1713790573` of type `string`.
    pub fn add_user_field(&self, name: &str, kind: &str, mandatory: bool) {
        self.add_labelled_field(name, kind, name, mandatory);
    }

    /// Adds such a field under the label that the portal's people gave it.
    pub fn add_labelled_field(&self, name: &str, kind: &str, label: &str, mandatory: bool) {
        let mut inside = self.shared.lock();
        let id = i64::try_from(inside.user_fields.len()).unwrap_or_default() + 1;
        inside.user_fields.push(catalog::user_field(id, name, kind, label, mandatory));
        if mandatory {
            inside.required.push((name.to_owned(), name.to_owned()));
        }
    }

    /// Adds a contact, bypassing the API, and returns its id.
    pub fn add_contact(&self, name: &str, last_name: &str, phone: &str, email: &str) -> i64 {
        let fields = json!({"NAME": name, "LAST_NAME": last_name});
        let multi = [("PHONE", phone), ("EMAIL", email)].map(|(kind, value)| Multi {
            id: 0,
            type_id: kind.to_owned(),
            value_type: "WORK".to_owned(),
            value: value.to_owned(),
        });
        let fields = fields.as_object().cloned().unwrap_or_default();
        self.shared.lock().add(Entity::Contact, fields, multi.to_vec()).id
    }

    /// The elements created, in order, also those whose answer was lost.
    pub fn created(&self) -> &Log<Element> {
        &self.shared.created
    }

    /// Waits for `n` created elements and returns all of them.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<Vec<Arc<Element>>, Late> {
        self.created().wait_for(n, within).await
    }

    /// How often each `originId` was created: more than once is a duplicate in the CRM.
    pub fn origins(&self) -> Ledger {
        let all = self.created().all();
        all.iter().map(|e| e.value("ORIGIN_ID")).filter(|id| !id.is_empty()).collect()
    }

    /// The calls with a right code, in order, also those made to fail.
    pub fn calls(&self) -> &Log<Call> {
        &self.shared.calls
    }

    /// The server underneath, with every request as it arrived.
    pub fn http(&self) -> &HttpReceiver {
        &self.http
    }

    /// The webhook's address, which ends before the `/` of the method.
    pub fn base(&self) -> String {
        self.http.url(self.shared.path().trim_end_matches('/'))
    }
}

/// Where the methods of a webhook are.
fn path(user: u32, code: &str) -> String {
    format!("/rest/{user}/{code}/")
}

impl Shared {
    fn answer(&self, request: &Received) -> Answer {
        let path = self.path().clone();
        let Some(method) = request.path.strip_prefix(&path) else {
            return self.lock().wrong_code.clone().answer();
        };
        let method = method.strip_suffix(".json").unwrap_or(method).to_ascii_lowercase();
        let params = params::of(request);
        let recorded = Value::Object(params.clone());
        self.calls.push(Call { at: request.at, method: method.clone(), params: recorded });
        let mut inside = self.lock();
        inside.time = self.now.get();
        if !inside.admits() {
            return Failure::QueryLimit.answer();
        }
        match inside.next_failure(&method) {
            Some(Failure::LostAnswer) => {
                // What it answers does not matter: nobody will read it.
                let _ = inside.call(&method, &params);
                Failure::LostAnswer.answer()
            }
            Some(failure) => failure.answer(),
            None => match inside.call(&method, &params) {
                Ok(done) => inside.success(&done),
                Err(refused) => refused.answer(),
            },
        }
    }

    fn path(&self) -> MutexGuard<'_, String> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entity {
    /// Kinds with phones and addresses, by their name in `crm.duplicate.findbycomm`.
    const COMMUNICATING: [(Entity, &'static str); 3] =
        [(Entity::Lead, "LEAD"), (Entity::Contact, "CONTACT"), (Entity::Company, "COMPANY")];

    /// The `entityTypeId`.
    pub fn type_id(self) -> u8 {
        match self {
            Entity::Lead => 1,
            Entity::Deal => 2,
            Entity::Contact => 3,
            Entity::Company => 4,
        }
    }

    fn from_type_id(id: &str) -> Option<Entity> {
        let all = [Entity::Lead, Entity::Deal, Entity::Contact, Entity::Company];
        all.into_iter().find(|e| e.type_id().to_string() == id)
    }
}
