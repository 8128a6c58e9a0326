import { ArrowRight, Shuffle } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { AppMark } from '@/ui/app-mark'
import { Button, IconButton } from '@/ui/button'
import { ConnectionPicker } from '../connect/connection-picker'
import { useNaming, useTrigger } from '../data/hooks'
import type { ConnectorInfo, TriggerInfo } from '../data/types'
import { ActionForm } from '../mapping/action-form'
import { MappingProvider } from '../mapping/provider'
import type { Doc, Fields, Trigger } from '../model/doc'
import { Frame } from '../panel/frame'
import { TRIGGER, useBuilder, useStore } from '../store/state'
import { addAt } from '../tree/actions'
import { Extras } from './extras'
import { ManualStart } from './manual'
import { Schedule } from './schedule'
import { Webhook } from './webhook'

const PickTrigger = lazy(() => import('./pick-trigger').then((m) => ({ default: m.PickTrigger })))

/** Changes the trigger. Keys that become undefined are taken out. */
export function useTriggerEdit(): (change: Partial<Trigger>, tag?: string) => void {
  const store = useStore()
  return (change, tag) =>
    store.edit(
      (doc): Doc => {
        const trigger = { ...doc.trigger, ...change } as Record<string, unknown>
        for (const key of Object.keys(change)) if (trigger[key] === undefined) delete trigger[key]
        return { ...doc, trigger: trigger as unknown as Trigger }
      },
      tag ? `trigger.${tag}` : null,
    )
}

/** The panel of what starts the flow. */
export function TriggerPanel() {
  const all = useTexts(builderTexts)
  const t = all.trigger
  const store = useStore()
  const found = useTrigger()
  const naming = useNaming()
  const trigger = useBuilder((s) => s.history.present.trigger)
  const first = useBuilder((s) => s.history.present.steps[0])
  const [picking, setPicking] = useState(false)
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!store.state.get().jump) title.current?.focus()
  }, [store])
  return (
    <MappingProvider step={TRIGGER} fields={NO_FIELDS}>
      <Frame
        icon={
          found && (
            <AppMark
              title={found.connector.title}
              color={found.connector.color}
              mark={found.connector.mark}
              size="md"
            />
          )
        }
        title={
          <h2 ref={title} tabIndex={-1} className="font-semibold outline-none">
            {found ? `${found.connector.title} — ${found.trigger.title}` : trigger.connector}
          </h2>
        }
        sub={found?.trigger.description}
        actions={
          !store.readOnly && (
            <IconButton label={t.change} onClick={() => setPicking(true)}>
              <Shuffle className="size-4" />
            </IconButton>
          )
        }
        data
        footer={
          <>
            <span />
            <Button
              variant="primary"
              className="max-w-60 min-w-0"
              onClick={() =>
                first ? store.select(first.id) : addAt(store, { lane: 'root', index: 0 })
              }
            >
              <span className="truncate">
                {first ? all.steps.panel.next(naming.name(first)) : all.steps.addFirst}
              </span>
              <ArrowRight className="size-4 shrink-0" />
            </Button>
          </>
        }
      >
        {found && <Body connector={found.connector} info={found.trigger} trigger={trigger} />}
      </Frame>
      {picking && (
        <Suspense fallback={null}>
          <PickTrigger onClose={() => setPicking(false)} />
        </Suspense>
      )}
    </MappingProvider>
  )
}

const NO_FIELDS: Fields = {}

function Body(props: { connector: ConnectorInfo; info: TriggerInfo; trigger: Trigger }) {
  const { connector, info, trigger } = props
  const edit = useTriggerEdit()
  const problems = useBuilder((s) => s.problems.trigger)
  const setInput = (key: string, input: Fields) =>
    edit({ input: Object.keys(input).length > 0 ? input : undefined }, key)
  const form = <ActionForm fields={info.fields} values={trigger.input ?? {}} onChange={setInput} />
  const methods = connector.methods ?? []
  // What is fetched, or what the service is told, is settled first; elsewhere it is protection.
  const asks = info.fields.length > 0 && (info.kind === 'poll' || Boolean(info.subscribes))
  return (
    <div className="flex flex-col gap-5">
      {methods.length > 0 && (
        <ConnectionPicker
          connector={connector}
          value={trigger.connection}
          required={info.needs_connection ?? info.kind === 'poll'}
          problems={problems}
          onChange={(connection) => edit({ connection })}
        />
      )}
      {connector.id === 'schedule' ? (
        <Schedule event={info.key} trigger={trigger} form={form} onChange={setInput} />
      ) : connector.id === 'manual' ? (
        <ManualStart form={form} />
      ) : (
        <>
          {asks && form}
          <Webhook connector={connector} info={info} />
          <Extras info={info} trigger={trigger} form={asks ? null : form} />
        </>
      )}
    </div>
  )
}
