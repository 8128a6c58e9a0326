// Everything that screens read and send, held against the OpenAPI document of the server (schema.d.ts,
// made by `npm run gen`): what we read and the server does not have, what may be empty where we think
// not, what we send and it does not take fails `tsc`. Named by paths, so that names of operations and
// schemas may change. No code.

import type { ScheduleTimes } from '@/features/builder/data/schedule-times'
import type { Import, Started } from '@/features/builder/data/start'
import type {
  Automapped,
  ConnectorInfo,
  Coverage,
  Draft,
  FieldSpec,
  ListenAnswer,
  Option,
  Previewed,
  Sample,
  StepTest,
  TransformInfo,
  Version,
} from '@/features/builder/data/types'
import type { ContextGroup } from '@/features/builder/sample/tree'
import type { Saved } from '@/features/builder/store/saver'
import type { Connection, Connector, NewConnection } from './connectors'
import type { Holds, Reads, ReadsItem, Sends, WhenThere } from './contract-check'
import type { DeliveryFull, DeliveryRow, TemporaryAddress, TemporaryAnswer } from './events'
import type { NewFlow, Template } from './flows'
import type { OauthApp, OauthOrder, OauthProgress, OauthStarted } from './oauth'
import type {
  BulkCount,
  BulkFilter,
  BulkReplay,
  HourCounts,
  QueueHealth,
  ReplayOrder,
  ResolveVerdict,
  RunFull,
  RunRow,
} from './runs'
import type {
  Address,
  AddressCheck,
  Alerts,
  AlertsInput,
  AlertsTested,
  ApiKey,
  AuditRow,
  Invitation,
  Mail,
  Member,
  Notification,
  Retention,
  SessionRow,
  Setting,
} from './settings'
import type {
  EventType,
  EventTypeInput,
  MadeSubscriber,
  RotatedSecret,
  Subscriber,
  SubscriberDelivery,
  SubscriberInput,
  TestedSubscriber,
} from './subscribers'
import type { Flow, FlowRow, Me, WorkspaceRef } from './types'

/** Only programs have no person behind them. */
type Signed = Omit<Me, 'user'> & { user: Me['user'] | null }

export type Access = Holds<
  [
    Reads<Signed, '/me'>,
    Sends<{ name?: string; language?: string; theme?: Me['user']['theme'] }, '/me', 'patch'>,
    Sends<{ password: { current: string; new: string } }, '/me', 'patch'>,
    Reads<Signed, '/session', 'post'>,
    Sends<{ email: string; password: string }, '/session'>,
    Reads<Signed, '/setup', 'post'>,
    ReadsItem<SessionRow, '/me/sessions'>,
    ReadsItem<Member, '/members'>,
    Sends<{ role: string }, '/members/{user}', 'patch'>,
    ReadsItem<Invitation, '/invitations'>,
    Reads<Invitation, '/invitations', 'post'>,
    Sends<{ email: string | null; role: string }, '/invitations'>,
    Reads<Signed, '/invitations/by-token/{token}/accept', 'post'>,
    // The text of a key is only in the answer that makes it.
    ReadsItem<Omit<ApiKey, 'key'>, '/api-keys'>,
    Reads<ApiKey, '/api-keys', 'post'>,
    Sends<{ name: string; scope: ApiKey['scope']; expires_at: string | null }, '/api-keys'>,
    ReadsItem<AuditRow, '/audit'>,
    Reads<WorkspaceRef, '/workspaces/{workspace}', 'patch'>,
  ]
>

export type Settings = Holds<
  [
    Reads<Alerts, '/settings/alerts'>,
    Sends<AlertsInput, '/settings/alerts', 'put'>,
    Reads<AlertsTested, '/settings/alerts/test', 'post'>,
    ReadsItem<Notification, '/notifications'>,
    Reads<Retention, '/settings/retention'>,
    Sends<
      Pick<Retention, 'retention_days' | 'payload_days' | 'failed_days' | 'budget_bytes'>,
      '/settings/retention',
      'put'
    >,
    Reads<Mail | null, '/settings/mail'>,
    Sends<Omit<Mail, 'password_set'> & { password?: string }, '/settings/mail', 'put', 'user'>,
    Reads<Address, '/settings/address'>,
    Sends<{ public_url: string }, '/settings/address', 'put'>,
    Reads<AddressCheck, '/settings/address/check', 'post'>,
    ReadsItem<Setting, '/settings'>,
  ]
>

export type Flows = Holds<
  [
    ReadsItem<FlowRow, '/flows'>,
    Reads<Flow, '/flows/{flow}'>,
    Reads<Flow, '/flows', 'post'>,
    Sends<NewFlow, '/flows'>,
    Sends<{ text: string }, '/flows/import'>,
    Sends<{ name?: string; folder?: string }, '/flows/{flow}', 'patch'>,
    Reads<Flow, '/flows/{flow}/duplicate', 'post'>,
    Reads<{ version: number; held: number }, '/flows/{flow}/publish', 'post'>,
    Reads<{ released: number }, '/flows/{flow}/release', 'post'>,
    ReadsItem<string, '/folders'>,
    ReadsItem<Template, '/templates'>,
  ]
>

