//! Field names of the universal methods (`lastName`) and of the classic ones (`LAST_NAME`), from
//! the field lists of `crm-item-add.md` and `crm-lead-list.md`.

use super::Entity;

/// Fields of a lead that can be set; others in a call are ignored (`crm-item-add.md`).
const LEAD: [&str; 30] = [
    "TITLE",
    "HONORIFIC",
    "NAME",
    "SECOND_NAME",
    "LAST_NAME",
    "BIRTHDATE",
    "COMPANY_TITLE",
    "SOURCE_ID",
    "SOURCE_DESCRIPTION",
    "STATUS_ID",
    "STATUS_DESCRIPTION",
    "POST",
    "CURRENCY_ID",
    "IS_MANUAL_OPPORTUNITY",
    "OPPORTUNITY",
    "OPENED",
    "COMMENTS",
    "ASSIGNED_BY_ID",
    "COMPANY_ID",
    "CONTACT_ID",
    "CONTACT_IDS",
    "ORIGINATOR_ID",
    "ORIGIN_ID",
    "WEBFORM_ID",
    "OBSERVERS",
    "UTM_SOURCE",
    "UTM_MEDIUM",
    "UTM_CAMPAIGN",
    "UTM_CONTENT",
    "UTM_TERM",
];

/// Fields the portal sets itself.
pub(super) const OWN: [&str; 9] = [
    "ID",
    "DATE_CREATE",
    "DATE_MODIFY",
    "CREATED_BY_ID",
    "MODIFY_BY_ID",
    "STATUS_SEMANTIC_ID",
    "HAS_PHONE",
    "HAS_EMAIL",
    "HAS_IMOL",
];

/// Names that do not follow the rule.
const ODD: [(&str, &str); 5] = [
    ("createdTime", "DATE_CREATE"),
    ("updatedTime", "DATE_MODIFY"),
    ("createdBy", "CREATED_BY_ID"),
    ("updatedBy", "MODIFY_BY_ID"),
    ("stageSemanticId", "STATUS_SEMANTIC_ID"),
];

/// The prefix of the portal's own fields in the classic methods.
const CUSTOM: &str = "UF_CRM_";

/// The fields of leads that can be set, in the order of the documentation.
pub(super) fn settable() -> impl Iterator<Item = &'static str> {
    LEAD.into_iter()
}

/// Whether a call may set that classic field. Only the fields of leads are known by name.
pub(super) fn may_set(entity: Entity, classic: &str) -> bool {
    let known = entity != Entity::Lead || LEAD.contains(&classic);
    (known || classic.starts_with(CUSTOM)) && !OWN.contains(&classic)
}

/// Whether elements have that classic field.
pub(super) fn exists(entity: Entity, classic: &str) -> bool {
    OWN.contains(&classic) || may_set(entity, classic)
}

/// `lastName` as `LAST_NAME`.
pub(super) fn classic(entity: Entity, universal: &str) -> String {
    if let Some(rest) = universal.strip_prefix("ufCrm_") {
        return format!("{CUSTOM}{rest}");
    }
    if universal.starts_with(CUSTOM) {
        return universal.to_owned();
    }
    if universal == "stageId" && entity == Entity::Lead {
        return "STATUS_ID".to_owned();
    }
    if let Some((_, odd)) = ODD.iter().find(|(name, _)| *name == universal) {
        return (*odd).to_owned();
    }
    let mut out = String::new();
    for c in universal.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// `LAST_NAME` as `lastName`. The portal's own fields keep their name if `original`.
pub(super) fn universal(entity: Entity, classic: &str, original: bool) -> String {
    if let Some(rest) = classic.strip_prefix(CUSTOM) {
        return if original { classic.to_owned() } else { format!("ufCrm_{rest}") };
    }
    if classic == "STATUS_ID" && entity == Entity::Lead {
        return "stageId".to_owned();
    }
    if let Some((odd, _)) = ODD.iter().find(|(_, name)| *name == classic) {
        return (*odd).to_owned();
    }
    let mut out = String::new();
    let mut upper = false;
    for c in classic.chars() {
        if c == '_' {
            upper = true;
            continue;
        }
        out.push(if upper { c } else { c.to_ascii_lowercase() });
        upper = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (short, long) in [
            ("lastName", "LAST_NAME"),
            ("originatorId", "ORIGINATOR_ID"),
            ("stageId", "STATUS_ID"),
            ("createdTime", "DATE_CREATE"),
            ("ufCrm_1721244707107", "UF_CRM_1721244707107"),
        ] {
            assert_eq!(classic(Entity::Lead, short), long);
            assert_eq!(universal(Entity::Lead, long, false), short);
        }
        assert_eq!(classic(Entity::Deal, "stageId"), "STAGE_ID");
        assert_eq!(universal(Entity::Lead, "UF_CRM_1", true), "UF_CRM_1");
    }
}
