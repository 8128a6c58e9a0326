// The types that screens use, held against the OpenAPI document of the server (schema.d.ts, made by
// `npm run gen`): a field that we read and the server does not have fails `tsc`. No code.
import type { components } from './schema'
import type { ApiKey, Invitation, Member } from './settings'
import type { Me, WorkspaceRef } from './types'

type Server = components['schemas']

/** Keys of ours that the server does not send. */
type Missing<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>
type Nothing<Keys extends never> = Keys

export type Contract = [
  Nothing<Missing<Me, Server['Me']>>,
  Nothing<Missing<Me['user'], Server['Profile']>>,
  Nothing<Missing<Me['server'], Server['Server']>>,
  Nothing<Missing<WorkspaceRef, Server['Place']>>,
  Nothing<Missing<Member, Server['Member']>>,
  Nothing<Missing<Invitation, Server['Invitation']>>,
  // The text of a key is only in the answer that makes it.
  Nothing<Missing<Omit<ApiKey, 'key'>, Server['Key']>>,
]
