//! Every operation of the document has a role, and the server holds to it.

use domain::Clock;
use domain::Role;
use domain::ids::{WorkspaceId, uuid_at};
use tests::both;
use tests::world::World;

both! {
    a_stranger_may_nothing_that_is_not_public,
    a_role_may_not_what_needs_a_higher_one,
    things_of_another_workspace_are_not_there,
}

struct Operation {
    method: String,
    /// With ids that nothing has.
    path: String,
    /// Absent for what anyone may.
    role: Option<Role>,
    has_id: bool,
}

/// Names of path parameters that are ids of things, and how such an id begins.
pub(crate) const PREFIXES: &[(&str, &str)] = &[
    ("flow", "flw_"),
    ("run", "run_"),
    ("connection", "con_"),
    ("delivery", "dlv_"),
    ("event", "evt_"),
    ("replay", "rpl_"),
    ("temporary", "tmp_"),
    ("import", "imp_"),
    ("user", "usr_"),
    ("key", "key_"),
    ("session", "ses_"),
    ("invitation", "inv_"),
    ("workspace", "wsp_"),
    ("subscriber", "sub_"),
];

/// The path with ids that nothing has, and whether it has any.
fn filled(path: &str) -> (String, bool) {
    let mut out = path.to_owned();
    let mut has_id = false;
    for (name, prefix) in PREFIXES {
        let place = format!("{{{name}}}");
        if out.contains(&place) {
            let id = format!("{prefix}{}", domain::ids::encode(uuid_at(domain::Time(1))));
            out = out.replace(&place, &id);
            has_id = true;
        }
    }
    while let (Some(a), Some(b)) = (out.find('{'), out.find('}')) {
        out.replace_range(a..=b, "1");
    }
    (out, has_id)
}

fn operations() -> Vec<Operation> {
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let mut all = Vec::new();
    for (path, item) in doc["paths"].as_object().unwrap() {
        for (method, op) in item.as_object().unwrap() {
            let role = &op["x-role"];
            let role = match role.as_str() {
                Some("public") => None,
                Some(word) => Some(Role::parse(word).unwrap_or_else(|| panic!("{word}"))),
                None => panic!("{method} {path} does not say which role it needs"),
            };
            let (path, has_id) = filled(path.strip_prefix(api::v1::BASE).unwrap());
            all.push(Operation { method: method.to_uppercase(), path, role, has_id });
        }
    }
    assert!(!all.is_empty());
    all
}

async fn a_stranger_may_nothing_that_is_not_public(w: &World) {
    let stranger = w.stranger();
    for op in operations().iter().filter(|o| o.role.is_some()) {
        let answer = stranger.send(stranger.request(&op.method, &op.path)).await;
        assert_eq!(answer.status(), 401, "{} {}", op.method, op.path);
        assert_eq!(answer.refused(401), "sign_in_needed");
    }
}

async fn a_role_may_not_what_needs_a_higher_one(w: &World) {
    for mine in [Role::Viewer, Role::Editor] {
        let caller = w.api(mine).await;
        for op in operations().iter().filter(|o| o.role > Some(mine)) {
            let answer = caller.send(caller.request(&op.method, &op.path)).await;
            assert_eq!(answer.status(), 403, "{} {}", op.method, op.path);
            assert_eq!(answer.refused(403), "right_missing");
        }
    }
}

/// An id that the workspace does not have is answered 404, whatever else is wrong with the request.
async fn things_of_another_workspace_are_not_there(w: &World) {
    let other = WorkspaceId::new(w.clock.now());
    let owner = w.api_in(other, Role::Owner).await;
    let plain = |o: &&Operation| ["GET", "DELETE"].contains(&o.method.as_str());
    // A person's own sessions are of no workspace.
    let own = |o: &&Operation| o.path.starts_with("/me/");
    let all = operations();
    for op in all.iter().filter(|o| o.role.is_some() && o.has_id && plain(o) && !own(o)) {
        let answer = owner.send(owner.request(&op.method, &op.path)).await;
        assert_eq!(answer.status(), 404, "{} {}: {}", op.method, op.path, answer.body);
    }
}
