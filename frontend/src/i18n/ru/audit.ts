import type { About, default as en } from '../en/audit'
import { pluralRu } from '../plural'

const q = (text: string) => (text ? ` «${text}»` : '')
const n = (line: About, key: string) => Number(line.of(key)) || 0
const word = (words: Record<string, string>, text: string) => words[text] ?? text
const after = (lead: string, text: string) => (text ? `${lead}${text}` : '')

const roles = { owner: 'владелец', editor: 'редактор', viewer: 'наблюдатель' }
const scopes = { read: 'чтение', edit: 'чтение и изменение', own: 'всё' }
const verdicts = {
  done: 'уже сделано',
  again: 'сделать снова',
  skip: 'пропустить',
  fail: 'не получилось',
}
const unfinished = {
  run: 'незавершённое продолжено',
  park: 'незавершённое ждёт человека',
  drop: 'незавершённое отменено',
}

const audit: typeof en = {
  empty: 'Пока ничего не меняли.',
  who: 'Кто',
  what: 'Что',
  when: 'Когда',
  console: 'Командная строка сервера',
  system: 'Сам сервер',
  key: (name) => `Ключ API «${name}»`,
  actions: {
    'api_key.created': (o) =>
      `Создан ключ API${q(o.name)}${after(': ', word(scopes, o.of('scope')))}`,
    'api_key.removed': (o) => `Отозван ключ API${q(o.name)}`,
    'connection.changed': (o) => `Изменено подключение${q(o.name)}`,
    'connection.created': (o) => `Подключён аккаунт${q(o.name)}${after(', ', o.of('connector'))}`,
    'connection.deleted': (o) =>
      `Удалено подключение${q(o.name)}${o.of('force') === 'true' ? ', хотя им пользовались' : ''}`,
    'connector.installed': (o) => `Установлен коннектор${q(o.name)}`,
    'connector.reloaded': () => 'Коннекторы перечитаны',
    'connector.removed': () => 'Удалены ненужные версии коннекторов',
    'delivery.downloaded': () => 'Скачано тело доставки целиком',
    'delivery.replayed': () => 'Доставка принята ещё раз',
    'delivery.sampled': () => 'Доставка взята образцом сценария',
    'event_type.changed': (o) => `Изменён тип событий${q(o.name)}`,
    'event_type.created': (o) => `Создан тип событий${q(o.name)}`,
    'event_type.deleted': (o) => `Удалён тип событий${q(o.name)}`,
    'flow.address_rotated': (o) => `Сценарию${q(o.name)} выдан новый адрес`,
    'flow.created': (o) =>
      o.of('copy_of')
        ? `Создана копия сценария${q(o.name)}`
        : o.of('import')
          ? `Создан сценарий${q(o.name)} из файла`
          : `Создан сценарий${q(o.name)}`,
    'flow.deleted': (o) => `Удалён сценарий${q(o.name)}`,
    'flow.draft_discarded': (o) => `Отброшен черновик сценария${q(o.name)}`,
    'flow.held_dropped': (o) =>
      `Отброшены события, ожидавшие сценарий${q(o.name)}${after(': ', o.of('events'))}`,
    'flow.imported': (o) => `Создан сценарий${q(o.name)} из файла`,
    'flow.paused': (o) => `Приостановлен сценарий${q(o.name)}`,
    'flow.published': (o) =>
      `Опубликован сценарий${q(o.name)}${after(', версия ', o.of('version'))}`,
    'flow.released': (o) =>
      `Запущены события, ожидавшие сценарий${q(o.name)}${after(': ', o.of('events'))}`,
    'flow.restored': (o) => `Версия ${o.of('version')} сценария${q(o.name)} взята в черновик`,
    'flow.resumed': (o) => `Возобновлён сценарий${q(o.name)}`,
    'flow.sample_sent': (o) => `Сценарию${q(o.name)} отправлен пример`,
    'flow.secret_set': (o) => `Задан секрет${q(o.of('name'))} сценария${q(o.name)}`,
    'flow.started': (o) =>
      `Сценарий${q(o.name)} запущен вручную${
        o.of('rows')
          ? `: ${o.of('rows')} ${pluralRu(n(o, 'rows'), 'строка', 'строки', 'строк')}`
          : ''
      }`,
    'flow.step_tested': (o) => `Проверен шаг сценария${q(o.name)}${after(': ', o.of('step'))}`,
    'flow.upgraded': (o) => `В сценарий${q(o.name)} взяты новые версии коннекторов`,
    'import.stopped': () => 'Остановлен запуск из файла',
    'invitation.created': (o) =>
      `Приглашение: ${o.of('email') || 'для любого по ссылке'}${after(', ', word(roles, o.of('role')))}`,
    'invitation.removed': () => 'Отозвано приглашение',
    'member.added': (o) => `Добавлен человек${q(o.name)}`,
    'member.changed': (o) =>
      `Изменена роль${q(o.name) || ' участника'}${after(': ', word(roles, o.of('role')))}`,
    'member.joined': (o) => `Вступление в пространство${after(': ', word(roles, o.of('role')))}`,
    'member.password_set': (o) => `Задан пароль${q(o.name) || ' участника'}`,
    'member.removed': (o) => `Участник${q(o.name)} убран из пространства`,
    'oauth_app.changed': (o) => `Изменено приложение на сервисе${q(o.name)}`,
    'oauth_app.removed': (o) => `Убрано приложение на сервисе${q(o.name)}`,
    'replay.cancelled': () => 'Отменён повтор многих запусков',
    'replay.created': () => 'Начат повтор многих запусков',
    'replay.started': () => 'Начат повтор многих запусков',
    'run.cancelled': () => 'Отменён запуск',
    'run.replayed': () => 'Запуск повторён',
    'run.resolved': (o) =>
      `Решение по ожидавшему запуску${after(': ', word(verdicts, o.of('verdict')))}`,
    'secret.rotated': () => 'Сменён ключ всех секретов сервера',
    'server.resumed': (o) =>
      `Снята остановка после восстановления${after(': ', word(unfinished, o.of('unfinished')))}`,
    'session.started': () => 'Вход',
    'settings.address_changed': (o) => `Изменён публичный адрес${after(': ', o.of('public_url'))}`,
    'settings.alerts': () => 'Изменены оповещения',
    'settings.mail': (o) =>
      o.name === 'none' ? 'Убран почтовый сервер' : `Изменён почтовый сервер${after(': ', o.name)}`,
    'settings.retention_changed': () => 'Изменены сроки хранения',
    'subscriber.changed': (o) => `Изменён подписчик${q(o.name)}`,
    'subscriber.created': (o) => `Добавлен подписчик${q(o.name)}`,
    'subscriber.deleted': (o) => `Удалён подписчик${q(o.name)}`,
    'subscriber.paused': (o) => `Приостановлен подписчик${q(o.name)}`,
    'subscriber.recovered': (o) => `Подписчику${q(o.name)} отправлено то, что не дошло`,
    'subscriber.redelivered': (o) => `Подписчику${q(o.name)} сообщение отправлено ещё раз`,
    'subscriber.resumed': (o) => `Возобновлена отправка подписчику${q(o.name)}`,
    'subscriber.secret_rotated': (o) => `Подписчику${q(o.name)} выдан новый секрет`,
    'subscriber.secret_shown': (o) => `Показан секрет подписчика${q(o.name)}`,
    'subscriber.tested': (o) => `Подписчику${q(o.name)} отправлено пробное сообщение`,
    'temporary_address.added': (o) => `Создан временный адрес${q(o.name)}`,
    'temporary_address.changed': (o) => `Изменён временный адрес${q(o.name)}`,
    'temporary_address.removed': (o) => `Удалён временный адрес${q(o.name)}`,
    'workspace.created': (o) => `Создано пространство${q(o.name)}`,
    'workspace.renamed': (o) => `Пространство названо${q(o.name)}`,
  },
}
export default audit
