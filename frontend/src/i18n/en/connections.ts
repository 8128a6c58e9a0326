import { pluralEn } from '../plural'

const connections = {
  title: 'Connections',
  add: 'Connect an account',
  emptyTitle: 'No accounts yet',
  emptyText:
    'Connect a service once and use it in any flow. Keys are kept encrypted and are never shown again.',
  search: 'Find a connection',
  state: { ok: 'Works', expiring: 'Expires soon', broken: 'Broken' },
  usedIn: (n: number) => (n === 0 ? 'not used' : `in ${n} ${pluralEn(n, 'flow', 'flows')}`),
  usedTitle: 'Used in flows',
  test: 'Check',
  testOk: 'Works',
  testFailed: (why: string) => `Does not work: ${why}`,
  edit: 'Change',
  reconnect: 'Reconnect',
  delete: 'Delete',
  deleted: 'Deleted',
  deleteTitle: (name: string) => `Delete “${name}”?`,
  deleteText: (n: number) =>
    n === 0
      ? 'No flow uses it. The key is erased at once.'
      : `${n} ${pluralEn(n, 'flow uses', 'flows use')} it: their runs will wait until they get another connection.`,
  actions: (name: string) => `Actions for “${name}”`,
  chooseApp: 'Which service?',
  searchApp: 'Find a service',
  connect: (app: string) => `Connect ${app}`,
  editTitle: (name: string) => `Connection “${name}”`,
  method: 'How to connect',
  name: 'Name',
  nameHelp: 'To tell accounts of one service apart.',
  where: 'Where to find this',
  secretSafe: 'Kept encrypted, never shown again.',
  keepSecret: 'Leave empty to keep the saved value.',
  checkAndSave: 'Check and save',
  signInAt: (app: string) => `Sign in at ${app}`,
  signInWait: 'Finish the sign-in in the window that has opened.',
  signInLost: 'The sign-in was not finished. Try again.',
  signInOpen: 'No window? Open it here',
  appTitle: (app: string) => `This server at ${app}`,
  appMissing: (app: string) => `First tell ${app} about this server`,
  appText: (app: string) =>
    `${app} lets people in only through an application that is registered there. Register one, enter the address below as the one to come back to, and copy its keys here. It is done once for the whole server.`,
  redirect: 'Address to come back to (redirect URI)',
  appFields: { client_id: 'Client ID', client_secret: 'Client secret' },
  appSet: 'Set. Saving replaces it.',
  appSave: 'Save the application',
  appSaved: 'Saved: now sign in',
  appOwner: 'Only an owner of the workspace can enter the keys.',
  connected: (account: string) => `Connected: ${account}`,
  updated: 'changed',
}
export default connections
