/**
 * Sequence values. `nextval` is not transactional: values are logged 32 ahead, unsynced but before the commit that uses
 * them, so that none comes twice after a crash. Creating, dropping and restarting belong to the transaction.
 */
import { sequenceLimit } from '../errors/raise/storage.ts'
import type { SqlError } from '../errors/sql-error.ts'
import { type ExactInteger, exactAdd, normalizeInteger } from '../types/int64.ts'
import type { Datum } from '../types/sql-type.ts'
import { type Damage, damageOf, intact } from './damage.ts'
import { type KeyValueStore, WriteBatch } from './kv/key-value-store.ts'
import { parseIdKey, prefixRange, sequenceKey, textKey } from './kv/keys.ts'
import { decodeRow, encodeRow } from './row-codec.ts'
import { ANCIENT, type ChangeTarget, type TransactionState, type Writer } from './transaction-state.ts'

/** Values logged ahead, as PostgreSQL's log_cnt. */
const LOG_AHEAD = 32

export interface SequenceOptions {
  readonly start: ExactInteger
  readonly increment: ExactInteger
  readonly minimum: ExactInteger
  readonly maximum: ExactInteger
  readonly cycle: boolean
}

/** What `SELECT * FROM sequence` shows. */
export interface SequenceState {
  lastValue: ExactInteger
  isCalled: boolean
  /** Values that may be taken before the next log record. */
  logCount: number
  /** Record that a crash leaves. */
  logged: Uint8Array
  /** Who created, restarted or dropped it. */
  readonly creator: TransactionState
  /** It is dropped. */
  readonly removed: boolean
  /** What others find as long as the creator is in progress. */
  before: SequenceState | null
}

export class Sequences implements ChangeTarget {
  readonly #states = new Map<number, SequenceState>()
  /** Sequences whose records cannot be read. */
  readonly #damaged = new Map<number, SqlError>()
  readonly #log: KeyValueStore | null

  constructor(log: KeyValueStore | null) {
    this.#log = log
  }

