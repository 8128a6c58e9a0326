import type en from '../en/access'
import { pluralRu } from '../plural'

const access: typeof en = {
  promise: 'Всё, что принято, никогда не теряется.',
  signIn: 'Войти',
  signInTitle: 'Вход в Звено',
  email: 'Почта',
  password: 'Пароль',
  wrong: 'Почта или пароль не подходят.',
  wait: (s) =>
    `Слишком много попыток. Подождите ${s} ${pluralRu(s, 'секунду', 'секунды', 'секунд')}.`,
  setupTitle: 'Первая настройка',
  setupText: 'Вы здесь первый. Эта учётная запись станет владельцем сервера.',
  token: 'Код из журнала сервера',
  tokenHelp: 'Сервер напечатал его при запуске.',
  name: 'Ваше имя',
  workspaceName: 'Название рабочего пространства',
  workspaceHelp: 'Компания, магазин или клиент. Позже можно добавить ещё.',
  defaultWorkspace: 'Моё пространство',
  newPasswordHelp: 'Не короче 10 знаков.',
  tooShort: 'Не короче 10 знаков.',
  create: 'Создать и открыть',
  inviteTitle: (workspace) => `Вступить в «${workspace}»`,
  inviteText: (by) =>
    by ? `${by} приглашает вас. Придумайте пароль.` : 'Вас приглашают. Придумайте пароль.',
  join: 'Вступить',
  inviteGoneTitle: 'Приглашение не действует',
  inviteGone: 'Его уже использовали, отозвали или срок вышел. Попросите новую ссылку.',
  toSignIn: 'На страницу входа',
  language: 'Язык',
}
export default access
