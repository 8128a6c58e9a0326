//! Names of those who did something, for people who ask who it was.

use domain::Actor;
use domain::ids::WorkspaceId;

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

impl Db {
    /// The name of an actor as `Display` wrote it; the text itself where nobody has it any more.
    pub async fn author(&self, ws: WorkspaceId, actor: &str) -> Result<String, Error> {
        let row = match Actor::parse(actor) {
            Some(Actor::User(id)) => {
                let sql = "SELECT u.name FROM users u WHERE u.id = $1";
                self.row(sql, vals![id.uuid()]).await?
            }
            Some(Actor::Key(id)) => {
                let sql = "SELECT name FROM api_keys WHERE id = $1 AND workspace = $2";
                self.row(sql, vals![id.uuid(), ws.uuid()]).await?
            }
            _ => None,
        };
        row.map_or_else(|| Ok(actor.to_owned()), |r| r.cursor().text())
    }
}
