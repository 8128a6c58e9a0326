import { describe, expect, test } from 'vitest'
import { firstLang } from './lang'
import { pluralEn, pluralRu } from './plural'

describe('plural forms', () => {
  const runs = (n: number) => `${n} ${pluralRu(n, 'запуск', 'запуска', 'запусков')}`
  test('russian', () => {
    expect([0, 1, 2, 4, 5, 11, 12, 21, 22, 25, 101, 111, 1002].map(runs)).toEqual([
      '0 запусков',
      '1 запуск',
      '2 запуска',
      '4 запуска',
      '5 запусков',
      '11 запусков',
      '12 запусков',
      '21 запуск',
      '22 запуска',
      '25 запусков',
      '101 запуск',
      '111 запусков',
      '1002 запуска',
    ])
    expect(runs(1.5)).toBe('1.5 запуска')
  })
  test('english', () => {
    expect([0, 1, 2, 21].map((n) => pluralEn(n, 'run', 'runs'))).toEqual([
      'runs',
      'run',
      'runs',
      'runs',
    ])
  })
})

test('the first language follows the choice, then the browser', () => {
  expect(firstLang('en', ['ru-RU'])).toBe('en')
  expect(firstLang(null, ['kk-KZ', 'en'])).toBe('ru')
  expect(firstLang(null, ['de-DE', 'ru'])).toBe('en')
  expect(firstLang('xx', [])).toBe('en')
})
