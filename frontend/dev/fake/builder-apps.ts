// Connectors with fields as the real ones have them, for the builder.
import { app } from './apps'

type Lang = 'ru' | 'en'

const trigger = (key: string, title: string, description: string, more: object = {}) => ({
  key,
  title,
  description,
  kind: 'webhook',
  fields: [],
  ...more,
})

export const builderApps = (lang: Lang) => {
  const t = (ru: string, en: string) => (lang === 'ru' ? ru : en)
  const make = (id: string, title: string, more: object) => ({
    ...app(id),
    id,
    version: '1.0.0',
    title,
    description: '',
    categories: [],
    triggers: [],
    actions: [],
    methods: [],
    unverified: false,
    ...more,
  })
  return [
    make('tilda', 'Tilda', {
      connection_optional: true,
      triggers: [
        trigger(
          'form_submitted',
          t('Заявка с формы', 'Form submitted'),
          t('Посетитель отправил форму или оформил заказ.', 'Somebody sent a form.'),
          {
            guide: t(
              '1. В Тильде откройте «Настройки сайта → Формы → Webhook» и вставьте `{{hook.url}}`.\n2. Если Тильда спрашивает ключ API, укажите там ключ ниже.\n3. Подключите Webhook в контенте каждого блока с формой и опубликуйте страницы.',
              '1. In Tilda open Site settings → Forms → Webhook and paste `{{hook.url}}`.\n2. If Tilda asks for an API key, enter the key below there too.\n3. Connect the webhook in every form block and publish the pages.',
            ),
            fields: [
              {
                key: 'apikey',
                label: t('Ключ API', 'API key'),
                secret: true,
                mappable: false,
                help: t(
                  'Оставьте пустым, если в Тильде ключ не задан.',
                  'Leave it empty if none is set.',
                ),
              },
              {
                key: 'formid',
                label: t('Только эта форма', 'Only this form'),
                mappable: false,
                advanced: true,
              },
            ],
            dedupe: { key: '{{event.tranid}}', window: '7d' },
            sample: {
              Name: 'Анна',
              Phone: '+7 (900) 000-00-00',
              Email: 'anna@example.com',
              tranid: '1:2',
            },
          },
        ),
      ],
    }),
    make('amocrm', 'amoCRM', {
      unverified: true,
      methods: [{ id: 'key', title: t('Ключ', 'Key'), kind: 'bearer', fields: [] }],
      triggers: [
        trigger(
          'account_event',
          t('Событие аккаунта', 'Account event'),
          t('Сделка, контакт или задача изменились.', 'A deal, contact or task has changed.'),
          {
            needs_connection: true,
            subscribes: true,
            fields: [
              {
                key: 'events',
                type: 'select',
                label: t('Какие события', 'Which events'),
                required: true,
                mappable: false,
                options: [
                  { value: 'add_lead', label: t('Новая сделка', 'New deal') },
                  { value: 'add_contact', label: t('Новый контакт', 'New contact') },
                ],
              },
            ],
            guide: t(
              'Адрес регистрируется в вашем аккаунте сам. Нужны права администратора.',
              'The address is registered in your account by itself. Rights of an admin are needed.',
            ),
          },
        ),
      ],
      actions: [
        {
          key: 'create_deal',
          title: t('Создать сделку', 'Create a deal'),
          fields: [{ key: 'name', label: t('Название', 'Name') }],
        },
      ],
    }),
    make('webhook', t('Вебхук', 'Webhook'), {
      triggers: [
        trigger('request', t('Получен запрос', 'Request received'), '', {
          sample: { name: 'Анна' },
        }),
      ],
    }),
    make('schedule', t('Расписание', 'Schedule'), {
      triggers: [
        trigger(
          'cron',
          t('По календарю', 'By calendar'),
          t(
            'В минуты, часы и дни, заданные выражением cron.',
            'At the minutes of a cron expression.',
          ),
          {
            kind: 'native',
            fields: [
              {
                key: 'cron',
                label: t('Выражение cron', 'Cron expression'),
                required: true,
                mappable: false,
                placeholder: '0 9 * * 1-5',
              },
              {
                key: 'timezone',
                label: t('Часовой пояс', 'Time zone'),
                mappable: false,
                placeholder: 'Europe/Moscow',
              },
              {
                key: 'missed',
                type: 'select',
                label: t('Пропущенное время', 'Missed times'),
                default: 'once',
                mappable: false,
                advanced: true,
                options: [
                  { value: 'skip', label: t('Не запускать', 'Leave out') },
                  { value: 'once', label: t('Запустить один раз за все', 'Start once for all') },
                ],
              },
            ],
          },
        ),
      ],
    }),
    make('manual', t('Ручной запуск', 'Manual start'), {
      triggers: [
        trigger(
          'start',
          t('Запуск вручную', 'Started by hand'),
          t(
            'Человек запускает сценарий с данными или по строкам файла CSV.',
            'A person starts it.',
          ),
          {
            kind: 'native',
            sample: { name: 'Анна', phone: '+79000000000' },
          },
        ),
      ],
    }),
    make('bitrix24', t('Битрикс24', 'Bitrix24'), {
      keywords: ['битрикс', 'crm', 'лид', 'lead'],
      guide: t(
        '1. В Битрикс24 откройте «Разработчикам → Другое → Входящий вебхук».\n2. Дайте ему права CRM (`crm`) и сохраните.\n3. Его адрес имеет вид `https://ПОРТАЛ/rest/ПОЛЬЗОВАТЕЛЬ/КОД/`: впишите три части ниже.',
        '1. In Bitrix24 open Developer resources → Other → Inbound webhook.\n2. Give it the right CRM (`crm`).\n3. Enter the three parts of its address below.',
      ),
      methods: [
        {
          id: 'webhook',
          title: t('Входящий вебхук', 'Inbound webhook'),
          kind: 'api_key',
          fields: [
            {
              key: 'host',
              label: t('Портал', 'Portal'),
              required: true,
              placeholder: 'firma.bitrix24.ru',
            },
            { key: 'user', label: t('Код пользователя', 'User id'), required: true, default: '1' },
            {
              key: 'secret',
              label: t('Код вебхука', 'Webhook code'),
              required: true,
              secret: true,
            },
          ],
        },
      ],
      actions: [
        {
          key: 'create_lead',
          title: t('Создать лид', 'Create lead'),
          description: t('Добавляет лид в CRM.', 'Adds a lead to the CRM.'),
          has_check: true,
          fields: [
            { key: 'title', label: t('Название', 'Title'), required: true },
            { key: 'name', label: t('Имя', 'First name') },
            { key: 'last_name', label: t('Фамилия', 'Last name') },
            { key: 'phone', type: 'phone', label: t('Телефон', 'Phone') },
            { key: 'email', type: 'email', label: t('Почта', 'E-mail') },
            {
              key: 'status',
              type: 'select',
              label: t('Стадия', 'Stage'),
              lookup: { name: 'statuses', params: { entity: 'STATUS' } },
            },
            { key: 'comments', type: 'text', label: t('Комментарий', 'Comment') },
            { key: 'opportunity', type: 'number', label: t('Сумма', 'Amount'), advanced: true },
            { key: 'currency', label: t('Валюта', 'Currency'), advanced: true },
            {
              key: 'utm',
              type: 'object',
              label: t('Метки UTM', 'UTM marks'),
              advanced: true,
              fields: [
                { key: 'source', label: t('Источник', 'Source') },
                { key: 'medium', label: t('Канал', 'Medium') },
              ],
            },
            {
              key: 'custom',
              type: 'object',
              label: t('Свои поля', 'Own fields'),
              fields_from: { name: 'lead_fields' },
              advanced: true,
            },
          ],
        },
        {
          key: 'create_deal',
          title: t('Создать сделку', 'Create deal'),
          description: t('Добавляет сделку в CRM.', 'Adds a deal.'),
          fields: [{ key: 'title', label: t('Название', 'Title'), required: true }],
        },
      ],
    }),
    make('email', t('Электронная почта', 'E-mail'), {
      keywords: ['email', 'smtp', 'почта', 'письмо'],
      methods: [
        {
          id: 'smtp',
          title: 'SMTP',
          kind: 'basic',
          fields: [{ key: 'host', label: t('Сервер', 'Server'), required: true }],
        },
      ],
      actions: [
        {
          key: 'send',
          title: t('Отправить письмо', 'Send a letter'),
          description: t(
            'Отправляет одно письмо; повторы сохраняют его Message-ID.',
            'Sends one letter.',
          ),
          fields: [
            {
              key: 'to',
              label: t('Кому', 'To'),
              help: t('Несколько адресов — через запятую.', 'Several with commas.'),
              placeholder: 'anna@example.com',
              required: true,
            },
            { key: 'subject', label: t('Тема', 'Subject'), required: true },
            { key: 'text', type: 'text', label: t('Текст', 'Text') },
            { key: 'html', type: 'text', label: 'HTML', advanced: true },
            {
              key: 'attachments',
              type: 'list',
              label: t('Вложения', 'Attachments'),
              advanced: true,
              fields: [{ key: 'file', type: 'file', label: t('Файл', 'File'), required: true }],
            },
          ],
        },
      ],
    }),
    make('webhook_out', t('Исходящий вебхук', 'Outgoing webhook'), {
      keywords: ['webhook', 'вебхук'],
      methods: [
        {
          id: 'signed',
          title: t('С подписью', 'Signed'),
          kind: 'api_key',
          fields: [
            { key: 'url', type: 'url', label: t('Адрес получателя', 'Address'), required: true },
          ],
        },
      ],
      actions: [
        {
          key: 'send',
          title: t('Отправить событие', 'Send an event'),
          description: '',
          fields: [
            {
              key: 'type',
              label: t('Тип события', 'Event type'),
              required: true,
              placeholder: 'order.paid',
            },
            { key: 'payload', type: 'any', label: t('Данные', 'Data') },
            {
              key: 'headers',
              type: 'map',
              label: t('Другие заголовки', 'More headers'),
              advanced: true,
            },
          ],
        },
      ],
    }),
    make('http', t('HTTP-запрос', 'HTTP request'), {
      keywords: ['api', 'rest'],
      actions: [
        {
          key: 'request',
          title: t('Отправить запрос', 'Send a request'),
          description: '',
          fields: [
            {
              key: 'method',
              type: 'select',
              label: t('Метод', 'Method'),
              default: 'GET',
              options: ['GET', 'POST'].map((v) => ({ value: v, label: v })),
            },
            { key: 'url', type: 'url', label: t('Адрес', 'Address'), required: true },
            {
              key: 'follow',
              type: 'boolean',
              label: t('Идти по перенаправлениям', 'Follow redirects'),
            },
          ],
        },
      ],
    }),
  ]
}
