import { pluralEn } from '../plural'

const access = {
  promise: 'Nothing that was accepted is ever lost.',
  signIn: 'Sign in',
  signInTitle: 'Sign in to Zveno',
  email: 'E-mail',
  password: 'Password',
  wrong: 'The e-mail or the password is wrong.',
  wait: (s: number) => `Too many tries. Wait ${s} ${pluralEn(s, 'second', 'seconds')}.`,
  setupTitle: 'Set up the server',
  setupText: 'You are the first here. This account will own the server.',
  token: 'Code from the log of the server',
  tokenHelp: 'The server printed it when it started.',
  name: 'Your name',
  workspaceName: 'Name of the workspace',
  workspaceHelp: 'A company, a shop or a client. More can be added later.',
  defaultWorkspace: 'My workspace',
  newPasswordHelp: 'At least 10 characters.',
  tooShort: 'At least 10 characters.',
  create: 'Create and open',
  inviteTitle: (workspace: string) => `Join “${workspace}”`,
  inviteText: (by: string | null) =>
    by ? `${by} invites you. Choose a password.` : 'You are invited. Choose a password.',
  join: 'Join',
  inviteGoneTitle: 'The invitation is not valid',
  inviteGone: 'It was used or taken back, or its time is over. Ask for a new link.',
  toSignIn: 'To the sign-in page',
  language: 'Language',
}
export default access
