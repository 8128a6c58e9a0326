//! What people call the fields of forms and services, in Russian and English: one line a thing.

/// A thing that forms ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    FullName,
    FirstName,
    LastName,
    MiddleName,
    Phone,
    Email,
    Company,
    Position,
    Comment,
    Subject,
    City,
    Region,
    Country,
    Address,
    Zip,
    Amount,
    Currency,
    OrderId,
    Product,
    Quantity,
    Date,
    Time,
    Birthday,
    Url,
    Telegram,
    Inn,
    Promo,
    Delivery,
    Payment,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    UtmContent,
    UtmTerm,
}

/// Words of one thing, in one language and in the other.
pub struct Words {
    pub thing: Thing,
    pub ru: &'static [&'static str],
    pub en: &'static [&'static str],
}

const fn words(thing: Thing, ru: &'static [&'static str], en: &'static [&'static str]) -> Words {
    Words { thing, ru, en }
}

/// Words in the form that [`super::text::norm`] gives: lower case, `е` for `ё`, single spaces.
/// Several words of one entry stand in this order, with others between them or not.
pub const TABLE: &[Words] = &[
    words(
        Thing::FullName,
        &[
            "имя",
            "фио",
            "имя фамилия",
            "фамилия имя",
            "как вас зовут",
            "как к вам обращаться",
            "полное имя",
            "контактное лицо",
            "получатель",
            "заказчик",
        ],
        &[
            "name",
            "full name",
            "fullname",
            "fio",
            "contact person",
            "imya",
            "who are you",
            "recipient",
            "visitor name",
            "customer name",
        ],
    ),
    words(
        Thing::FirstName,
        &["имя без фамилии", "только имя"],
        &["first name", "firstname", "given name", "fname", "first"],
    ),
    words(
        Thing::LastName,
        &["фамилия"],
        &["last name", "lastname", "surname", "family name", "lname", "last", "familiya"],
    ),
    words(
        Thing::MiddleName,
        &["отчество"],
        &["middle name", "middlename", "patronymic", "second name"],
    ),
    words(
        Thing::Phone,
        &[
            "телефон",
            "тел",
            "номер телефона",
            "мобильный",
            "мобильный телефон",
            "контактный телефон",
            "сотовый",
            "номер для связи",
            "whatsapp",
            "ватсап",
        ],
        &[
            "phone",
            "phone number",
            "tel",
            "telephone",
            "mobile",
            "cell",
            "telefon",
            "msisdn",
            "whatsapp number",
            "contact phone",
        ],
    ),
    words(
        Thing::Email,
        &[
            "почта",
            "электронная почта",
            "эл почта",
            "емейл",
            "имейл",
            "e mail",
            "электронный адрес",
            "адрес почты",
        ],
        &["email", "mail", "e mail", "email address", "pochta", "contact email"],
    ),
    words(
        Thing::Company,
        &[
            "компания",
            "организация",
            "фирма",
            "название компании",
            "название организации",
            "юрлицо",
        ],
        &["company", "organization", "organisation", "company name", "business", "firm"],
    ),
    words(Thing::Position, &["должность"], &["position", "job title", "role", "occupation"]),
    words(
        Thing::Comment,
        &[
            "комментарий",
            "сообщение",
            "вопрос",
            "текст сообщения",
            "примечание",
            "пожелания",
            "ваш вопрос",
            "опишите задачу",
            "описание",
            "дополнительно",
            "отзыв",
        ],
        &[
            "comment",
            "comments",
            "message",
            "question",
            "textarea",
            "note",
            "notes",
            "customer note",
            "description",
            "enquiry",
            "inquiry",
            "feedback",
            "details",
        ],
    ),
    words(
        Thing::Subject,
        &["тема", "название формы", "заголовок", "название", "название заявки", "форма"],
        &["subject", "title", "formname", "form name", "form title", "topic"],
    ),
    words(Thing::City, &["город", "населенный пункт"], &["city", "town", "gorod"]),
    words(Thing::Region, &["область", "регион"], &["region", "state", "province"]),
    words(Thing::Country, &["страна"], &["country"]),
    words(
        Thing::Address,
        &["адрес", "адрес доставки", "улица"],
        &["address", "street", "delivery address", "address 1", "shipping address"],
    ),
    words(
        Thing::Zip,
        &["индекс", "почтовый индекс"],
        &["zip", "postcode", "postal code", "zip code"],
    ),
    words(
        Thing::Amount,
        &["сумма", "стоимость", "итого", "бюджет", "сумма заказа", "цена"],
        &["amount", "total", "sum", "price", "budget", "opportunity", "order total", "revenue"],
    ),
    words(Thing::Currency, &["валюта"], &["currency", "currency code"]),
    words(
        Thing::OrderId,
        &["номер заказа", "заказ", "код заказа"],
        &["order id", "orderid", "order number", "order", "invoice"],
    ),
    words(
        Thing::Product,
        &["товар", "услуга", "продукт", "тариф"],
        &["product", "service", "item name", "plan", "tariff"],
    ),
    words(Thing::Quantity, &["количество", "кол во"], &["quantity", "qty", "count"]),
    words(
        Thing::Date,
        &["дата", "дата визита", "желаемая дата"],
        &["date", "visit date", "booking date"],
    ),
    words(Thing::Time, &["время", "удобное время"], &["time", "preferred time"]),
    words(
        Thing::Birthday,
        &["дата рождения", "день рождения"],
        &["birthday", "birth date", "date of birth", "birthdate"],
    ),
    words(
        Thing::Url,
        &["сайт", "страница", "ссылка", "адрес сайта"],
        &["url", "website", "site", "page", "link", "page url", "source url", "referer"],
    ),
    words(
        Thing::Telegram,
        &["телеграм", "ник в телеграм"],
        &["telegram", "tg", "telegram username"],
    ),
    words(Thing::Inn, &["инн"], &["inn", "tax id", "vat"]),
    words(Thing::Promo, &["промокод", "купон"], &["promocode", "promo code", "coupon", "promo"]),
    words(
        Thing::Delivery,
        &["доставка", "способ доставки"],
        &["delivery", "shipping", "delivery method"],
    ),
    words(
        Thing::Payment,
        &["оплата", "способ оплаты"],
        &["payment method", "paymentsystem", "payment system"],
    ),
    words(Thing::UtmSource, &["метка источник"], &["utm source"]),
    words(Thing::UtmMedium, &["метка канал"], &["utm medium"]),
    words(Thing::UtmCampaign, &["метка кампания"], &["utm campaign"]),
    words(Thing::UtmContent, &["метка содержание"], &["utm content"]),
    words(Thing::UtmTerm, &["метка ключевое слово"], &["utm term"]),
];

/// Words that say nothing of what a field holds.
pub const EMPTY: &[&str] = &[
    "your",
    "you",
    "my",
    "the",
    "a",
    "an",
    "please",
    "enter",
    "field",
    "fields",
    "input",
    "form",
    "contact",
    "contacts",
    "customer",
    "client",
    "user",
    "billing",
    "lead",
    "person",
    "data",
    "value",
    "text",
    "ваш",
    "ваше",
    "ваша",
    "ваши",
    "вашу",
    "укажите",
    "введите",
    "поле",
    "клиента",
    "для",
    "по",
    "связи",
    "оставьте",
    "необязательно",
    "обязательно",
    "свой",
    "свое",
    "ваш",
    "и",
    "или",
    "на",
    "в",
    "of",
    "for",
    "to",
    "us",
    "q",
    "is",
    "what",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_at_least_sixty_pairs_of_words() {
        let pairs: usize = TABLE.iter().map(|w| w.ru.len().min(w.en.len())).sum();
        assert!(pairs >= 60, "{pairs}");
        for w in TABLE {
            for word in w.ru.iter().chain(w.en) {
                assert_eq!(super::super::text::norm(word), *word, "{:?}", w.thing);
            }
        }
    }
}
