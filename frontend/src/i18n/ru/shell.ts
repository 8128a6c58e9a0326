import type en from '../en/shell'

const shell: typeof en = {
  brand: 'Звено',
  nav: {
    flows: 'Сценарии',
    overview: 'Обзор',
    runs: 'Запуски',
    events: 'События',
    connections: 'Подключения',
    subscribers: 'Подписчики',
    catalogue: 'Каталог',
    templates: 'Шаблоны',
    settings: 'Настройки',
    more: 'Ещё',
    main: 'Разделы',
  },
  skip: 'К содержанию',
  workspace: 'Рабочее пространство',
  account: 'Учётная запись',
  profile: 'Профиль',
  signOut: 'Выйти',
  language: 'Язык',
  languageName: { ru: 'Русский', en: 'English' },
  theme: 'Тема',
  themeName: { system: 'Как в системе', light: 'Светлая', dark: 'Тёмная' },
  palette: 'Команды',
  paletteHint: 'Перейти в раздел или сценарий, что-то сделать',
  newFlow: 'Новый сценарий',
  goTo: 'Перейти',
  flowsGroup: 'Сценарии',
  commandsGroup: 'Действия',
}
export default shell
