import { expect, test } from 'vitest'
import { isReachable } from './reachable'

test('an address of the internet is told from one of this machine or network', () => {
  for (const far of [
    'https://zveno.example.org',
    'http://zveno.example.org:8080/tools',
    'https://10.example.org',
    'https://172.64.0.1',
    'https://[2a00:1450::1]',
  ])
    expect(isReachable(far), far).toBe(true)
  for (const near of [
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://10.0.0.5',
    'http://172.20.0.3',
    'http://192.168.1.2/zveno',
    'http://[::1]:8080',
    'http://[fd00::5]',
    'http://zveno:8080',
    'http://server.local',
    'ftp://zveno.example.org',
    'zveno.example.org',
    '',
  ])
    expect(isReachable(near), near).toBe(false)
})
