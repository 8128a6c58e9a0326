import { ShieldQuestionMark } from 'lucide-react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Badge } from './badge'

/** On a service whose connector was not tried against it: a sign and a word, why on resting. */
export function UnverifiedBadge() {
  const t = useTexts(commonTexts)
  return (
    <span title={t.unverifiedHelp} className="inline-flex">
      <Badge colour="warn" icon={ShieldQuestionMark} className="tracking-normal">
        {t.unverified}
      </Badge>
    </span>
  )
}

/** The same with the reason in words, where there is room. */
export function UnverifiedNote() {
  const t = useTexts(commonTexts)
  return (
    <p className="flex items-start gap-2 rounded-xl bg-warn-soft px-3 py-2 text-[0.8125rem] text-warn">
      <ShieldQuestionMark className="mt-0.5 size-4 shrink-0" />
      {t.unverifiedHelp}
    </p>
  )
}
