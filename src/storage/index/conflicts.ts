/** Whether a row may be added to an index that keeps keys apart: of unique keys, and of exclusion constraints. */
import type { Datum } from '../../types/sql-type.ts'
import type { Wait } from '../../vector/wait.ts'
import type { TransactionState, Writer } from '../transaction-state.ts'
import type { OrderedIndex } from './ordered-index.ts'

/** Answer of `probeUnique` and `probeExclusion`. */
export interface Conflict {
  readonly conflict: number
  /** Of an exclusion: the other row's key. */
  readonly key?: readonly Datum[]
}

/** What an exclusion constraint says of the keys of two rows. */
export interface Exclusion {
  /** So many leading parts of conflicting keys are equal. */
  readonly equalParts: number
  excludes(key: readonly Datum[], other: readonly Datum[]): boolean
}

/**
 * Whether a row with this key may be added: null when no live row has it, `{conflict: rowid}` when one has, or a
 * Wait while that hangs on another transaction's end (ask again afterwards). `ignoreRowid` is the row being
 * updated. Keys with a NULL never conflict unless `nullsDistinct` is false.
 */
export const probeUnique = (
  index: OrderedIndex,
  writer: Writer,
  key: readonly Datum[],
  ignoreRowid = -1,
  nullsDistinct = true,
): null | Conflict | Wait => {
  if (nullsDistinct && key.includes(null)) return null
  const wait = index.prepare()
  if (wait !== null) return wait
  const candidates = index.candidates({ lower: key, upper: key })
  while (candidates.next()) {
    if (candidates.rowid === ignoreRowid) continue
    const verdict = conflictOf(index, writer, candidates.rowid, (values) => (index.hasKey(values, key) ? key : null))
    if (verdict !== null) return verdict
  }
  return null
}

/** As `probeUnique` for an exclusion constraint: it looks at all keys that agree in the equal parts. */
export const probeExclusion = (
  index: OrderedIndex,
  writer: Writer,
  key: readonly Datum[],
  { equalParts, excludes }: Exclusion,
  ignoreRowid = -1,
): null | Conflict | Wait => {
  if (key.includes(null)) return null
  const wait = index.prepare()
  if (wait !== null) return wait
  const prefix = key.slice(0, equalParts)
  const candidates = index.candidates(equalParts === 0 ? {} : { lower: prefix, upper: prefix })
  const conflicting = (values: Datum[]): Datum[] | null => {
    const other = index.keyOfOld(values)
    return other !== null && !other.includes(null) && excludes(key, other) ? other : null
  }
  while (candidates.next()) {
    if (candidates.rowid === ignoreRowid || candidates.key.includes(null) || !excludes(key, candidates.key)) continue
    const verdict = conflictOf(index, writer, candidates.rowid, conflicting)
    if (verdict !== null) return verdict
  }
  return null
}

/**
 * Looks at a row's versions from the newest to the first committed or own one for one whose key stands in the way,
 * as `conflicting` answers it.
 */
const conflictOf = (
  index: OrderedIndex,
  writer: Writer,
  rowid: number,
  conflicting: (values: Datum[]) => readonly Datum[] | null,
): null | Conflict | Wait => {
  let verdict: null | Conflict | Wait = null
  let pending: TransactionState | null = null
  index.store.someVersion(rowid, index.definition.reads, (values, creator) => {
    const inProgress = creator !== writer.state && creator.commitSequence === Number.POSITIVE_INFINITY
    if (inProgress) pending ??= creator
    const key = values === null ? null : conflicting(values)
    if (key !== null) verdict = pending === null ? { conflict: rowid, key } : writer.waitFor(pending)
    return key !== null || !inProgress
  })
  return verdict
}
