// What can be added, found by words: apps, their actions, logic.
import { newest } from '../data/catalogue'
import type { ActionInfo, ConnectorInfo } from '../data/types'

export interface ActionChoice {
  connector: ConnectorInfo
  action: ActionInfo
}

const fold = (text: string) => text.toLowerCase().replace(/\u0451/g, '\u0435')

/** How well words fit a text: 0 not at all, more is better. */
export function score(words: readonly string[], strong: string, weak: string): number {
  const [a, b] = [fold(strong), fold(weak)]
  let total = 0
  for (const word of words) {
    if (a.startsWith(word)) total += 4
    else if (a.includes(` ${word}`)) total += 3
    else if (a.includes(word)) total += 2
    else if (b.includes(word)) total += 1
    else return 0
  }
  return total
}

export const wordsOf = (query: string): string[] => fold(query).split(/\s+/).filter(Boolean)

/** The apps that can be a step, by title. */
export const actionApps = (all: readonly ConnectorInfo[]): ConnectorInfo[] =>
  newest(all).filter((c) => c.actions.some((a) => !a.hidden))

export function searchActions(all: readonly ConnectorInfo[], query: string): ActionChoice[] {
  const words = wordsOf(query)
  return actionApps(all)
    .flatMap((connector) =>
      connector.actions
        .filter((a) => !a.hidden)
        .map((action, place) => {
          const weak = [connector.id, ...(connector.keywords ?? []), action.description ?? ''].join(
            ' ',
          )
          const by = score(words, `${connector.title} ${action.title}`, weak)
          return { connector, action, by: by && by - place / 100 }
        }),
    )
    .filter((x) => x.by > 0)
    .sort((a, b) => b.by - a.by)
    .slice(0, 30)
}
