//! `webhook_out.publish` sends nothing itself: in a run the engine makes one delivery for each
//! subscriber, in the commit that ends the step.

use domain::Code;
use domain::outcome::{Outcome, StepError};
use futures::future::BoxFuture;

use crate::native::Native;
use crate::outbound::{Call, Executed, Outbound};

/// Refuses: outside of a run nothing is published.
pub struct Publish;

impl Native for Publish {
    fn call<'a>(&'a self, _: &'a Outbound, _: &'a Call<'a>) -> BoxFuture<'a, Executed> {
        let text = (
            "an event is published by runs only, because every subscriber gets it; try one \
             subscriber with a test delivery",
            "событие публикуют только запуски: его получат все; проверьте одного получателя \
             пробной доставкой",
        );
        let error = StepError::new(Code::BadRequest, text);
        Box::pin(async move { Executed::unsent(Outcome::Fail { error }) })
    }

    fn sends_nothing(&self) -> bool {
        true
    }
}
