import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { cx } from '@/lib/cx'

/** A search field that tells what is typed when the typing pauses. */
export function SearchBox(props: {
  value: string
  onChange: (value: string) => void
  label: string
  className?: string
}) {
  const { value, onChange } = props
  const [text, setText] = useState(value)
  const [told, setTold] = useState(value)
  if (told !== value) {
    // Changed from outside: a cleared filter, the back button.
    setTold(value)
    if (value !== text.trim()) setText(value)
  }
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onChange(text.trim()), 250)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <div className={cx('relative', props.className)}>
      <Search className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-faint" />
      <input
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={props.label}
        placeholder={props.label}
        className="control pl-8.5"
      />
    </div>
  )
}
