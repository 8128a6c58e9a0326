import { expect, test } from 'vitest'
import { FIRST_PLAN, type Preset, readPlan, writePlan } from './schedule-model'

test('usual schedules read back as they were chosen', () => {
  for (const preset of ['hourly', 'daily', 'weekdays', 'weekly', 'monthly'] as Preset[]) {
    const plan = { ...FIRST_PLAN, preset, minute: 30, weekday: 3, date: 15 }
    const cron = writePlan(plan, '')
    expect(writePlan(readPlan(cron), ''), preset).toBe(cron)
    expect(readPlan(cron).preset).toBe(preset)
  }
})

test('everything else is an expression of its own', () => {
  for (const cron of ['*/5 * * * *', '0 9 * 1 *', '0 9-18 * * *', 'nonsense', '']) {
    expect(readPlan(cron).preset, cron).toBe('own')
  }
})
