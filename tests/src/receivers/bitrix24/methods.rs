//! Which methods there are, and what the universal ones do. A method takes its parameters and gives
//! a result, or a refusal in the words of its page of the documentation.

use serde_json::{Map, Value, json};

use super::failure::{Refusal, refusal};
use super::params::{list, text};
use super::view::{item_view, multi_of_item};
use super::{Entity, Inside, books, catalog, filter, names};

/// A result, and for lists the total and the start of the next page.
pub(super) struct Done {
    pub result: Value,
    pub list: Option<(usize, Option<usize>)>,
}

pub(super) type Params = Map<String, Value>;
pub(super) type Outcome = Result<Done, Refusal>;

impl Inside {
    pub(super) fn call(&mut self, method: &str, params: &Params) -> Outcome {
        match method {
            "profile" => Ok(done(catalog::profile(self.user))),
            "crm.item.add" => self.item_add(params),
            "crm.item.list" => self.item_list(params),
            "crm.item.fields" => {
                entity(params)?;
                let fields = catalog::fields(true, &self.required, &self.user_fields);
                Ok(done(json!({ "fields": fields })))
            }
            "crm.lead.add" => self.classic_add(Entity::Lead, params),
            "crm.contact.add" => self.classic_add(Entity::Contact, params),
            "crm.lead.list" => Ok(self.classic_list(Entity::Lead, params)),
            "crm.contact.list" => Ok(self.classic_list(Entity::Contact, params)),
            "crm.lead.get" => self.classic_get(Entity::Lead, params),
            "crm.contact.get" => self.classic_get(Entity::Contact, params),
            "crm.lead.fields" => {
                let fields = catalog::fields(false, &self.required, &self.user_fields);
                Ok(done(fields))
            }
            "crm.lead.userfield.list" => Ok(books::rows(&self.user_fields, params)),
            "crm.status.list" => Ok(books::rows(&catalog::statuses(), params)),
            "crm.category.list" => Ok(done(catalog::categories())),
            "user.get" => Ok(books::users(params)),
            "crm.duplicate.findbycomm" => self.find_duplicates(params),
            _ => Err(refusal(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")),
        }
    }

    fn item_add(&mut self, params: &Params) -> Outcome {
        let entity = entity(params)?;
        let given =
            params.get("fields").and_then(Value::as_object).ok_or_else(|| lacks("fields"))?;
        let fields = given.iter().map(|(n, v)| (names::classic(entity, n), v.clone()));
        let fields: Params = fields.filter(|(n, _)| names::may_set(entity, n)).collect();
        if let Some(title) = self.lacking(entity, &fields) {
            let text = format!("Поле \"{title}\" обязательно для заполнения");
            return Err(refusal(400, "CRM_FIELD_ERROR_REQUIRED", &text));
        }
        let element = self.add(entity, fields, multi_of_item(given.get("fm")));
        Ok(done(json!({"item": item_view(&element, original(params))})))
    }

    fn item_list(&self, params: &Params) -> Outcome {
        let entity = entity(params)?;
        let mut conditions = filter::parse(params.get("filter"));
        for condition in &mut conditions {
            let classic = names::classic(entity, &condition.field);
            if !names::exists(entity, &classic) {
                let what =
                    format!("Invalid filter: field '{}' is not allowed in filter", condition.field);
                return Err(refusal(400, "INVALID_ARG_VALUE", &what));
            }
            condition.field = classic;
        }
        let order = order(params, |name| names::classic(entity, name));
        let page = self.store.page(entity, &conditions, &order, start(params));
        let select: Vec<String> = list(params.get("select")).iter().map(text).collect();
        let all = select.is_empty() || select.iter().any(|name| name == "*");
        let items = page.elements.iter().map(|element| {
            let mut item = item_view(element, original(params));
            if let Value::Object(item) = &mut item
                && !all
            {
                item.retain(|name, _| name == "id" || select.contains(name));
            }
            item
        });
        let items: Value = items.collect();
        Ok(Done { result: json!({ "items": items }), list: Some((page.total, page.next)) })
    }

    pub(super) fn lacking(&self, entity: Entity, fields: &Params) -> Option<&str> {
        let given = |name: &str| fields.get(name).is_some_and(|v| !text(v).is_empty());
        let all = self.required.iter().filter(|_| entity == Entity::Lead);
        all.into_iter().find(|(name, _)| !given(name)).map(|(_, title)| title.as_str())
    }
}

fn entity(params: &Params) -> Result<Entity, Refusal> {
    let id = params.get("entityTypeId").ok_or_else(|| lacks("entityTypeId"))?;
    Entity::from_type_id(&text(id))
        .ok_or_else(|| refusal(400, "NOT_FOUND", "Смарт-процесс не найден"))
}

fn lacks(param: &str) -> Refusal {
    refusal(400, "100", &format!("Could not find value for parameter {{{param}}}"))
}

fn original(params: &Params) -> bool {
    params.get("useOriginalUfNames").is_some_and(|v| text(v) == "Y")
}

pub(super) fn start(params: &Params) -> usize {
    params.get("start").and_then(|v| text(v).parse().ok()).unwrap_or(0)
}

pub(super) fn order(params: &Params, classic: impl Fn(&str) -> String) -> Vec<(String, bool)> {
    let order = params.get("order").and_then(Value::as_object);
    let each = order.into_iter().flatten();
    each.map(|(name, way)| (classic(name), text(way).eq_ignore_ascii_case("desc"))).collect()
}

/// A single result.
pub(super) fn done(result: Value) -> Done {
    Done { result, list: None }
}
