import { pluralEn } from '../plural'

/** What a line of the audit log is about. */
export interface About {
  /** What the object is called; empty where nobody knows. */
  name: string
  /** A value of the details as text; empty where there is none. */
  of: (key: string) => string
}
export type Sentence = (line: About) => string

const q = (text: string) => (text ? ` “${text}”` : '')
const n = (line: About, key: string) => Number(line.of(key)) || 0
const word = (words: Record<string, string>, text: string) => words[text] ?? text
const after = (lead: string, text: string) => (text ? `${lead}${text}` : '')

const roles = { owner: 'owner', editor: 'editor', viewer: 'viewer' }
const scopes = { read: 'read', edit: 'read and change', own: 'everything' }
const verdicts = {
  done: 'it was done',
  again: 'do it again',
  skip: 'leave it out',
  fail: 'it failed',
}
const unfinished = {
  run: 'what was unfinished goes on',
  park: 'what was unfinished waits for people',
  drop: 'what was unfinished was given up',
}

/** By the code of the action, in the order of the alphabet. */
const actions = {
  'api_key.created': (o: About) =>
    `Made an API key${q(o.name)}${after(': ', word(scopes, o.of('scope')))}`,
  'api_key.removed': (o: About) => `Revoked the API key${q(o.name)}`,
  'connection.changed': (o: About) => `Changed the connection${q(o.name)}`,
  'connection.created': (o: About) =>
    `Connected an account${q(o.name)}${after(', ', o.of('connector'))}`,
  'connection.deleted': (o: About) =>
    `Deleted the connection${q(o.name)}${o.of('force') === 'true' ? ' although it was in use' : ''}`,
  'connector.installed': (o: About) => `Installed the connector${q(o.name)}`,
  'connector.reloaded': () => 'Had the connectors read again',
  'connector.removed': () => 'Removed versions of connectors that nothing needed',
  'delivery.downloaded': () => 'Downloaded the whole body of a delivery',
  'delivery.replayed': () => 'Took a delivery in once more',
  'delivery.sampled': () => 'Made a delivery the sample of a flow',
  'event_type.changed': (o: About) => `Changed the event type${q(o.name)}`,
  'event_type.created': (o: About) => `Made the event type${q(o.name)}`,
  'event_type.deleted': (o: About) => `Deleted the event type${q(o.name)}`,
  'flow.address_rotated': (o: About) => `Gave the flow${q(o.name)} a new address`,
  'flow.created': (o: About) =>
    o.of('copy_of')
      ? `Made a copy of a flow${q(o.name)}`
      : o.of('import')
        ? `Made a flow${q(o.name)} from a file`
        : `Made the flow${q(o.name)}`,
  'flow.deleted': (o: About) => `Deleted the flow${q(o.name)}`,
  'flow.draft_discarded': (o: About) => `Discarded the draft of the flow${q(o.name)}`,
  'flow.held_dropped': (o: About) =>
    `Gave up ${n(o, 'events')} waiting ${pluralEn(n(o, 'events'), 'event', 'events')} of the flow${q(o.name)}`,
  'flow.imported': (o: About) => `Made a flow${q(o.name)} from a file`,
  'flow.paused': (o: About) => `Paused the flow${q(o.name)}`,
  'flow.published': (o: About) =>
    `Published the flow${q(o.name)}${after(', version ', o.of('version'))}`,
  'flow.released': (o: About) =>
    o.of('events')
      ? `Let ${o.of('events')} waiting ${pluralEn(n(o, 'events'), 'event', 'events')} of the flow${q(o.name)} run`
      : `Let the waiting events of the flow${q(o.name)} run`,
  'flow.restored': (o: About) =>
    `Put version ${o.of('version')} of the flow${q(o.name)} into the draft`,
  'flow.resumed': (o: About) => `Let the flow${q(o.name)} go on`,
  'flow.sample_sent': (o: About) => `Sent an example to the flow${q(o.name)}`,
  'flow.secret_set': (o: About) => `Set the secret${q(o.of('name'))} of the flow${q(o.name)}`,
  'flow.started': (o: About) =>
    `Started the flow${q(o.name)} by hand${
      o.of('rows') ? ` for ${o.of('rows')} ${pluralEn(n(o, 'rows'), 'row', 'rows')}` : ''
    }`,
  'flow.step_tested': (o: About) =>
    `Checked a step of the flow${q(o.name)}${after(': ', o.of('step'))}`,
  'flow.upgraded': (o: About) => `Took newer connectors into the flow${q(o.name)}`,
  'import.stopped': () => 'Stopped the start from a file',
  'invitation.created': (o: About) =>
    `Invited ${o.of('email') || 'whoever has the link'}${after(' as ', word(roles, o.of('role')))}`,
  'invitation.removed': () => 'Took an invitation back',
  'member.added': (o: About) => `Added the person${q(o.name)}`,
  'member.changed': (o: About) =>
    `Changed the role of${q(o.name) || ' a person'}${after(' to ', word(roles, o.of('role')))}`,
  'member.joined': (o: About) => `Joined the workspace${after(' as ', word(roles, o.of('role')))}`,
  'member.password_set': (o: About) => `Set the password of${q(o.name) || ' a person'}`,
  'member.removed': (o: About) => `Removed${q(o.name) || ' a person'} from the workspace`,
  'oauth_app.changed': (o: About) => `Changed the application at the service${q(o.name)}`,
  'oauth_app.removed': (o: About) => `Removed the application at the service${q(o.name)}`,
  'replay.cancelled': () => 'Cancelled a replay of many runs',
  'replay.created': () => 'Began a replay of many runs',
  'replay.started': () => 'Began a replay of many runs',
  'run.cancelled': () => 'Cancelled a run',
  'run.replayed': () => 'Replayed a run',
  'run.resolved': (o: About) =>
    `Decided about a run that was waiting${after(': ', word(verdicts, o.of('verdict')))}`,
  'secret.rotated': () => 'Changed the key of all secrets of the server',
  'server.resumed': (o: About) =>
    `Ended the hold after a restore${after(': ', word(unfinished, o.of('unfinished')))}`,
  'session.started': () => 'Signed in',
  'settings.address_changed': (o: About) =>
    `Changed the public address${after(' to ', o.of('public_url'))}`,
  'settings.alerts': () => 'Changed the alerts',
  'settings.mail': (o: About) =>
    o.name === 'none' ? 'Removed the mail server' : `Changed the mail server${after(': ', o.name)}`,
  'settings.retention_changed': () => 'Changed how long data is kept',
  'subscriber.changed': (o: About) => `Changed the subscriber${q(o.name)}`,
  'subscriber.created': (o: About) => `Added the subscriber${q(o.name)}`,
  'subscriber.deleted': (o: About) => `Deleted the subscriber${q(o.name)}`,
  'subscriber.paused': (o: About) => `Paused the subscriber${q(o.name)}`,
  'subscriber.recovered': (o: About) => `Sent the subscriber${q(o.name)} what had failed`,
  'subscriber.redelivered': (o: About) => `Sent the subscriber${q(o.name)} a message once more`,
  'subscriber.resumed': (o: About) => `Let messages go to the subscriber${q(o.name)} again`,
  'subscriber.secret_rotated': (o: About) => `Gave the subscriber${q(o.name)} a new secret`,
  'subscriber.secret_shown': (o: About) => `Looked at the secret of the subscriber${q(o.name)}`,
  'subscriber.tested': (o: About) => `Sent a test message to the subscriber${q(o.name)}`,
  'temporary_address.added': (o: About) => `Made the temporary address${q(o.name)}`,
  'temporary_address.changed': (o: About) => `Changed the temporary address${q(o.name)}`,
  'temporary_address.removed': (o: About) => `Removed a temporary address${q(o.name)}`,
  'workspace.created': (o: About) => `Made the workspace${q(o.name)}`,
  'workspace.renamed': (o: About) => `Named the workspace${q(o.name)}`,
}

const audit = {
  empty: 'Nothing has been changed yet.',
  who: 'Who',
  what: 'What',
  when: 'When',
  console: 'Command line of the server',
  system: 'The server itself',
  key: (name: string) => `API key “${name}”`,
  actions,
}
export default audit