export type Builder = Holds<
  [
    Reads<Draft, '/flows/{flow}/draft'>,
    Reads<Saved, '/flows/{flow}/draft', 'patch'>,
    Sends<{ doc: object }, '/flows/{flow}/draft', 'patch'>,
    ReadsItem<ConnectorInfo, '/connectors'>,
    ReadsItem<TransformInfo, '/transforms'>,
    ReadsItem<Sample, '/flows/{flow}/samples'>,
    Reads<{ id: string }, '/flows/{flow}/samples', 'post'>,
    ReadsItem<ContextGroup, '/flows/{flow}/context'>,
    ReadsItem<Coverage, '/flows/{flow}/coverage'>,
    Reads<{ values: Previewed }, '/preview', 'post'>,
    Sends<{ flow_id: string; sample_id?: string; step?: string; fields: object }, '/preview'>,
    Reads<Automapped, '/automap', 'post'>,
    Sends<{ flow_id: string; step: string; sample_id?: string; doc: object }, '/automap'>,
    Reads<ListenAnswer, '/flows/{flow}/listen', 'post'>,
    Reads<StepTest, '/flows/{flow}/steps/{step}/test', 'post'>,
    Sends<{ sample_id?: string; dry_run: boolean }, '/flows/{flow}/steps/{step}/test'>,
    Reads<{ items: Option[] }, '/connectors/{connector}/options', 'post'>,
    Reads<{ items: FieldSpec[] }, '/connectors/{connector}/fields', 'post'>,
    ReadsItem<{ name: string; set: boolean }, '/flows/{flow}/secrets'>,
    Sends<{ value: string }, '/flows/{flow}/secrets/{name}', 'put'>,
    ReadsItem<Version, '/flows/{flow}/versions'>,
    Reads<{ doc: object }, '/flows/{flow}/versions/{version}'>,
    Reads<ScheduleTimes, '/schedule-times', 'post'>,
    Sends<{ event: string; input: object; timezone?: string }, '/schedule-times'>,
  ]
>

export type Runs = Holds<
  [
    ReadsItem<RunRow, '/runs'>,
    Reads<RunFull, '/runs/{run}'>,
    Reads<HourCounts[], '/runs/counts'>,
    Reads<QueueHealth, '/health/queue'>,
    Sends<ReplayOrder, '/runs/{run}/replay', 'post', 'as_text'>,
    Reads<{ id: string }, '/runs/{run}/replay', 'post'>,
    Sends<{ step?: string; verdict: ResolveVerdict }, '/runs/{run}/resolve'>,
    ReadsItem<BulkReplay, '/replays'>,
    Reads<BulkCount, '/replays', 'post'>,
    Sends<
      { filter: BulkFilter; dry_run: boolean },
      '/replays',
      'post',
      'from' | 'rate' | 'version' | 'repeat_unsafe'
    >,
  ]
>

export type Events = Holds<
  [
    ReadsItem<DeliveryRow, '/deliveries'>,
    Reads<DeliveryFull, '/deliveries/{delivery}'>,
    Sends<{ flow: string }, '/deliveries/{delivery}/sample'>,
    ReadsItem<TemporaryAddress, '/temporary-addresses'>,
    Sends<TemporaryAnswer, '/temporary-addresses'>,
    Sends<TemporaryAnswer, '/temporary-addresses/{temporary}', 'patch'>,
  ]
>

export type Connections = Holds<
  [
    ReadsItem<Connector, '/connectors'>,
    ReadsItem<Connection, '/connections'>,
    Reads<Connection, '/connections', 'post'>,
    Sends<NewConnection, '/connections'>,
    Reads<Connection, '/connections/{connection}', 'patch'>,
    Sends<Omit<NewConnection, 'connector'>, '/connections/{connection}', 'patch'>,
    Reads<{ ok: boolean; error: string | null }, '/connections/{connection}/test', 'post'>,
    ReadsItem<{ id: string; name: string }, '/connections/{connection}/flows'>,
  ]
>

export type Subscribers = Holds<
  [
    ReadsItem<EventType, '/event-types'>,
    Sends<EventTypeInput & { name: string }, '/event-types'>,
    Sends<EventTypeInput, '/event-types/{event_type}', 'put'>,
    ReadsItem<Subscriber, '/subscribers'>,
    Reads<Subscriber, '/subscribers/{subscriber}'>,
    Reads<MadeSubscriber, '/subscribers', 'post'>,
    Sends<SubscriberInput, '/subscribers'>,
    Sends<SubscriberInput, '/subscribers/{subscriber}', 'patch'>,
    Reads<RotatedSecret, '/subscribers/{subscriber}/rotate-secret', 'post'>,
    Sends<{ secret?: string }, '/subscribers/{subscriber}/rotate-secret'>,
    Reads<{ secret: string }, '/subscribers/{subscriber}/secret'>,
    Reads<{ released: number }, '/subscribers/{subscriber}/resume', 'post'>,
    Reads<TestedSubscriber, '/subscribers/{subscriber}/test', 'post'>,
    Sends<{ type: string; payload?: unknown }, '/subscribers/{subscriber}/test'>,
    ReadsItem<SubscriberDelivery, '/subscribers/{subscriber}/deliveries'>,
    Sends<{ run: string }, '/subscribers/{subscriber}/redeliver'>,
    Sends<{ since: string }, '/subscribers/{subscriber}/recover'>,
  ]
>

export type ByHand = Holds<
  [
    WhenThere<'/flows/{flow}/start', Reads<Started, '/flows/{flow}/start', 'post'>>,
    WhenThere<'/flows/{flow}/imports', ReadsItem<Import, '/flows/{flow}/imports'>>,
  ]
>

export type SignIn = Holds<
  [
    WhenThere<
      '/connections/oauth/start',
      | Reads<OauthStarted, '/connections/oauth/start', 'post'>
      | Sends<OauthOrder, '/connections/oauth/start'>
    >,
    WhenThere<'/connections/oauth/{state}', Reads<OauthProgress, '/connections/oauth/{state}'>>,
    WhenThere<'/connectors/{connector}/app', Reads<OauthApp, '/connectors/{connector}/app'>>,
  ]
>
