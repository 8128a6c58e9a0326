// Waiting for a real event with a draft: the service is told the address for an hour.
import type { Subscription } from '@/api/types'
import type { Trigger } from '../model/doc'

/** What was asked for in this visit. */
export interface Listening {
  /** When the address is taken back; null for a flow that is on. */
  until: string | null
  /** Nobody can be told: a person pastes the address. */
  byHand: boolean
  /** The trigger that was told. */
  of: string
}

/** What the service is told of a trigger: another one has to be told anew. */
export const toldOf = ({ connector, event, connection, input }: Trigger): string =>
  JSON.stringify([connector, event, connection ?? null, input ?? {}])

export type ListenView =
  | 'idle'
  /** The service is being told. */
  | 'telling'
  | 'listening'
  | 'failed'
  | 'byHand'
  /** The time is up. */
  | 'over'
  /** The trigger is another one than the service was told of. */
  | 'changed'

const EARLIER: Record<string, ListenView> = {
  subscribing: 'telling',
  active: 'listening',
  failed: 'failed',
}

/** When the waiting ends, whoever asked for it. */
export const untilOf = (
  asked: Listening | null,
  subscription: Subscription | null | undefined,
): string | null => asked?.until ?? subscription?.until ?? null

export function listenView(
  asked: Listening | null,
  subscription: Subscription | null | undefined,
  told: string,
  now: number,
): ListenView {
  // What was asked for in an earlier visit still holds, and a flow that is on needs no asking.
  if (asked && asked.of !== told) return 'changed'
  if (asked?.byHand) return 'byHand'
  const until = untilOf(asked, subscription)
  if (until && Date.parse(until) <= now) return 'over'
  if (!asked) return EARLIER[subscription?.state ?? ''] ?? 'idle'
  if (subscription?.state === 'active') return 'listening'
  return subscription?.state === 'failed' ? 'failed' : 'telling'
}
