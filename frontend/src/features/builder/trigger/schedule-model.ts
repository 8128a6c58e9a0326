// Usual schedules as cron expressions, and back.

export type Preset = 'hourly' | 'daily' | 'weekdays' | 'weekly' | 'monthly' | 'own'

export interface Plan {
  preset: Preset
  hour: number
  minute: number
  /** 0 is Sunday. */
  weekday: number
  date: number
}

export const FIRST_PLAN: Plan = { preset: 'daily', hour: 9, minute: 0, weekday: 1, date: 1 }

export function readPlan(cron: string): Plan {
  const own: Plan = { ...FIRST_PLAN, preset: 'own' }
  const parts = cron.trim().split(/\s+/)
  if (parts.length !== 5) return own
  const [m = '', h = '', date = '', month = '', weekday = ''] = parts
  const minute = Number(m)
  const hour = Number(h)
  if (!/^\d+$/.test(m) || month !== '*') return own
  const plan = { ...own, minute }
  if (h === '*' && date === '*' && weekday === '*') return { ...plan, preset: 'hourly' }
  if (!/^\d+$/.test(h)) return own
  const timed = { ...plan, hour }
  if (date === '*' && weekday === '*') return { ...timed, preset: 'daily' }
  if (date === '*' && weekday === '1-5') return { ...timed, preset: 'weekdays' }
  if (date === '*' && /^[0-6]$/.test(weekday))
    return { ...timed, preset: 'weekly', weekday: Number(weekday) }
  if (/^\d+$/.test(date) && weekday === '*')
    return { ...timed, preset: 'monthly', date: Number(date) }
  return own
}

export function writePlan(plan: Plan, own: string): string {
  const at = `${plan.minute} ${plan.hour}`
  switch (plan.preset) {
    case 'hourly':
      return `${plan.minute} * * * *`
    case 'daily':
      return `${at} * * *`
    case 'weekdays':
      return `${at} * * 1-5`
    case 'weekly':
      return `${at} * * ${plan.weekday}`
    case 'monthly':
      return `${at} ${plan.date} * *`
    case 'own':
      return own
  }
}
