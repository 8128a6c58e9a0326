// How a type of ours is held against one of the server's document. No code.
import type { paths } from './schema'

type Base = '/api/v1'
type PathOf<P extends string> = `${Base}${P}` & keyof paths
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never

/** The operation of a path, named without the base: `Operation<'/runs/{run}', 'get'>`. */
type Operation<P extends string, M extends string> = M extends keyof paths[PathOf<P>]
  ? paths[PathOf<P>][M]
  : never

/** What an operation answers when it works. */
type AnswerOf<P extends string, M extends string> =
  Operation<P, M> extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never

/** What an operation is sent. */
type BodyOf<P extends string, M extends string> =
  Operation<P, M> extends { requestBody?: infer B } ? Json<NonNullable<B>> : never

type Plain = string | number | boolean
type Empty<T> = Extract<T, null | undefined>

/** Levels that are looked into: some types hold themselves. */
type Levels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
type Less<L extends unknown[]> = L extends [unknown, ...infer Rest] ? Rest : []

/** Names of what we read and the server does not send, or that may be empty where we think not. */
type Misread<Ours, Theirs, At extends string, L extends unknown[] = Levels> =
  Known<Ours, Theirs, L> extends false
    ? never
    : [Empty<Theirs>, Empty<Ours>] extends [never, unknown]
      ? Differs<NonNullable<Ours>, NonNullable<Theirs>, At, L, 'read'>
      : [Empty<Ours>] extends [never]
        ? `${At} may be empty`
        : Differs<NonNullable<Ours>, NonNullable<Theirs>, At, L, 'read'>

/** The same for what we send: nothing that is not known. */
type Missent<Ours, Theirs, At extends string, L extends unknown[] = Levels> =
  Known<Ours, Theirs, L> extends false
    ? never
    : Differs<NonNullable<Ours>, NonNullable<Theirs>, At, L, 'send'>

/** What has to be sent and is not; `Defaults` need not, but the document cannot say so. */
type Needed<Ours, Theirs, Defaults extends string> = {
  [K in Exclude<keyof Theirs & string, Defaults>]: undefined extends Theirs[K]
    ? never
    : K extends keyof Ours
      ? never
      : string extends K
        ? never
        : `.${K} is needed`
}[Exclude<keyof Theirs & string, Defaults>]

/** Whether both sides say what it is. */
type Known<Ours, Theirs, L extends unknown[]> = L extends []
  ? false
  : unknown extends Theirs
    ? false
    : unknown extends Ours
      ? false
      : true

type Deeper<Ours, Theirs, At extends string, L extends unknown[], Way> = Way extends 'read'
  ? Misread<Ours, Theirs, At, Less<L>>
  : Missent<Ours, Theirs, At, Less<L>>

type Differs<Ours, Theirs, At extends string, L extends unknown[], Way> = unknown extends Theirs
  ? never
  : [Ours] extends [readonly (infer A)[]]
    ? [Theirs] extends [readonly (infer B)[]]
      ? Deeper<A, B, `${At}[]`, L, Way>
      : `${At} is no list`
    : [Ours] extends [Plain]
      ? [Ours] extends [Theirs]
        ? never
        : [Theirs] extends [Ours]
          ? never
          : `${At} is of another type`
      : string extends keyof Theirs
        ? never
        : [Theirs] extends [Plain]
          ? `${At} is plain`
          : {
              [K in keyof Ours & string]: string extends K
                ? never
                : K extends keyof Theirs
                  ? Deeper<Ours[K], Theirs[K], `${At}.${K}`, L, Way>
                  : `${At}.${K} is unknown`
            }[keyof Ours & string]

type Nothing<Faults extends never> = Faults

/** Fails to compile where we read something of the answer that is not there. */
export type Reads<Ours, P extends string, M extends string = 'get'> = [AnswerOf<P, M>] extends [
  never,
]
  ? 'there is no such answer'
  : Misread<Ours, AnswerOf<P, M>, ''>

/** The same for an item of a page. */
export type ReadsItem<Ours, P extends string> = [AnswerOf<P, 'get'>] extends [
  { items: readonly (infer Item)[] },
]
  ? Misread<Ours, Item, ''>
  : 'there is no such page'

/** Fails to compile where we send something that is not taken, or too little. */
export type Sends<
  Ours,
  P extends string,
  M extends string = 'post',
  Defaults extends string = never,
> = [BodyOf<P, M>] extends [never]
  ? 'there is no such body'
  : Missent<Ours, BodyOf<P, M>, ''> | Needed<Ours, BodyOf<P, M>, Defaults>

export type Holds<Faults extends never[]> = Nothing<Faults[number]>

/** Held only where the document has the path: of parts of the server that may be older than this. */
export type WhenThere<P extends string, Faults> = `${Base}${P}` extends keyof paths ? Faults : never
