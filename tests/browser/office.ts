import { type APIRequestContext, expect, request } from '@playwright/test'
import type { Stage } from './stage.ts'
import type { Lang } from './words.ts'

export const PASSWORD = 'длинный-пароль-1'
export const OWNER = 'anna@firma.test'

export interface FlowInfo {
  id: string
  name: string
  hook_url: string
  version: number | null
  draft: { etag: string; doc: Record<string, unknown> }
}

/** What a visitor of the site filled in. */
export const FORM = {
  Name: 'Иван Петров',
  Phone: '+7 900 000-00-00',
  Email: 'ivan@firma.test',
  formname: 'Заявка',
  formid: 'form1',
}

/** Sends what a Tilda form sends: its own `tranid` tells one request from another. */
export async function sendForm(
  address: string,
  tranid: string,
  fields: Record<string, string> = {},
): Promise<number> {
  const body = new URLSearchParams({ ...FORM, tranid, ...fields })
  return (await fetch(address, { method: 'POST', body })).status
}

/** A person at the API, with a session of their own. */
export class Person {
  constructor(readonly http: APIRequestContext) {}

  /** A request that must succeed. */
  async ask<T>(method: string, path: string, data?: unknown): Promise<T> {
    const answer = await this.http.fetch(`/api/v1${path}`, { method, data })
    const text = await answer.text()
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${text}`).toBe(true)
    return (text ? JSON.parse(text) : undefined) as T
  }

  get = <T>(path: string) => this.ask<T>('GET', path)
  post = <T>(path: string, data?: unknown) => this.ask<T>('POST', path, data)

  async cookies() {
    return (await this.http.storageState()).cookies
  }
}

/** A workspace with its owner, connected services and a flow that works. */
export class Office {
  private constructor(
    readonly stage: Stage,
    readonly owner: Person,
    readonly connections: { crm: string; mail: string; hook: string },
    /** Tilda to CRM, letter and webhook, turned on. */
    readonly flow: FlowInfo,
    /** What its people write in. */
    readonly lang: Lang,
  ) {}

  static async open(stage: Stage, lang: Lang = 'ru'): Promise<Office> {
    const owner = await Office.person(stage, lang)
    await owner.post('/setup', {
      token: stage.info.setup.split('token=')[1],
      name: lang === 'ru' ? 'Анна' : 'Anna',
      email: OWNER,
      password: PASSWORD,
      language: lang,
      workspace_name: lang === 'ru' ? 'Ромашка' : 'Romashka',
    })
    const { portal, mail, webhook } = stage.info
    const connections = {
      crm: await connect(owner, 'bitrix24', {
        host: portal.host,
        user: String(portal.user),
        secret: portal.code,
      }),
      mail: await connect(owner, 'email', {
        host: mail.host,
        port: mail.port,
        security: mail.security,
        username: mail.user,
        password: mail.password,
        from: mail.from,
      }),
      hook: await connect(owner, 'webhook_out', { url: webhook.url, secret: webhook.secret }),
    }
    const flow = await fromTemplate(owner, connections)
    return new Office(stage, owner, connections, flow, lang)
  }

  /** Somebody who has not signed in. */
  static async person(stage: Stage, lang: Lang = 'ru'): Promise<Person> {
    const origin = stage.info.base
    return new Person(
      await request.newContext({
        baseURL: origin,
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0',
        extraHTTPHeaders: { origin, 'accept-language': lang },
      }),
    )
  }

  /** Another flow by the same template; a draft unless it is turned on. */
  another(name: string, options: { on: boolean }): Promise<FlowInfo> {
    return fromTemplate(this.owner, this.connections, name, options.on)
  }

  /** Changes parts of a draft, as its editor does. */
  async change({ id, draft }: FlowInfo, parts: object): Promise<void> {
    const answer = await this.owner.http.fetch(`/api/v1/flows/${id}/draft`, {
      method: 'PATCH',
      headers: { 'if-match': draft.etag },
      data: { doc: { ...draft.doc, ...parts } },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  /** A person with a role, invited and signed in. */
  async invite(role: string, name: string): Promise<Person> {
    const { link } = await this.owner.post<{ link: string }>('/invitations', { role })
    const token = link.split('token=')[1]
    const person = await Office.person(this.stage)
    await person.post(`/invitations/by-token/${token}/accept`, {
      name,
      email: `${role}@firma.test`,
      password: PASSWORD,
      language: 'ru',
    })
    return person
  }

  /** Runs of a flow by state, once each of them has ended or waits. */
  async runs(flow: string): Promise<{ id: string; state: string }[]> {
    return (await this.owner.get<{ items: { id: string; state: string }[] }>(`/runs?flow=${flow}`))
      .items
  }

  async close(): Promise<void> {
    await this.owner.http.dispose()
  }
}

async function connect(owner: Person, connector: string, fields: object): Promise<string> {
  const { methods } = await owner.get<{ methods: { id: string; fields: { key: string }[] }[] }>(
    `/connectors/${connector}`,
  )
  const method = methods[0]
  const made = await owner.post<{ id: string }>('/connections', {
    connector,
    method: method?.id,
    fields,
  })
  return made.id
}

async function fromTemplate(
  owner: Person,
  answers: Record<string, string>,
  name?: string,
  on = true,
): Promise<FlowInfo> {
  const made = await owner.post<FlowInfo>('/flows', {
    template: 'tilda_crm_mail_webhook',
    answers: { ...answers, company: 'Ромашка' },
    name,
  })
  if (on) await owner.post(`/flows/${made.id}/publish`)
  return made
}
