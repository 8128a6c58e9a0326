import type en from '../en/connections'
import { pluralRu } from '../plural'

const connections: typeof en = {
  title: 'Подключения',
  add: 'Подключить аккаунт',
  emptyTitle: 'Аккаунтов пока нет',
  emptyText:
    'Подключите сервис один раз и используйте в любом сценарии. Ключи хранятся зашифрованными и больше не показываются.',
  search: 'Найти подключение',
  state: { ok: 'Работает', expiring: 'Скоро истечёт', broken: 'Не работает' },
  usedIn: (n) =>
    n === 0 ? 'не используется' : `в ${n} ${pluralRu(n, 'сценарии', 'сценариях', 'сценариях')}`,
  usedTitle: 'Используется в сценариях',
  test: 'Проверить',
  testOk: 'Работает',
  testFailed: (why) => `Не работает: ${why}`,
  edit: 'Изменить',
  reconnect: 'Переподключить',
  delete: 'Удалить',
  deleted: 'Удалено',
  deleteTitle: (name) => `Удалить «${name}»?`,
  deleteText: (n) =>
    n === 0
      ? 'Ни один сценарий его не использует. Ключ сотрётся сразу.'
      : `Его ${pluralRu(n, 'использует', 'используют', 'используют')} ${n} ${pluralRu(n, 'сценарий', 'сценария', 'сценариев')}: запуски будут ждать другого подключения.`,
  actions: (name) => `Действия: «${name}»`,
  chooseApp: 'Какой сервис?',
  searchApp: 'Найти сервис',
  connect: (app) => `Подключить ${app}`,
  editTitle: (name) => `Подключение «${name}»`,
  method: 'Как подключить',
  name: 'Название',
  nameHelp: 'Чтобы различать аккаунты одного сервиса.',
  where: 'Где это найти',
  secretSafe: 'Хранится зашифрованным, больше не показывается.',
  keepSecret: 'Оставьте пустым, чтобы сохранить прежнее значение.',
  checkAndSave: 'Проверить и сохранить',
  signInAt: (app) => `Войти в ${app}`,
  signInWait: 'Завершите вход в открывшемся окне.',
  signInLost: 'Вход не завершён. Попробуйте ещё раз.',
  connected: (account) => `Подключено: ${account}`,
  updated: 'изменено',
}
export default connections
