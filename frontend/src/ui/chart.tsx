import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from '@/lib/theme'

/** Reads a colour of the theme as the canvas takes it. */
export type Colours = (name: string) => string

function coloursOf(element: HTMLElement): Colours {
  return (name) => {
    const probe = document.createElement('span')
    probe.style.color = `var(--${name})`
    element.append(probe)
    const colour = getComputedStyle(probe).color
    probe.remove()
    return colour
  }
}

export interface ChartProps {
  data: uPlot.AlignedData
  height: number
  /** Made anew when the theme changes. */
  options: (colours: Colours) => Omit<uPlot.Options, 'width' | 'height'>
}

/** A drawing by uPlot that fills the width it is given. What it shows must be said in words too. */
export function Chart({ data, height, options }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const theme = useTheme()
  const latest = useRef(data)
  latest.current = data
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours.
  useEffect(() => {
    const element = box.current
    if (!element) return
    let made: uPlot | null = null
    const make = () => {
      made?.destroy()
      made = new uPlot(
        { ...options(coloursOf(element)), width: element.clientWidth, height },
        latest.current,
        element,
      )
      plot.current = made
    }
    make()
    const resized = new ResizeObserver(() => made?.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', make)
    return () => {
      scheme.removeEventListener('change', make)
      resized.disconnect()
      made?.destroy()
      plot.current = null
    }
  }, [options, height, theme])
  useEffect(() => plot.current?.setData(data), [data])
  return <div ref={box} aria-hidden="true" className="w-full min-w-0 overflow-hidden" />
}

/** Steps of an axis that counts: there is no half of a run. */
export const wholeSteps = Array.from({ length: 7 }, (_, tens) =>
  [1, 2, 5].map((step) => step * 10 ** tens),
).flat()

/** Axes in the colours of the page. */
export const axis = (colours: Colours, more: uPlot.Axis = {}): uPlot.Axis => ({
  stroke: colours('ink-soft'),
  font: '12px system-ui, sans-serif',
  grid: { stroke: colours('line'), width: 1 },
  ticks: { show: false },
  ...more,
})
