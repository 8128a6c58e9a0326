import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type Connector, type ConnectorPart, connectorsQuery } from '@/api/connectors'
import type { RunStep } from '@/api/runs'
import { useLang } from '@/i18n/lang'

export interface StepFacts {
  name: string
  app?: Connector
  action?: ConnectorPart
  /** Doing it again might do something twice, so it is asked for. */
  unsafe: boolean
}

/** What the catalogue knows of a step's action, `bitrix24.lead_add@1.0.0`. */
export function factsOf(step: RunStep, connectors: readonly Connector[]): StepFacts {
  const [, id, key] = /^([^.]+)\.([^@]+)/.exec(step.connector ?? '') ?? []
  const app = connectors.find((each) => each.id === id)
  const action = app?.actions.find((each) => each.key === key)
  const title = app && action ? `${app.title}: ${action.title}` : app?.title
  return {
    name: step.name || title || step.step,
    app,
    action,
    unsafe: action?.on_unknown !== undefined && action.on_unknown !== 'retry',
  }
}

const none: Connector[] = []

/** What steps are called, for a person. */
export function useStepFacts(): (step: RunStep) => StepFacts {
  const connectors = useQuery(connectorsQuery(useLang())).data ?? none
  return useCallback((step) => factsOf(step, connectors), [connectors])
}
