//! Changes that a person makes to her own page.

use axum::Json;
use axum::extract::State;
use domain::{Lang, Secret};
use engine::manage::people::{checked_name, language};
use serde::Deserialize;
use store::UserChange;
use utoipa::ToSchema;

use super::{Me, of};
use crate::AppState;
use crate::v1::caller::Person;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub struct MeChange {
    pub name: Option<String>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Lang>,
    pub theme: Option<Theme>,
    pub password: Option<NewPassword>,
}

/// How the UI looks.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// The present password and the next one.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    #[schema(value_type = String, format = Password)]
    pub current: String,
    #[schema(value_type = String, format = Password)]
    pub new: String,
}

/// Changes name, language, theme or password. A new password ends every other session.
#[utoipa::path(
    patch,
    path = "/me",
    tag = "access",
    operation_id = "change_me",
    request_body = MeChange,
    responses((status = 200, body = Me), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn change(
    State(state): State<AppState>,
    person: Person,
    Sent(change): Sent<MeChange>,
) -> Result<Json<Me>, Problem> {
    let db = &state.engine.shared.db;
    let name = change.name.map(|n| checked_name(&n, "name")).transpose();
    let name = name.map_err(|p| Problem::new(domain::Code::FieldInvalid).with(vec![p]))?;
    if let Some(p) = change.password {
        let (current, new) = (Secret::new(p.current), Secret::new(p.new));
        state.manage.change_password(person.user, &current, &new).await?;
        db.end_sessions(person.user, Some(person.session)).await?;
    }
    let theme = change.theme.map(|t| match t {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    });
    let change = UserChange {
        name,
        language: change.language.map(|l| language(l).to_owned()),
        theme: theme.map(str::to_owned),
        password: None,
    };
    db.change_user(person.user, change).await?;
    Ok(Json(of(&state, person.user, None).await?))
}
