import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, Plug } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { connectionsQuery } from '../data/queries'
import type { ConnectorInfo } from '../data/types'
import type { Located } from '../model/problems'
import { useBuilder, useStore } from '../store/state'
import { Reconnect } from './reconnect'

const ConnectDialog = lazy(() =>
  import('@/ui/connect/connect-dialog').then((m) => ({ default: m.ConnectDialog })),
)

interface Props {
  connector: ConnectorInfo
  value: string | undefined
  required: boolean
  problems: Located[]
  onChange: (id: string | undefined) => void
}

const ADD = '+'

/** The account of a step: one that is connected, or a new one right here. */
export function ConnectionPicker({ connector, value, required, problems, onChange }: Props) {
  const { connect: t, steps } = useTexts(builderTexts)
  const store = useStore()
  const client = useQueryClient()
  const asked = useQuery(connectionsQuery())
  const all = (asked.data ?? []).filter((c) => c.connector === connector.id)
  const [open, setOpen] = useState(false)
  const jump = useBuilder((s) => s.jump)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Before the accounts are known there is nothing to go to.
    if (jump?.field !== 'connection' || asked.isPending) return
    box.current?.querySelector<HTMLElement>('select, button')?.focus()
  }, [jump, asked.isPending])
  const chosen = all.find((c) => c.id === value || c.name === value)
  // The button that opened the dialog makes way for the choice: the keys go on there.
  const made = useRef(false)
  useEffect(() => {
    if (open || !made.current || !chosen) return
    made.current = false
    const frame = requestAnimationFrame(() => box.current?.querySelector('select')?.focus())
    return () => cancelAnimationFrame(frame)
  }, [open, chosen])
  const wrong = problems.find((l) => l.field === 'connection')
  const dialog = open && (
    <Suspense fallback={null}>
      <ConnectDialog
        connector={{ ...connector, methods: connector.methods ?? [] }}
        onClose={() => setOpen(false)}
        onDone={(connection) => {
          made.current = true
          // At once: a step that is checked before the list has come again would have no account.
          client.setQueryData(
            connectionsQuery().queryKey,
            (before) =>
              before && [...before.filter((each) => each.id !== connection.id), connection],
          )
          onChange(connection.id)
        }}
      />
    </Suspense>
  )
  return (
    <div ref={box} className="flex flex-col gap-1">
      <span className="font-medium">{t.account}</span>
      {asked.isPending ? (
        // Neither a list nor a way to connect before it is known which.
        <div className="h-9 animate-pulse rounded-lg bg-sunken" />
      ) : all.length === 0 ? (
        <Button
          variant={required ? 'primary' : 'plain'}
          icon={<Plug className="size-4" />}
          disabled={store.readOnly}
          onClick={() => setOpen(true)}
        >
          {t.add}
        </Button>
      ) : (
        <Select
          className="w-full"
          aria-label={t.account}
          aria-invalid={wrong ? true : undefined}
          disabled={store.readOnly}
          value={chosen?.id ?? ''}
          onChange={(id) => (id === ADD ? setOpen(true) : onChange(id || undefined))}
          options={[
            ...(chosen && required ? [] : [{ value: '', label: required ? t.choose : t.none }]),
            ...all.map((c) => ({
              value: c.id,
              label: [
                c.name,
                c.state === 'broken' ? t.broken : c.state === 'expiring' ? t.expiring : '',
              ]
                .filter(Boolean)
                .join(' · '),
            })),
            { value: ADD, label: `+ ${t.another}` },
          ]}
        />
      )}
      {chosen && chosen.state !== 'broken' && chosen.account && chosen.account !== chosen.name && (
        <p className="flex items-center gap-1.5 text-[0.8125rem] text-ink-soft">
          <CircleCheck className="size-3.5 text-ok" />
          {chosen.account}
        </p>
      )}
      {(wrong || chosen?.state === 'broken') && (
        <p className="flex items-start gap-1.5 text-[0.8125rem] text-bad">
          <CircleAlert className="mt-0.5 size-3.5 shrink-0" />
          {chosen?.state === 'broken'
            ? chosen.reason || t.broken
            : wrong?.problem.code === 'connection_missing'
              ? steps.missing.connection(connector.title)
              : wrong?.problem.message}
        </p>
      )}
      {chosen?.state === 'broken' && !store.readOnly && (
        <Reconnect connector={connector} connection={chosen} />
      )}
      {dialog}
    </div>
  )
}
