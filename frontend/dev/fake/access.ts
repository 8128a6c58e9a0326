import { ago, Fault, type Route } from './route'

const user = {
  id: 'u-1',
  name: 'Анна Петрова',
  email: 'anna@romashka.example',
  language: 'ru',
  theme: 'system',
}
let session = process.env.FAKE_SIGNED_OUT !== '1'
const fresh = process.env.FAKE_SETUP === '1'
export const signedIn = () => session

const me = () => ({
  user,
  workspace: { id: 'w-1', name: 'Ромашка', role: process.env.FAKE_ROLE ?? 'owner' },
  workspaces: [
    { id: 'w-1', name: 'Ромашка', role: 'owner' },
    { id: 'w-2', name: 'Агентство «Север»', role: 'editor' },
  ],
  server: {
    version: '0.1.0',
    public_url: 'https://flows.romashka.example',
    ui_base: '/',
    smtp: true,
  },
})

let sessions = [
  {
    id: 's-1',
    current: true,
    agent: 'Chrome 156 · Linux',
    ip: '10.0.0.7',
    created_at: ago(86400),
    seen_at: ago(5),
  },
  {
    id: 's-2',
    current: false,
    agent: 'Safari 19 · iPhone',
    ip: '203.0.113.9',
    created_at: ago(900000),
    seen_at: ago(7200),
  },
]

const signIn = () => {
  session = true
  return me()
}

export const accessRoutes: Route[] = [
  ['GET', /^\/setup$/, () => ({ needed: fresh && !session })],
  [
    'POST',
    /^\/setup$/,
    ({ body, lang }) => {
      if (body.token !== '1234')
        throw new Fault(422, {
          code: 'setup_token',
          title: lang === 'ru' ? 'Код не подходит' : 'The code is wrong',
          problems: [
            {
              field: 'token',
              code: 'wrong',
              message:
                lang === 'ru'
                  ? 'Код не подходит. Он напечатан в журнале сервера.'
                  : 'The code is wrong. It is printed in the log of the server.',
            },
          ],
        })
      return signIn()
    },
  ],
  [
    'POST',
    /^\/session$/,
    ({ body, lang }) => {
      if (body.password === 'wrong')
        throw new Fault(401, {
          code: 'bad_credentials',
          detail:
            lang === 'ru'
              ? 'Почта или пароль не подходят.'
              : 'The e-mail or the password is wrong.',
        })
      return signIn()
    },
  ],
  [
    'DELETE',
    /^\/session$/,
    () => {
      session = false
    },
  ],
  ['GET', /^\/me$/, me],
  ['PATCH', /^\/me$/, ({ body }) => Object.assign(user, body) && me()],
  ['GET', /^\/me\/sessions$/, () => ({ items: sessions, next: null })],
  [
    'DELETE',
    /^\/me\/sessions\/(.+)$/,
    ({ params }) => {
      sessions = sessions.filter((each) => each.id !== params[0])
    },
  ],
  [
    'DELETE',
    /^\/me\/sessions$/,
    () => {
      sessions = sessions.filter((each) => each.current)
    },
  ],
  ['GET', /^\/workspaces$/, () => ({ items: me().workspaces, next: null })],
  ['PATCH', /^\/workspaces\/(.+)$/, ({ body }) => body],
  [
    'GET',
    /^\/invitations\/by-token\/(.+)$/,
    () => ({
      workspace: 'Ромашка',
      role: 'editor',
      email: 'oleg@romashka.example',
      by: 'Анна Петрова',
    }),
  ],
  ['POST', /^\/invitations\/by-token\/(.+)\/accept$/, signIn],
]
