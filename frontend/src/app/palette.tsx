import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CornerDownLeft, Plus, Workflow } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from 'react'
import { api } from '@/api/client'
import type { FlowRow, Page } from '@/api/types'
import { commonTexts, shellTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { Dialog } from '@/ui/dialog'
import { navigation } from './nav'

interface Command {
  id: string
  label: string
  group: string
  icon: ReactNode
  run: () => void
}

/** Everything that can be gone to or begun, by typing a few letters of it. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useTexts(shellTexts)
  const common = useTexts(commonTexts)
  const navigate = useNavigate()
  const id = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const q = useDeferredValue(text.trim())
  const flows = useQuery({
    queryKey: ['flows', 'palette', q],
    queryFn: ({ signal }) => api.get<Page<FlowRow>>('/flows', { query: { q, limit: 8 }, signal }),
  })
  const here = (label: string) => label.toLowerCase().includes(q.toLowerCase())
  const commands: Command[] = [
    ...navigation.map((entry) => ({
      id: entry.id,
      label: t.nav[entry.id],
      group: t.goTo,
      icon: <entry.icon className="size-4" />,
      run: () => void navigate({ to: entry.to }),
    })),
    {
      id: 'new',
      label: t.newFlow,
      group: t.commandsGroup,
      icon: <Plus className="size-4" />,
      run: () => void navigate({ to: '/templates' }),
    },
  ].filter((command) => here(command.label))
  for (const flow of flows.data?.items ?? []) {
    commands.push({
      id: flow.id,
      label: flow.name,
      group: t.flowsGroup,
      icon: <Workflow className="size-4" />,
      run: () => void navigate({ to: '/flows/$id', params: { id: flow.id } }),
    })
  }
  const choose = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(commands.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') choose(commands[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t.palette}>
      <input
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={commands[at] && `${id}-${at}`}
        aria-label={t.paletteHint}
        placeholder={t.paletteHint}
        className="control"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={t.palette} className="py-2">
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys.
          <div
            key={command.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            ref={index === at ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => choose(command)}
            onPointerMove={() => setAt(index)}
            className={cx(
              'flex h-10 cursor-default items-center gap-2.5 rounded-lg px-2.5',
              index === at ? 'bg-accent-soft' : '',
            )}
          >
            <span className="text-ink-faint">{command.icon}</span>
            <span className="min-w-0 grow truncate">{command.label}</span>
            <span className="text-xs text-ink-faint">{command.group}</span>
            {index === at && <CornerDownLeft className="size-3.5 text-ink-faint" />}
          </div>
        ))}
        {commands.length === 0 && (
          <p className="px-2.5 py-3 text-ink-faint">{common.nothingFound}</p>
        )}
      </div>
    </Dialog>
  )
}
