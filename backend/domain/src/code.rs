//! Stable error codes: one table with the side at fault and the words for a person.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Lang;

/// Whose side an error is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The flow or its data: the user can mend it here.
    Yours,
    /// Credentials or rights at the service.
    Access,
    /// The other service.
    Remote,
    /// This product or its machine.
    Ours,
}

macro_rules! codes {
    ($($name:ident $text:literal $side:ident $en:literal $ru:literal;)*) => {
        /// A stable error code. Codes are never renamed: programs and people rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $en] $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];
            /// The code as programs see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }
            /// Whose side this is.
            pub const fn side(self) -> Side {
                match self { $(Code::$name => Side::$side),* }
            }
            /// What happened and what to do, for a person.
            pub const fn says(self, lang: Lang) -> &'static str {
                match (self, lang) { $((Code::$name, Lang::En) => $en, (Code::$name, Lang::Ru) => $ru),* }
            }
            /// The code of a text that `as_str` gave.
            pub fn parse(s: &str) -> Option<Code> {
                match s { $($text => Some(Code::$name),)* _ => None }
            }
        }
    };
}

codes! {
    // The flow and its data.
    FlowInvalid "flow_invalid" Yours "The flow document has faults; each is listed with its place." "В описании сценария есть ошибки; каждая указана с местом.";
    MappingFailed "mapping_failed" Yours "A field could not be filled from the event's data." "Поле не удалось заполнить данными события.";
    CoercionFailed "coercion_failed" Yours "A value does not fit the type of its field." "Значение не подходит к типу поля.";
    FieldMissing "field_missing" Yours "A required field is empty." "Обязательное поле пусто.";
    FieldInvalid "field_invalid" Yours "A field has a value that is not allowed." "В поле недопустимое значение.";
    LimitExceeded "limit_exceeded" Yours "Something is larger than its limit." "Превышено ограничение.";
    BodyUnparsable "body_unparsable" Yours "The body of the delivery could not be read as its type says." "Тело запроса не читается так, как указано в его типе.";
    SecretMissing "secret_missing" Yours "A secret of the flow is not set." "Секрет сценария не задан.";
    ConnectionMissing "connection_missing" Yours "The step has no connection, or it was deleted." "У шага нет подключения, или оно удалено.";
    ConnectorMissing "connector_missing" Yours "The connector, or this version of it, is not installed." "Коннектор или эта его версия не установлены.";
    NotFound "not_found" Yours "There is nothing with this id." "Ничего с таким кодом нет.";
    Conflict "conflict" Yours "Something else already has this name, address or state." "Такое имя, адрес или состояние уже заняты.";
    DraftConflict "draft_conflict" Yours "Somebody else has changed the draft meanwhile; look at that change first." "Черновик тем временем изменил кто-то ещё; сначала посмотрите это изменение.";
    BadRequest "bad_request" Yours "The request is not understood." "Запрос не понят.";
    Gone "gone" Yours "The receiver says that this address is gone for good." "Получатель сообщил, что этого адреса больше нет.";
    EventTypeUnknown "event_type_unknown" Yours "The workspace has no event type of this name." "В пространстве нет типа события с таким именем.";
    PayloadInvalid "payload_invalid" Yours "The data of the event does not fit its declared type." "Данные события не соответствуют его объявленному типу.";
    Loop "loop" Yours "The event went through this server too many times." "Событие прошло через этот сервер слишком много раз.";
    Stale "stale" Yours "A newer event of the same key was accepted, so this one was not run." "Принято более новое событие с тем же ключом, поэтому это не выполнялось.";
    Cancelled "cancelled" Yours "A person cancelled the run." "Запуск отменён человеком.";
    Changed "changed" Yours "Somebody else changed this meanwhile; nothing was overwritten." "Пока вы правили, это изменил кто-то другой; ничего не перезаписано.";
    // Access to this server.
    SignInNeeded "sign_in_needed" Access "Sign in, or send a valid API key." "Войдите или передайте действующий ключ API.";
    RightMissing "right_missing" Access "Your role in this workspace does not allow this." "Ваша роль в этом пространстве этого не позволяет.";
    OriginRefused "origin_refused" Access "The request came from another site and was refused." "Запрос пришёл с другого сайта и отклонён.";
    TooManyRequests "too_many_requests" Yours "Too many requests; wait a little and try again." "Слишком много запросов; подождите немного и повторите.";
    SignInFailed "sign_in_failed" Access "The e-mail or the password is wrong." "Почта или пароль неверны.";
    SetupDone "setup_done" Access "This server is set up already; sign in." "Этот сервер уже настроен; войдите.";
    SetupRefused "setup_refused" Access "The setup code is wrong; the server prints it when it starts." "Код настройки неверен; сервер печатает его при запуске.";
    InvitationGone "invitation_gone" Access "This invitation was used or has run out; ask for a new one." "Приглашение использовано или истекло; попросите новое.";
    LastOwner "last_owner" Yours "A workspace keeps at least one owner." "В пространстве остаётся хотя бы один владелец.";
    KeyReused "idempotency_key_reused" Yours "This Idempotency-Key belongs to another request." "Этот Idempotency-Key принадлежит другому запросу.";
    UnderWay "request_under_way" Yours "The same request is being done; ask again soon." "Такой же запрос уже выполняется; повторите чуть позже.";
    // Access.
    AccessDenied "access_denied" Access "The service refused these credentials or rights." "Сервис отклонил эти доступы или права.";
    OauthAppMissing "oauth_app_missing" Access "The server has no application at this service yet; an owner enters its id and secret first." "У сервера ещё нет приложения в этом сервисе; сначала владелец вводит его идентификатор и секрет.";
    OauthDenied "oauth_denied" Access "The service did not give access." "Сервис не дал доступ.";
    OauthLost "oauth_lost" Access "This sign-in is unknown, was used already or took too long; begin it again." "Этот вход неизвестен, уже использован или длился слишком долго; начните его заново.";
    ConnectionBroken "connection_broken" Access "The connection no longer works; connect it again." "Подключение больше не работает; подключите заново.";
    // The other service.
    RemoteRefused "remote_refused" Remote "The service refused the request." "Сервис отклонил запрос.";
    RemoteUnavailable "remote_unavailable" Remote "The service is not available; it will be tried again." "Сервис недоступен; попытка повторится.";
    RemoteRateLimited "remote_rate_limited" Remote "The service asked to slow down." "Сервис просит обращаться реже.";
    GatePaused "gate_paused" Remote "The service asks to slow down; the step goes on when it allows, without using a try." "Сервис просит обращаться реже; шаг продолжится, когда это станет можно, и попытка не тратится.";
    GateOpen "gate_open" Remote "The service does not answer; calls to it are held back and one is tried from time to time." "Сервис не отвечает; вызовы к нему придержаны, время от времени делается пробный.";
    GateRate "gate_rate" Remote "The limit of calls to the service is used up; the step waits for its turn." "Лимит обращений к сервису исчерпан; шаг ждёт своей очереди.";
    GateBusy "gate_busy" Remote "As many calls to the service are under way as are allowed at once; the step waits for its turn." "К сервису уже идёт столько вызовов, сколько разрешено одновременно; шаг ждёт своей очереди.";
    RemoteUnreachable "remote_unreachable" Remote "The service could not be reached (name, connection or certificate)." "До сервиса не достучаться (имя, соединение или сертификат).";
    RemoteTooLarge "remote_too_large" Remote "The service's answer is larger than allowed." "Ответ сервиса больше допустимого.";
    RemoteUnreadable "remote_unreadable" Remote "The service's answer could not be read." "Ответ сервиса не читается.";
    RemoteRedirect "remote_redirect" Remote "The service answered with a redirect that is not followed." "Сервис ответил перенаправлением, по которому переходить нельзя.";
    RemotePending "remote_pending" Remote "The service has not finished its work yet; it is looked at again soon." "Сервис ещё не закончил работу; скоро проверим снова.";
    RemoteTimeout "remote_timeout" Remote "The service did not finish its work in time." "Сервис не закончил работу вовремя.";
    AddressBlocked "address_blocked" Yours "This address is in a network that is not allowed; see ZVENO_ALLOW_NETWORKS." "Адрес находится в запрещённой сети; см. ZVENO_ALLOW_NETWORKS.";
    OutcomeUnknown "outcome_unknown" Remote "The request was sent, but no answer came: it may or may not have worked." "Запрос отправлен, но ответа нет: неизвестно, выполнен ли он.";
    // This product.
    Poison "poison" Ours "The server crashed several times while running this; it waits for a person." "Сервер несколько раз падал на этом запуске; он ждёт человека.";
    Internal "internal" Ours "A fault of this server; the log has the details." "Ошибка этого сервера; подробности в журнале.";
    StorageUnavailable "storage_unavailable" Ours "The database does not take writes now." "База данных сейчас не принимает записи.";
    Restored "restored" Ours "The run was unfinished when the server was restored from a backup; it waits for a person." "Запуск не был закончен, когда сервер восстановили из копии; он ждёт человека.";
    Busy "busy" Ours "The server has too much to do now; try again soon." "Сервер перегружен; повторите позже.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = String::deserialize(d)?;
        Code::parse(&s).ok_or_else(|| serde::de::Error::custom(format!("unknown code {s}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_has_words_in_both_languages() {
        for c in Code::ALL {
            assert_eq!(Code::parse(c.as_str()), Some(*c));
            assert!(c.says(Lang::En).len() > 10 && c.says(Lang::Ru).chars().count() > 10);
            assert_ne!(c.says(Lang::En), c.says(Lang::Ru));
        }
    }
}