  /** Reads the logged states; answers what could not be read. */
  async recover(): Promise<Damage[]> {
    const damages: Damage[] = []
    if (this.#log === null) return damages
    for await (const chunk of this.#log.range(...prefixRange('q'))) {
      for (const [key, value] of chunk) {
        const id = parseIdKey(key)
        try {
          const logged = intact(value)
          const [lastValue, isCalled] = decodeRow(logged, []) as Datum[]
          this.#states.set(id, {
            lastValue,
            isCalled,
            logCount: 0,
            logged,
            creator: ANCIENT,
            removed: false,
            before: null,
          })
        } catch (error) {
          const damage = damageOf('the state', 'sequence', id, error)
          this.#damaged.set(id, damage.error)
          damages.push(damage)
        }
      }
    }
    return damages
  }

  /** Adds the exact states to the batch that is written when the storage closes: no gap is left then. */
  settle(batch: WriteBatch): void {
    for (const [id, state] of this.#states) {
      // What a prepared transaction made is in its record.
      const settled = seenBy(state, null)
      if (settled === null || settled.logCount === 0) continue
      batch.put(textKey(sequenceKey(id)), encodeState(settled.lastValue, settled.isCalled))
    }
  }

  /** Creates a sequence with the transaction. */
  create(writer: Writer, id: number, start: ExactInteger): void {
    this.#replace(writer, id, newState(start, false, writer))
  }

  /** Restarts a sequence (ALTER SEQUENCE RESTART, TRUNCATE RESTART IDENTITY): undone when the transaction rolls back. */
  restart(writer: Writer, id: number, value: ExactInteger, isCalled = false): void {
    this.#replace(writer, id, newState(value, isCalled, writer))
  }

  /** Recovery: the state that a prepared transaction has given a sequence; null: it dropped it. */
  restore(writer: Writer, id: number, logged: Uint8Array | null): void {
    if (logged === null) {
      this.drop(writer, id)
      return
    }
    const [lastValue, isCalled] = decodeRow(logged, []) as [ExactInteger, boolean]
    this.#replace(writer, id, { ...newState(lastValue, isCalled, writer), logged })
  }

  drop(writer: Writer, id: number): void {
    this.#replace(writer, id, { ...newState(0, false, writer), removed: true })
  }

  /** The state before stays that of all others until the transaction ends. */
  #replace(writer: Writer, id: number, state: SequenceState): void {
    writer.beginWrite()
    const before = this.#states.get(id) ?? null
    const logged = before?.logged
    state.before = before
    this.#states.set(id, state)
    writer.logChange(this, id)
    writer.pushUndo(() => {
      if (before === null) this.#states.delete(id)
      else this.#states.set(id, before)
    })
    writer.onCommit(() => {
      state.before = null
      const newest = this.#states.get(id)
      if (newest === undefined) return
      // Who took values of the state before has logged them, perhaps after what the commit has written.
      if (before !== null && before.logged !== logged) this.#write(id, newest)
      if (newest === state && state.removed) this.#states.delete(id)
    })
  }

  /** ChangeTarget: undone by the action that goes with each change. */
  undo(): void {}

  /** ChangeTarget: what was logged last, so that values taken since the change are not given out again. */
  redo(id: number, batch: WriteBatch): void {
    const state = this.#states.get(id)
    if (state !== undefined) putState(id, state, batch)
  }

  /** The state as a transaction finds it (null: as it is committed). Throws XX001 when its record is damaged. */
  state(id: number, reader: TransactionState | null): SequenceState {
    const state = seenBy(this.#states.get(id) ?? null, reader)
    if (state === null) throw this.#damaged.get(id) ?? new Error(`sequence ${id} has no storage`)
    return state
  }

  /** The next value. Throws 2200H at the end of a sequence that does not cycle; `name` is for the message. */
  nextval(writer: Writer, id: number, name: string, options: SequenceOptions): ExactInteger {
    writer.beginWrite()
    const state = this.state(id, writer.state)
    const value = state.isCalled ? successor(state.lastValue, name, options) : state.lastValue
    state.lastValue = value
    state.isCalled = true
    if (state.logCount > 0) state.logCount--
    else {
      this.#record(writer, id, state, ahead(value, options), true)
      state.logCount = LOG_AHEAD
    }
    writer.requireSync()
    return value
  }

  /** setval: takes effect at once, for everybody. */
  setval(writer: Writer, id: number, value: ExactInteger, isCalled: boolean): void {
    writer.beginWrite()
    const state = this.state(id, writer.state)
    state.lastValue = value
    state.isCalled = isCalled
    state.logCount = 0
    this.#record(writer, id, state, value, isCalled)
    writer.requireSync()
  }

  #record(writer: Writer, id: number, state: SequenceState, lastValue: ExactInteger, isCalled: boolean): void {
    if (this.#log === null) return
    state.logged = encodeState(lastValue, isCalled)
    // What a transaction made itself is not on disk before it commits.
    if (state.creator !== writer.state) this.#write(id, state)
  }

  #write(id: number, state: SequenceState): void {
    if (this.#log === null) return
    const batch = new WriteBatch()
    putState(id, state, batch)
    // A failure stops the store: the commit that follows reports it.
    this.#log.write(batch, false).catch(() => {})
  }
}

const encodeState = (lastValue: ExactInteger, isCalled: boolean): Uint8Array => encodeRow([lastValue, isCalled], [])

const newState = (lastValue: ExactInteger, isCalled: boolean, { state }: Writer): SequenceState => ({
  lastValue,
  isCalled,
  logCount: 0,
  logged: encodeState(lastValue, isCalled),
  creator: state,
  removed: false,
  before: null,
})

/** The state that a transaction finds, null when there is no sequence for it. */
const seenBy = (newest: SequenceState | null, reader: TransactionState | null): SequenceState | null => {
  let state = newest
  while (state !== null && state.creator !== reader && state.creator.commitSequence === Number.POSITIVE_INFINITY) {
    state = state.before
  }
  return state === null || state.removed ? null : state
}

const putState = (id: number, { logged, removed }: SequenceState, batch: WriteBatch): void => {
  const key = textKey(sequenceKey(id))
  if (removed) batch.delete(key)
  else batch.put(key, logged)
}

const successor = (value: ExactInteger, name: string, options: SequenceOptions): ExactInteger => {
  const { increment, minimum, maximum, cycle } = options
  const next = exactAdd(value, increment)
  const ascending = increment > 0
  if (ascending ? next <= maximum : next >= minimum) return next
  if (!cycle) throw sequenceLimit(ascending ? 'maximum' : 'minimum', name, String(ascending ? maximum : minimum))
  return ascending ? minimum : maximum
}

/** The value to log: `LOG_AHEAD` steps on, or the sequence's last before it ends or cycles. */
const ahead = (value: ExactInteger, { increment, minimum, maximum }: SequenceOptions): ExactInteger => {
  const target = BigInt(value) + BigInt(increment) * BigInt(LOG_AHEAD)
  if (target > BigInt(maximum)) return maximum
  if (target < BigInt(minimum)) return minimum
  return normalizeInteger(target)
}
