import { createRoot } from 'react-dom/client'

export function start(element: HTMLElement): void {
  createRoot(element).render(null)
}
