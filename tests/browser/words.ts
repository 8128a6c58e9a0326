import accessEn from '../../frontend/src/i18n/en/access.ts'
import builderEn from '../../frontend/src/i18n/en/builder.ts'
import flowsEn from '../../frontend/src/i18n/en/flows.ts'
import templatesEn from '../../frontend/src/i18n/en/templates.ts'
import accessRu from '../../frontend/src/i18n/ru/access.ts'
import builderRu from '../../frontend/src/i18n/ru/builder.ts'
import flowsRu from '../../frontend/src/i18n/ru/flows.ts'
import templatesRu from '../../frontend/src/i18n/ru/templates.ts'

export type Lang = 'ru' | 'en'

/** What stands on buttons and beside fields, for tests that run in both languages. */
export const words = {
  ru: {
    access: accessRu,
    builder: builderRu,
    flows: flowsRu,
    templates: templatesRu,
    company: 'Как подписать письмо?',
    portal: 'Портал',
    code: 'Код вебхука',
    server: 'Сервер',
    port: 'Порт',
    user: 'Логин',
    password: 'Пароль',
    from: 'Отправитель',
    receiver: 'Адрес получателя',
    secret: 'Секрет подписи',
    to: 'Кому',
    subject: 'Тема',
    text: 'Текст',
    type: 'Тип события',
    lead: 'битрикс24 создать лид',
    letter: 'письмо',
    webhook: 'отправить событие',
    template: /Tilda → CRM/,
  },
  en: {
    access: accessEn,
    builder: builderEn,
    flows: flowsEn,
    templates: templatesEn,
    company: 'How is your company called in the letter?',
    portal: 'Portal',
    code: 'Webhook code',
    server: 'Server',
    port: 'Port',
    user: 'User',
    password: 'Password',
    from: 'From',
    receiver: 'Address of the receiver',
    secret: 'Signing secret',
    to: 'To',
    subject: 'Subject',
    text: 'Text',
    type: 'Event type',
    lead: 'bitrix24 create lead',
    letter: 'send a letter',
    webhook: 'send an event',
    template: /Tilda → CRM/,
  },
} as const
