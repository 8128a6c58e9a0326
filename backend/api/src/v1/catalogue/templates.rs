//! Templates of flows, with their questions.

use axum::Json;
use domain::{Lang, Text};
use engine::build::templates::{self, Question, Template};
use engine::manage::Manage;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::app::App;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// A template.
#[derive(Serialize, ToSchema)]
pub struct TemplateBody {
    pub id: String,
    pub title: String,
    pub description: String,
    /// The service that starts it, and those that its steps speak to.
    pub apps: Vec<App>,
    pub questions: Vec<QuestionBody>,
    pub steps: Vec<StepMark>,
}

/// A step of a template.
#[derive(Serialize, ToSchema)]
pub struct StepMark {
    pub title: String,
    /// Empty for a step of the flow's own logic.
    pub connector: String,
}

/// What is asked before a template is a flow.
#[derive(Serialize, ToSchema)]
pub struct QuestionBody {
    pub id: String,
    pub label: String,
    /// `connection`, `text`, `email`, `url` or `number`.
    pub kind: &'static str,
    /// Of which connector, for a connection.
    pub connector: Option<String>,
    pub help: Option<String>,
    pub placeholder: Option<String>,
    /// Taken without an answer.
    pub default: Option<Value>,
}

fn question(q: &Question, lang: Lang) -> QuestionBody {
    let text = |t: &Text| t.get(lang).to_owned();
    QuestionBody {
        id: q.id.clone(),
        label: text(&q.label),
        kind: q.kind.as_str(),
        connector: q.connector.clone(),
        help: q.help.as_ref().map(text),
        placeholder: q.placeholder.as_ref().map(text),
        default: q.default_for(lang),
    }
}

fn template(m: &Manage, t: &Template, lang: Lang) -> TemplateBody {
    TemplateBody {
        id: t.id.clone(),
        title: t.title.get(lang).to_owned(),
        description: t.description.get(lang).to_owned(),
        apps: t.apps().iter().map(|name| App::of(&m.registry, name, lang)).collect(),
        questions: t.questions.iter().map(|q| question(q, lang)).collect(),
        steps: t
            .steps(lang)
            .into_iter()
            .map(|(title, connector)| StepMark { title, connector })
            .collect(),
    }
}

/// Lists the templates, in the order of the gallery.
#[utoipa::path(
    get,
    path = "/templates",
    tag = "catalogue",
    operation_id = "list_templates",
    responses((status = 200, body = Page<TemplateBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
) -> Result<Json<Page<TemplateBody>>, Problem> {
    let m = caller.manage();
    let items = templates::all().iter().map(|t| template(&m, t, lang)).collect();
    Ok(Json(Page { items, next: None }))
}
