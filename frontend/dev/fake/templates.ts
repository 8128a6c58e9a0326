import { app } from './apps'
import { type Lang, say } from './connectors'

export const templates = (lang: Lang) => {
  const t = (ru: string, en: string) => say(lang, ru, en)
  const make = (
    id: string,
    title: string,
    description: string,
    apps: string[],
    questions: unknown[] = [],
  ) => ({
    id,
    title,
    description,
    apps: apps.map(app),
    questions,
    steps: apps.map((each) => ({ title: app(each).title, connector: each })),
  })
  return [
    make(
      'tilda-crm',
      t('Заявка с Tilda → CRM + письмо + webhook', 'Tilda form → CRM + letter + webhook'),
      t(
        'Лид в Битрикс24, письмо клиенту и копия в вашу систему.',
        'A lead in Bitrix24, a letter to the client, a copy to your system.',
      ),
      ['tilda', 'bitrix24', 'email', 'webhook_out'],
      [
        {
          id: 'to',
          label: t(
            'Кому писать, если письмо не дошло?',
            'Whom to write if the letter did not arrive?',
          ),
          kind: 'email',
        },
        {
          id: 'url',
          label: t('Адрес вашей системы', 'Address of your system'),
          kind: 'url',
          help: t('Туда уйдёт копия заявки', 'A copy goes there'),
        },
      ],
    ),
    make(
      'pay-chat',
      t('Оплата → сообщение в чат', 'Payment → message to a chat'),
      t('Отдел узнаёт о деньгах сразу.', 'The team knows about the money at once.'),
      ['stripe', 'telegram'],
      [{ id: 'chat', label: t('Чат', 'Chat'), kind: 'text' }],
    ),
    make(
      'form-sheet',
      t('Заявка → строка таблицы', 'Form → row of a table'),
      t('Все заявки в одной таблице.', 'All submissions in one table.'),
      ['tilda', 'google_sheets'],
      [],
    ),
    make(
      'hook-fan',
      t('Один webhook → несколько систем', 'One webhook → several systems'),
      t('Каждая система получает копию, с повторами.', 'Each gets a copy, with retries.'),
      ['webhook', 'webhook_out', 'webhook_out'],
    ),
    make(
      'nightly',
      t('Ночной отчёт письмом', 'Nightly report by mail'),
      t('Собирает данные и шлёт письмо в 8:00.', 'Gathers data and writes at 8:00.'),
      ['schedule', 'http', 'email'],
    ),
    make(
      'reviews',
      t('Отзыв с сайта → Telegram', 'Review on the site → Telegram'),
      t('Плохие отзывы приходят сразу руководителю.', 'Bad ones go to the manager at once.'),
      ['tilda', 'telegram'],
    ),
  ]
}
