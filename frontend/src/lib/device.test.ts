import { expect, test } from 'vitest'
import { deviceOf } from './device'

test('browsers are told by their most telling name', () => {
  const mozilla = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'
  expect(deviceOf(`${mozilla} HeadlessChrome/156.0 Safari/537.36`)).toBe('Chrome · Linux')
  expect(deviceOf(`${mozilla} Chrome/140 YaBrowser/25 Safari/537.36`)).toBe(
    'Yandex Browser · Linux',
  )
  expect(
    deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604'),
  ).toBe('Safari · iPhone')
  expect(deviceOf('Zveno/0.1')).toBe('Zveno/0.1')
  expect(deviceOf(null)).toBeNull()
})
