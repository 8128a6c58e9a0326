import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button, type ButtonProps, IconButton } from './button'

/** Copies also on a page without https, where the clipboard interface is missing. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A copy button that says for a moment that it did. `label` makes it wide. */
export function CopyButton({
  text,
  label,
  ...rest
}: { text: string; label?: string } & Omit<ButtonProps, 'children'>) {
  const t = useTexts(commonTexts)
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [done])
  const icon = done ? <Check className="size-4 text-ok" /> : <Copy className="size-4" />
  const press = () => void copyText(text).then(() => setDone(true))
  if (label)
    return (
      <Button icon={icon} onClick={press} {...rest}>
        <span aria-live="polite">{done ? t.copied : label}</span>
      </Button>
    )
  return (
    <IconButton
      label={done ? t.copied : t.copy}
      onClick={press}
      size={rest.size === 'sm' || rest.size === 'icon-sm' ? 'sm' : 'md'}
      className={rest.className}
    >
      {icon}
    </IconButton>
  )
}
