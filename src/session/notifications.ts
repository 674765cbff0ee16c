/**
 * LISTEN, UNLISTEN, NOTIFY (PostgreSQL's manual, 33.9): what a transaction says of channels counts when it has
 * committed. A payload that a transaction sends twice on one channel arrives once.
 */
import { emptyChannelName, longChannelName, longPayload } from '../errors/raise/notifications.ts'
import type { Transaction } from '../txn/transaction.ts'

/** Bytes that a channel's name, and a payload, stay below. */
const NAME_BYTES = 64
const PAYLOAD_BYTES = 8000

/** Who listens on which channel of a database. */
export class Channels {
  readonly #listeners = new Map<string, Set<SessionNotifications>>()

  listen(channel: string, session: SessionNotifications): void {
    const listeners = this.#listeners.get(channel)
    if (listeners === undefined) this.#listeners.set(channel, new Set([session]))
    else listeners.add(session)
  }

  unlisten(channel: string, session: SessionNotifications): void {
    const listeners = this.#listeners.get(channel)
    listeners?.delete(session)
    if (listeners?.size === 0) this.#listeners.delete(channel)
  }

  notify(processId: number, channel: string, payload: string): void {
    for (const { deliver } of this.#listeners.get(channel) ?? []) deliver(processId, channel, payload)
  }
}

type Action =
  | { readonly kind: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly kind: 'unlisten all' }
  | { readonly kind: 'notify'; readonly channel: string; readonly payload: string }

interface Host {
  readonly channels: Channels
  readonly processId: number
  transaction(): Transaction
  /** Tells the session's client. */
  deliver(processId: number, channel: string, payload: string): void
}

export class SessionNotifications {
  readonly deliver: Host['deliver']
  readonly #host: Host
  readonly #listening = new Set<string>()
  /** What the transaction in progress has asked for. */
  #actions: Action[] = []
  #transaction: Transaction | null = null

  constructor(host: Host) {
    this.#host = host
    this.deliver = host.deliver
  }

  /** Channels that the session listens on. */
  get listening(): Iterable<string> {
    return this.#listening
  }

  /** Whether the transaction in progress has to do with channels. */
  get used(): boolean {
    return this.#actions.length > 0
  }

  listen(channel: string): void {
    this.#note({ kind: 'listen', channel })
  }

  unlisten(channel: string): void {
    this.#note({ kind: 'unlisten', channel })
  }

  unlistenAll(): void {
    this.#note({ kind: 'unlisten all' })
  }

  /** Throws 22023 for a name or a payload that is too long, and for an empty name. */
  notify(channel: string, payload: string): void {
    if (channel === '') throw emptyChannelName()
    if (Buffer.byteLength(channel) >= NAME_BYTES) throw longChannelName()
    if (Buffer.byteLength(payload) >= PAYLOAD_BYTES) throw longPayload()
    const isSent = this.#actions.some((a) => a.kind === 'notify' && a.channel === channel && a.payload === payload)
    if (!isSent) this.#note({ kind: 'notify', channel, payload })
  }

  /** The session ends. */
  close(): void {
    for (const channel of this.#listening) this.#host.channels.unlisten(channel, this)
    this.#listening.clear()
  }

  #note(action: Action): void {
    const transaction = this.#host.transaction()
    if (this.#transaction !== transaction) {
      this.#transaction = transaction
      transaction.onEnd((committed) => this.#end(committed))
    }
    this.#actions.push(action)
    transaction.pushUndo(() => this.#actions.pop())
  }

  #end(committed: boolean): void {
    const actions = this.#actions
    this.#actions = []
    this.#transaction = null
    if (!committed) return
    for (const action of actions) this.#listen(action)
    for (const action of actions) {
      if (action.kind === 'notify') this.#host.channels.notify(this.#host.processId, action.channel, action.payload)
    }
  }

  #listen(action: Action): void {
    const { channels } = this.#host
    if (action.kind === 'listen') {
      this.#listening.add(action.channel)
      channels.listen(action.channel, this)
    } else if (action.kind === 'unlisten') {
      this.#listening.delete(action.channel)
      channels.unlisten(action.channel, this)
    } else if (action.kind === 'unlisten all') this.close()
  }
}
