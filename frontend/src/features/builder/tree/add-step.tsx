import { ArrowLeft } from 'lucide-react'
import { type RefObject, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { readStored, writeStored } from '@/lib/stored'
import { AppMark } from '@/ui/app-mark'
import { Popover } from '@/ui/popover'
import { useConnectionFor } from '../connect/use-connections'
import { useConnectors } from '../data/hooks'
import type { ConnectorInfo } from '../data/types'
import type { Kind, Step } from '../model/doc'
import { insert, type Place } from '../model/edit'
import { newAction, newLogic } from '../model/make'
import { type Pick, type PickGroup, PickList } from '../panel/pick-list'
import { useStore } from '../store/state'
import { type ActionChoice, actionApps, score, searchActions, wordsOf } from './choices'
import { LOGIC, LogicIcon } from './icons'

const RECENT = 'recent-actions'
const recentKeys = (): string[] => (readStored(RECENT) ?? '').split(',').filter(Boolean)
const remember = (key: string): void =>
  writeStored(RECENT, [key, ...recentKeys().filter((k) => k !== key)].slice(0, 4).join(','))

const mark = (c: ConnectorInfo) => (
  <AppMark title={c.title} color={c.color} mark={c.mark} size="sm" />
)

/** Asks what the next step is: by typing, or through apps to their actions. */
export default function AddStep(props: { anchor: RefObject<Element | null>; place: Place }) {
  const all = useTexts(builderTexts)
  const t = all.steps
  const store = useStore()
  const connectors = useConnectors()
  const connectionFor = useConnectionFor()
  const input = useRef<HTMLInputElement>(null)
  const [query, setQuery] = useState('')
  const [app, setApp] = useState<ConnectorInfo | null>(null)
  /** Chosen: the focus goes to the panel of the new step, not back. */
  const done = useRef(false)

  const put = (step: Step) => {
    done.current = true
    store.edit((doc) => insert(doc, step, props.place))
    store.select(step.id)
  }
  const putAction = ({ connector, action }: ActionChoice) => {
    remember(`${connector.id}.${action.key}`)
    put(newAction(store.doc, connector, action, connectionFor(connector.id)))
  }
  const actionPick = (choice: ActionChoice, withApp: boolean): Pick => ({
    id: `${choice.connector.id}.${choice.action.key}`,
    title: withApp ? `${choice.connector.title} — ${choice.action.title}` : choice.action.title,
    sub: choice.action.description ?? undefined,
    icon: mark(choice.connector),
    unverified: choice.connector.unverified || choice.action.unverified,
    onPick: () => putAction(choice),
  })
  const appPick = (c: ConnectorInfo): Pick => {
    const actions = c.actions.filter((a) => !a.hidden)
    const [only] = actions
    if (actions.length === 1 && only) return actionPick({ connector: c, action: only }, true)
    const onPick = () => {
      setApp(c)
      setQuery('')
      input.current?.focus()
    }
    return {
      id: c.id,
      title: c.title,
      icon: mark(c),
      unverified: c.unverified,
      hint: t.pick.actions(actions.length),
      onPick,
    }
  }
  const logic = Object.entries(t.logic).map(([kind, [title, sub]]): Pick => {
    const Icon = LOGIC[kind] as (typeof LOGIC)[string]
    const names: [string, string] = [t.yes, t.no]
    const onPick = () => put(newLogic(store.doc, kind as Exclude<Kind, 'action'>, names))
    return { id: kind, title, sub, icon: <LogicIcon icon={Icon} />, onPick }
  })

  const groups = (): PickGroup[] => {
    const words = wordsOf(query)
    if (app) {
      const items = searchActions([app], query || app.title).map((c) => actionPick(c, false))
      return [{ heading: app.title, items }]
    }
    if (words.length > 0) {
      const found = logic.filter((l) => score(words, l.title, l.sub ?? '') > 0)
      return [
        {
          heading: t.pick.apps,
          items: searchActions(connectors, query).map((c) => actionPick(c, true)),
        },
        { heading: t.pick.logic, items: found },
      ].filter((g) => g.items.length > 0)
    }
    const apps = actionApps(connectors)
    const recent = recentKeys().flatMap((key) => {
      const connector = apps.find((c) => key.startsWith(`${c.id}.`))
      const action = connector?.actions.find((a) => key === `${connector.id}.${a.key}`)
      const pick = connector && action ? actionPick({ connector, action }, true) : null
      return pick ? [{ ...pick, id: `recent-${pick.id}` }] : []
    })
    return [
      { heading: t.pick.recent, items: recent },
      { heading: t.pick.apps, items: apps.map(appPick) },
      { heading: t.pick.logic, items: logic },
    ].filter((g) => g.items.length > 0)
  }

  return (
    <Popover
      open
      onOpenChange={(open) => !open && store.set({ adding: null })}
      anchor={props.anchor}
      align="center"
      label={t.pick.title}
      initialFocus={input}
      finalFocus={() => !done.current}
      className="w-96"
    >
      {app && (
        <button
          type="button"
          onClick={() => setApp(null)}
          className="flex min-h-9 w-full items-center gap-2 border-b border-line px-3 text-ink-soft hover:text-ink"
        >
          <ArrowLeft className="size-4" />
          {t.pick.back}
        </button>
      )}
      <PickList
        label={t.pick.search}
        query={query}
        onQuery={setQuery}
        groups={groups()}
        none={t.pick.none}
        input={input}
        onBack={app ? () => setApp(null) : undefined}
      />
    </Popover>
  )
}
