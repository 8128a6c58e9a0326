// What the address bar may say about a screen. Unknown or wrong values count as not said.

type Raw = Record<string, unknown>

/** The named texts. The router reads `?q=79001234567` as a number and `?q=true` as yes. */
export function pick<K extends string>(raw: Raw, ...names: K[]): { [key in K]?: string } {
  const picked: { [key in K]?: string } = {}
  for (const name of names) {
    const value = raw[name]
    if (typeof value === 'number' || typeof value === 'boolean') picked[name] = String(value)
    else if (typeof value === 'string' && value !== '') picked[name] = value
  }
  return picked
}

export const flowsSearch = (raw: Raw) => pick(raw, 'q', 'folder', 'state')

/** `step` and `tab`: what is open; `run` and `sample`: whose data is shown. */
export const builderSearch = (raw: Raw) => pick(raw, 'step', 'tab', 'run', 'sample')

/** `from` is `1h`, `24h`, `7d`, `30d` or a moment. */
export const runsSearch = (raw: Raw) =>
  pick(raw, 'flow', 'state', 'from', 'to', 'error', 'step', 'q')

/** `id`: the delivery that is looked at; `tab=temporary`: addresses without a flow. */
export const eventsSearch = (raw: Raw) =>
  pick(raw, 'flow', 'temporary', 'verdict', 'q', 'id', 'tab')

export const connectionsSearch = (raw: Raw) => pick(raw, 'add', 'edit')
export const catalogueSearch = (raw: Raw) => pick(raw, 'q', 'category')
export const templatesSearch = (raw: Raw) => pick(raw, 'use')

/** `tab=types`: the event types. */
export const subscribersSearch = (raw: Raw) => pick(raw, 'tab')
/** Which deliveries of a subscriber are listed. */
export const subscriberSearch = (raw: Raw) => pick(raw, 'state', 'type')
