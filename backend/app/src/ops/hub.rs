//! Commands that come by HTTP.

use api::v1::{Asked, Commands, Done};
use domain::{Code, Text};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::rights::{self, Who};
use super::{Failure, Op};

/// Does the commands of this binary.
pub struct Hub;

impl Commands for Hub {
    fn run(&self, asked: Asked, command: Value) -> BoxFuture<'static, Done> {
        async move {
            // Never quotes the command: it may hold a secret.
            let Ok(op) = serde_json::from_value::<Op>(command) else {
                return failed(&Failure::bad(
                    "the server does not know this command; is it another version?",
                ));
            };
            let Asked { manage, actor, role, remote } = asked;
            let who = Who { actor, role: Some(role), remote };
            match rights::run(&manage, who, op).await {
                Ok(v) => Done::Ok(v),
                Err(f) => failed(&f),
            }
        }
        .boxed()
    }
}

fn failed(f: &Failure) -> Done {
    Done::Failed {
        code: Code::parse(&f.code),
        message: Text::new(&*f.message, f.ru.as_deref().unwrap_or_default()),
        failure: json!(f),
    }
}
