import { Link } from '@tanstack/react-router'
import type { Template } from '@/api/flows'
import { FlowStrip } from './flow-strip'

/** A ready flow: what it does, of which apps. Leads to its questions. */
export const TemplateCard = ({ template, steps }: { template: Template; steps: string }) => (
  <Link
    to="/templates"
    search={{ use: template.id }}
    className="flex h-full flex-col rounded-2xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-accent"
  >
    <FlowStrip apps={template.apps} size="md" />
    <span className="mt-3 font-semibold">{template.title}</span>
    <span className="mt-1 mb-3 text-[0.8125rem] text-ink-soft">{template.description}</span>
    <span className="mt-auto text-xs text-ink-faint">{steps}</span>
  </Link>
)
