import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { api } from '@/api/client'
import { useMay, useMe } from '@/api/session'
import { invitationsQuery, type Member, membersQuery } from '@/api/settings'
import type { Role } from '@/api/types'
import { commonTexts, settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { ago, moment } from '@/lib/format'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Select } from '@/ui/select'
import { Loaded, Section } from './parts'

const InviteDialog = lazy(() => import('./invite-dialog'))
const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog'))
export const roles: Role[] = ['owner', 'editor', 'viewer']

export default function People() {
  const t = useTexts(settingsTexts).people
  const isOwner = useMay('owner')
  const members = useQuery(membersQuery)
  const [inviting, setInviting] = useState(false)
  return (
    <>
      <Section
        title={t.membersTitle}
        actions={
          isOwner && (
            <Button
              variant="primary"
              icon={<UserPlus className="size-4" />}
              onClick={() => setInviting(true)}
            >
              {t.invite}
            </Button>
          )
        }
      >
        <Loaded query={members}>
          {(rows) => (
            <ul className="divide-y divide-line">
              {rows.map((each) => (
                <MemberLine key={each.user} member={each} isOwner={isOwner} />
              ))}
            </ul>
          )}
        </Loaded>
      </Section>
      {isOwner && <Invitations />}
      {isOwner && <WorkspaceName />}
      {inviting && (
        <Suspense fallback={null}>
          <InviteDialog onClose={() => setInviting(false)} />
        </Suspense>
      )}
    </>
  )
}

function MemberLine({ member, isOwner }: { member: Member; isOwner: boolean }) {
  const t = useTexts(settingsTexts).people
  const common = useTexts(commonTexts)
  const lang = useLang()
  const me = useMe()
  const [removing, setRemoving] = useState(false)
  const isMe = member.user === me.user.id
  const change = useSave({
    run: (role: Role) => api.patch(`/members/${member.user}`, { body: { role } }),
    stale: [['members']],
    said: common.saved,
  })
  const remove = useSave({
    run: () => api.delete(`/members/${member.user}`),
    stale: [['members']],
    said: t.removed,
    onDone: () => setRemoving(false),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 grow basis-48">
        <p className="truncate font-medium">
          {member.name}
          {isMe && <span className="ml-1.5 font-normal text-ink-soft">{`(${t.you})`}</span>}
        </p>
        <p className="truncate text-xs text-ink-soft">
          {member.email}
          {' · '}
          {member.seen_at ? ago(lang, member.seen_at, common.now) : t.neverSeen}
        </p>
      </div>
      <Select
        aria-label={`${t.role}: ${member.name}`}
        disabled={!isOwner || isMe || change.busy}
        value={member.role}
        onChange={(role) => change.save(role as Role)}
        options={roles.map((role) => ({ value: role, label: t.roles[role] }))}
      />
      {isOwner && !isMe && (
        <Button size="sm" variant="danger" onClick={() => setRemoving(true)}>
          {t.remove}
        </Button>
      )}
      {removing && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title={t.removeTitle(member.name)}
            text={t.removeText}
            button={t.remove}
            busy={remove.busy}
            onConfirm={() => remove.save()}
            onClose={() => setRemoving(false)}
          />
        </Suspense>
      )}
    </li>
  )
}

function Invitations() {
  const t = useTexts(settingsTexts).people
  const lang = useLang()
  const invitations = useQuery(invitationsQuery)
  const remove = useSave({
    run: (id: string) => api.delete(`/invitations/${id}`),
    stale: [['invitations']],
  })
  if ((invitations.data?.length ?? 0) === 0) return null
  return (
    <Section title={t.invitationsTitle}>
      <ul className="divide-y divide-line">
        {invitations.data?.map((each) => (
          <li key={each.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
            <span className="min-w-0 grow truncate">{each.email ?? t.anyone}</span>
            <span className="text-xs text-ink-soft">
              {t.roles[each.role]}
              {' · '}
              {t.until(moment(lang, each.expires_at))}
            </span>
            <Button size="sm" busy={remove.busy} onClick={() => remove.save(each.id)}>
              {t.takeBack}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function WorkspaceName() {
  const t = useTexts(settingsTexts).people
  const common = useTexts(commonTexts)
  const me = useMe()
  const [name, setName] = useState(me.workspace.name)
  const { save, busy, field } = useSave({
    run: () => api.patch(`/workspaces/${me.workspace.id}`, { body: { name: name.trim() } }),
    stale: [['me']],
    said: common.saved,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  return (
    <Section title={t.workspaceTitle}>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <TextField
          label={t.workspaceName}
          error={field('name')}
          className="min-w-0 grow"
          required
          value={name}
          onChange={setName}
        />
        <Button type="submit" busy={busy} disabled={name === me.workspace.name}>
          {common.save}
        </Button>
      </form>
    </Section>
  )
}
