//! A small firm: a form of Tilda, a CRM, a mail server and a partner who takes signed webhooks, and
//! the flow that goes from one to the others.

use super::product::Product;
use super::{Body, MAIL_USER, PORTAL_CODE, WEBHOOK_SECRET, form};
use crate::receivers::Now;
use crate::receivers::bitrix24::Portal;
use crate::receivers::smtp::{self, SmtpReceiver};
use crate::receivers::standard_webhooks::{Secret, WebhookReceiver};

/// The flow.
pub const FLOW: &str = "
zveno: 1
name: Заявка с Тильды
trigger:
  connector: tilda@1.0.0
  event: form_submitted
  dedupe: { key: '{{trigger.body.tranid}}', window: 7d }
steps:
  - id: lead
    action: bitrix24.create_lead@1.0.0
    connection: crm
    input:
      title: { template: 'Заявка: {{trigger.body.formname}}' }
      name: { path: $.trigger.body.Name, transforms: [{ fn: trim }], default: Без имени }
      phone: { path: $.trigger.body.Phone, transforms: [{ fn: phone_e164, country: RU }] }
      email: { path: $.trigger.body.Email }
      source: { literal: WEB }
  - id: letter
    action: email.send@1.0.0
    connection: mail
    input:
      to: { literal: sales@firma.test }
      subject: { template: 'Новый лид {{steps.lead.output.id}}' }
      text: { template: '{{trigger.body.Name}}, {{trigger.body.Phone}}' }
    retry: { delays: [1s, 1s, 1s] }
  - id: event
    action: webhook_out.send@1.0.0
    connection: partner
    input:
      type: { literal: lead.created }
      payload: { object: { lead: { path: $.steps.lead.output.id }, name: { path: $.trigger.body.Name } } }
";

/// The three services.
pub struct Services {
    pub portal: Portal,
    pub mail: SmtpReceiver,
    pub partner: WebhookReceiver,
}

impl Services {
    /// Starts them; the mail server puts off each new sender once if it is `wary`.
    ///
    /// # Panics
    /// One does not start.
    pub async fn start(wary: bool) -> Services {
        let (user, password) = MAIL_USER;
        let options = smtp::Options {
            tls: smtp::Tls::StartTls,
            user: Some((user.to_owned(), password.to_owned())),
            greylist: wary,
            ..smtp::Options::default()
        };
        let secret = Secret::parse(WEBHOOK_SECRET).expect("a service");
        Services {
            portal: Portal::start(1, PORTAL_CODE).await.expect("a service"),
            mail: SmtpReceiver::start_with(options).await.expect("a service"),
            partner: WebhookReceiver::start(vec![secret], Now::wall()).await.expect("a service"),
        }
    }

    /// Lets an installation find and trust them.
    pub fn stand_beside(&self, zveno: &mut Product) {
        zveno.set("ZVENO_BASE_URL_BITRIX24", &self.portal.http().url(""));
        let roots = zveno.file("roots.pem", self.mail.ca().pem());
        zveno.set("ZVENO_EXTRA_ROOTS", &roots);
    }

    /// Connects all three by the command line.
    pub async fn connect(&self, zveno: &Product) {
        let code = zveno.file("code", PORTAL_CODE);
        let secret = format!("secret={code}");
        let crm = [
            "connection",
            "add",
            "crm",
            "--connector",
            "bitrix24",
            "--method",
            "webhook",
            "--set",
            "host=firma.bitrix24.ru",
            "--set",
            "user=1",
            "--secret-file",
            &secret,
        ];
        zveno.json(&crm).await;
        let (user, password) = MAIL_USER;
        let secret = format!("password={}", zveno.file("password", password));
        let (port, user) =
            (format!("port={}", self.mail.addr().port()), format!("username={user}"));
        let mail = [
            "connection",
            "add",
            "mail",
            "--connector",
            "email",
            "--set",
            "host=127.0.0.1",
            "--set",
            &port,
            "--set",
            "security=starttls",
            "--set",
            &user,
            "--set",
            "from=Магазин <shop@firma.test>",
            "--secret-file",
            &secret,
        ];
        zveno.json(&mail).await;
        let secret = format!("secret={}", zveno.file("signing", WEBHOOK_SECRET));
        let url = format!("url={}", self.partner.http().url("/events"));
        let partner = [
            "connection",
            "add",
            "partner",
            "--connector",
            "webhook_out",
            "--set",
            &url,
            "--secret-file",
            &secret,
        ];
        zveno.json(&partner).await;
    }
}

/// What the form sends; `id` is that of the submission.
pub fn submission(id: &str) -> Body {
    form(&[
        ("Name", " Анна Иванова "),
        ("Phone", "8 (916) 123-45-67"),
        ("Email", "anna@example.com"),
        ("formname", "Обратный звонок"),
        ("formid", "form1"),
        ("tranid", id),
        ("COOKIES", "TILDAUTM=utm_source%3Dyandex"),
    ])
}
