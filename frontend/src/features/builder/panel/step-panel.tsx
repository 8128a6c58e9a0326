import { ArrowRight, Check, Play, Plus } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { ConnectionPicker } from '../connect/connection-picker'
import { needsConnection, takesConnection } from '../data/catalogue'
import { useNaming } from '../data/hooks'
import { ActionForm } from '../mapping/action-form'
import { AutoMap } from '../mapping/auto-map'
import { MappingProvider } from '../mapping/provider'
import { mappedLeaves } from '../mapping/use-preview'
import type { ActionStep, Step } from '../model/doc'
import { update } from '../model/edit'
import { isError } from '../model/problems'
import { ROOT, spots } from '../model/tree'
import { TurnOn } from '../publish/turn-on'
import { type PanelTab, useBuilder, useStore } from '../store/state'
import { addAt } from '../tree/actions'
import { StepIcon } from '../tree/icons'
import { ErrorsTab } from './errors-tab'
import { CHECK_KEYS, Frame, TabLine } from './frame'
import { LogicForm } from './logic-form'
import { StepMeta } from './step-meta'
import { StepTitle } from './step-title'
import { StepTrouble } from './step-trouble'

const StepTest = lazy(() => import('../test/step-test').then((m) => ({ default: m.StepTest })))

/** The panel of one step. */
export function StepPanel({ step }: { step: Step }) {
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const naming = useNaming()
  const tab = useBuilder((s) => s.tab)
  const title = useRef<HTMLDivElement>(null)
  const isAction = 'action' in step
  const found = naming.find(step)
  useEffect(() => {
    // The keys and readers go where the eye goes; a jump to a field does that by itself.
    if (!store.state.get().jump) title.current?.focus()
  }, [store])
  const tabs: { id: PanelTab; label: string }[] = isAction
    ? [
        { id: 'setup', label: t.panel.tabs.setup },
        { id: 'test', label: t.panel.tabs.test },
        { id: 'errors', label: t.panel.tabs.errors },
      ]
    : []
  const shownTab = isAction ? tab : 'setup'
  const inputs = isAction ? mappedLeaves(step.input) : {}
  const check = () => store.set({ tab: 'test', autoTest: step.id })
  return (
    <MappingProvider step={step.id} fields={inputs}>
      <Frame
        icon={<StepIcon step={step} found={found} />}
        title={
          <div ref={title} tabIndex={-1} className="outline-none">
            <StepTitle key={step.id} step={step} name={naming.name(step)} />
          </div>
        }
        sub={found?.action.description ?? (isAction ? undefined : t.logic[kind(step)]?.[1])}
        tabs={
          isAction && (
            <TabLine
              label={t.panel.tabsLabel}
              value={shownTab}
              onChange={(id) => store.set({ tab: id })}
              tabs={tabs}
            />
          )
        }
        footer={<Footer step={step} tab={shownTab} onCheck={check} />}
        onCheck={isAction && !store.readOnly ? check : undefined}
        data={shownTab === 'setup'}
      >
        <StepTrouble step={step} />
        {shownTab === 'setup' && isAction && <ActionSetup step={step} />}
        {shownTab === 'setup' && !isAction && <LogicForm step={step} />}
        {shownTab === 'setup' && <StepMeta step={step} />}
        {shownTab === 'test' && isAction && (
          <Suspense fallback={null}>
            <StepTest key={step.id} step={step} />
          </Suspense>
        )}
        {shownTab === 'errors' && isAction && <ErrorsTab step={step} />}
      </Frame>
    </MappingProvider>
  )
}

const kind = (step: Step): string =>
  ['branch', 'for_each', 'delay', 'set', 'filter', 'respond'].find((k) => k in step) ?? ''

function ActionSetup({ step }: { step: ActionStep }) {
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const found = useNaming().find(step)
  const problems = useBuilder((s) => s.problems.steps.get(step.id)) ?? []
  if (!found) return <p className="text-ink-soft">{`${t.unknownApp}: ${step.action}`}</p>
  const setConnection = (connection: string | undefined) =>
    store.edit((doc) =>
      update(doc, step.id, (s) => {
        const { connection: _old, ...rest } = s as ActionStep
        return connection ? { ...rest, connection } : rest
      }),
    )
  return (
    <div className="flex flex-col gap-4">
      {takesConnection(found) && (
        <ConnectionPicker
          connector={found.connector}
          value={step.connection}
          required={needsConnection(found)}
          problems={problems}
          onChange={setConnection}
        />
      )}
      <AutoMap step={step.id} action={found.action} />
      <ActionForm
        fields={found.action.fields}
        values={step.input ?? {}}
        onChange={(key, input) =>
          store.edit(
            (doc) => update(doc, step.id, (s) => ({ ...s, input }) as Step),
            `${step.id}.${key}`,
          )
        }
      />
    </div>
  )
}

/** Checking this step, and on to the next one that is not ready. */
function Footer(props: { step: Step; tab: PanelTab; onCheck: () => void }) {
  const { step, tab } = props
  const t = useTexts(builderTexts).steps
  const store = useStore()
  const naming = useNaming()
  const doc = useBuilder((s) => s.history.present)
  const draft = useBuilder((s) => s.flow.version === null)
  const problems = useBuilder((s) => s.problems.steps)
  const tested = useBuilder((s) => s.tested)
  const order = spots(doc).map((s) => s.step)
  const later = order.slice(order.findIndex((s) => s.id === step.id) + 1)
  // What needs somebody comes first; where nothing does, the steps come one after the other.
  const next =
    later.find((s) => problems.get(s.id)?.some(isError) || ('action' in s && !tested.has(s.id))) ??
    later[0]
  const last = draft && !next
  const addStep = (
    <Button
      icon={<Plus className="size-4" />}
      onClick={() => addAt(store, { lane: ROOT, index: doc.steps.length })}
    >
      {t.add}
    </Button>
  )
  return (
    <>
      {'action' in step && tab !== 'test' ? (
        <Button
          icon={<Play className="size-4" />}
          variant="primary"
          aria-keyshortcuts={CHECK_KEYS}
          onClick={props.onCheck}
          disabled={store.readOnly}
        >
          {t.panel.checkStep}
        </Button>
      ) : last && !store.readOnly ? (
        addStep
      ) : (
        <span />
      )}
      {next ? (
        <Button className="max-w-60 min-w-0 shrink" onClick={() => store.select(next.id)}>
          <span className="truncate">{t.panel.next(naming.name(next))}</span>
          <ArrowRight className="size-4 shrink-0" />
        </Button>
      ) : last && !store.readOnly ? (
        tab === 'test' ? (
          <TurnOn />
        ) : (
          addStep
        )
      ) : (
        <Button icon={<Check className="size-4" />} onClick={() => store.select(null)}>
          {t.panel.done}
        </Button>
      )}
    </>
  )
}
