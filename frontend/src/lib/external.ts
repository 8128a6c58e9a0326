import { useSyncExternalStore } from 'react'

/** One value outside of React that components follow. */
export interface External<T> {
  get(): T
  set(next: T): void
  subscribe(listener: () => void): () => void
}

export function external<T>(initial: T): External<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export const useExternal = <T>(store: External<T>): T =>
  useSyncExternalStore(store.subscribe, store.get)
