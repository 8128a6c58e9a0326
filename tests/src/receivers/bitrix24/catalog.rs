//! What a fresh portal has besides elements: stages, sources, users and fields.

use serde_json::{Map, Value, json};

use super::{Entity, names};

/// The reference books `STATUS` (stages of leads), `SOURCE`, and the stages of the deals of both
/// funnels (`crm-status-list.md`).
pub(super) fn statuses() -> Vec<Value> {
    let rows = [
        ("STATUS", "NEW", "Не обработан", None),
        ("STATUS", "IN_PROCESS", "В работе", None),
        ("STATUS", "PROCESSED", "Обработан", None),
        ("STATUS", "CONVERTED", "Качественный лид", Some("S")),
        ("STATUS", "JUNK", "Некачественный лид", Some("F")),
        ("SOURCE", "CALL", "Звонок", None),
        ("SOURCE", "EMAIL", "Электронная почта", None),
        ("SOURCE", "WEB", "Веб-сайт", None),
        ("SOURCE", "ADVERTISING", "Реклама", None),
        ("DEAL_STAGE", "NEW", "Новая", None),
        ("DEAL_STAGE", "WON", "Сделка успешна", Some("S")),
        ("DEAL_STAGE_1", "C1:NEW", "Заявка на опт", None),
    ];
    let rows = rows.iter().zip(1..);
    rows.map(|((entity, id, name, semantics), n)| {
        json!({"ID": (n * 2 + 1).to_string(), "ENTITY_ID": entity, "STATUS_ID": id, "NAME": name,
            "NAME_INIT": name, "SORT": (n * 10).to_string(), "SYSTEM": "Y", "CATEGORY_ID": null,
            "COLOR": null, "SEMANTICS": semantics})
    })
    .collect()
}

/// The funnels of deals, the general one first (`crm-category-list.md`).
pub(super) fn categories() -> Value {
    let rows = [(0, "Общая", "Y"), (1, "Опт", "N")].map(|(id, name, default)| {
        json!({"id": id, "name": name, "sort": 100 * (id + 1), "entityTypeId": 2,
            "isDefault": default})
    });
    json!({ "categories": rows })
}

/// Two employees, one of them dismissed (`user-get.md`).
pub(super) fn users() -> Vec<Value> {
    [("1", true, "Вадим", "Валеев"), ("3", true, "Иван", "Иванов"), ("5", false, "Пётр", "Петров")]
        .map(|(id, active, name, last)| {
            json!({"ID": id, "ACTIVE": active, "NAME": name, "LAST_NAME": last,
                "EMAIL": format!("user{id}@example.com"), "IS_ONLINE": "N", "TIMESTAMP_X": {},
                "UF_DEPARTMENT": [1], "USER_TYPE": "employee"})
        })
        .to_vec()
}

/// The user whose webhook is called (`profile.md`).
pub(super) fn profile(user: u32) -> Value {
    json!({"ID": user.to_string(), "ADMIN": true, "NAME": "Вадим", "LAST_NAME": "Валеев",
        "PERSONAL_GENDER": "", "TIME_ZONE": ""})
}

/// One of the portal's own fields (`crm-lead-userfield-list.md`).
pub(super) fn user_field(id: i64, name: &str, kind: &str, label: &str, mandatory: bool) -> Value {
    json!({"ID": id.to_string(), "ENTITY_ID": "CRM_LEAD", "FIELD_NAME": name,
        "EDIT_FORM_LABEL": label, "USER_TYPE_ID": kind, "XML_ID": null, "SORT": "100",
        "MULTIPLE": "N",
        "MANDATORY": if mandatory { "Y" } else { "N" }, "SHOW_FILTER": "N", "SHOW_IN_LIST": "Y",
        "EDIT_IN_LIST": "Y", "IS_SEARCHABLE": "N", "SETTINGS": {}})
}

/// The description of a lead's fields: for `crm.item.fields` with universal names, for
/// `crm.lead.fields` with classic ones.
pub(super) fn fields(universal: bool, required: &[(String, String)], own: &[Value]) -> Value {
    let mut all: Vec<&str> = names::OWN.into_iter().chain(names::settable()).collect();
    if !universal {
        all.extend(["PHONE", "EMAIL"]);
    }
    all.extend(own.iter().filter_map(|f| f["FIELD_NAME"].as_str()));
    let mut out = Map::new();
    for name in all {
        let must = required.iter().find(|(field, _)| field == name);
        let mut field = json!({
            "type": if name == "ID" { "integer" } else { kind(name) },
            "isRequired": must.is_some(),
            "isReadOnly": names::OWN.contains(&name),
            "isImmutable": false,
            "isMultiple": matches!(name, "PHONE" | "EMAIL" | "CONTACT_IDS" | "OBSERVERS"),
            "isDynamic": name.starts_with("UF_"),
            "title": must.map_or(name, |(_, title)| title.as_str()),
        });
        if universal {
            field["upperName"] = json!(name);
            out.insert(names::universal(Entity::Lead, name, false), field);
        } else {
            out.insert(name.to_owned(), field);
        }
    }
    Value::Object(out)
}

fn kind(name: &str) -> &'static str {
    match name {
        "STATUS_ID" | "SOURCE_ID" | "HONORIFIC" => "crm_status",
        "ASSIGNED_BY_ID" | "CREATED_BY_ID" | "MODIFY_BY_ID" => "user",
        "PHONE" | "EMAIL" => "crm_multifield",
        "OPPORTUNITY" => "double",
        "BIRTHDATE" => "date",
        "DATE_CREATE" | "DATE_MODIFY" => "datetime",
        "OPENED" | "IS_MANUAL_OPPORTUNITY" => "char",
        _ => "string",
    }
}
