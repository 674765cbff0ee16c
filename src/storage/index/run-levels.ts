/**
 * Runs arranged for reading: a level holds runs whose ranges don't overlap, so that a place is looked up in one run of
 * each level. Loads in key order make one level of any number of runs.
 */
import type { Datum } from '../../types/sql-type.ts'
import { type EntryOrder, keyAt, type Place, type RunPart } from './entry-order.ts'
import type { Fence, IndexRun } from './index-run.ts'

export type Level = readonly IndexRun[]

export const compareFences = (order: EntryOrder, a: Fence, b: Fence): number =>
  order.compareKeys(a.key, b.key) || a.rowid - b.rowid

/** Levels of some runs, those with the most entries first. */
export const arrange = (order: EntryOrder, runs: readonly IndexRun[]): Level[] => {
  const levels: IndexRun[][] = []
  for (const run of runs.toSorted((a, b) => b.entries - a.entries)) {
    const level = levels.find((candidate) => fits(order, candidate, run))
    if (level === undefined) levels.push([run])
    else level.splice(firstNotBefore(order, level, { key: run.first.key, rowid: run.first.rowid }), 0, run)
  }
  return levels
}

const fits = (order: EntryOrder, level: Level, run: IndexRun): boolean => {
  const at = firstNotBefore(order, level, { key: run.first.key, rowid: run.first.rowid })
  const next = level[at]
  return next === undefined || compareFences(order, run.last, next.first) < 0
}

/** Index of the first run of a level that has an entry that does not lie before a place. */
const firstNotBefore = (order: EntryOrder, level: Level, place: Place): number => {
  let low = 0
  let high = level.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { last } = level[middle] as IndexRun
    if (order.isBefore(last.key, last.rowid, place)) low = middle + 1
    else high = middle
  }
  return low
}

/** Walks the entries of a level in one direction from a place. */
export class LevelCursor {
  readonly #order: EntryOrder
  readonly #level: Level
  readonly #limit: readonly Datum[] | undefined
  /** Run, part and position of the entry after the cursor's place; the part is null until it is needed. */
  #run = 0
  #partIndex = 0
  #part: RunPart | null = null
  #position = 0
  #key: Datum[] = []
  #rowid = -1

  /** Nothing beyond the limit, a prefix of the key, is asked for: runs that lie there need not be read. */
  constructor(order: EntryOrder, level: Level, place: Place, limit: readonly Datum[] | undefined) {
    this.#order = order
    this.#level = level
    this.#limit = limit
    this.#moveTo(place)
  }

  #moveTo(place: Place): void {
    const order = this.#order
    this.#run = firstNotBefore(order, this.#level, place)
    this.#partIndex = 0
    this.#part = null
    const run = this.#level[this.#run]
    if (run === undefined || !order.isBefore(run.first.key, run.first.rowid, place)) return
    this.#partIndex = lastPartBefore(order, run, place)
    this.#part = run.part(this.#partIndex)
    this.#position = order.lowerBound(this.#part, place)
  }

  get key(): Datum[] {
    return this.#key
  }
  get rowid(): number {
    return this.#rowid
  }

  /** Steps over the next entry; false at the end. */
  next(): boolean {
    const part = this.#partAhead()
    return part !== null && this.#take(part, this.#position++)
  }

  /** The part with the entry after the cursor's place, null at the end. */
  #partAhead(): RunPart | null {
    for (;;) {
      if (this.#part === null) {
        const run = this.#level[this.#run]
        if (run === undefined) return null
        if (this.#limit !== undefined && this.#order.compareKeys(run.first.key, this.#limit) > 0) return null
        this.#part = run.part(this.#partIndex)
        this.#position = 0
      }
      if (this.#position < this.#part.rowids.length) return this.#part
      this.#part = null
      if (++this.#partIndex < (this.#level[this.#run] as IndexRun).partCount) continue
      this.#run++
      this.#partIndex = 0
    }
  }

  /**
   * Steps forwards over the next entry that has a whole key, given as an entry of `keys`, and answers its rowid; -1 when
   * no entry ahead has it. The keys asked for must ascend: what lies below one is passed.
   */
  match(keys: RunPart, position: number): number {
    const order = this.#order
    for (let part = this.#partAhead(); part !== null; part = this.#partAhead()) {
      if (order.compareKeysOf(part, part.rowids.length - 1, keys, position) < 0) {
        this.#moveTo({ key: keyAt(keys, position), rowid: Number.NEGATIVE_INFINITY })
        continue
      }
      this.#position = order.firstNotBelow(part, this.#position, keys, position)
      if (order.compareKeysOf(part, this.#position, keys, position) !== 0) return -1
      return part.rowids[this.#position++] as number
    }
    return -1
  }

  /** Steps back over the previous entry; false at the start. */
  previous(): boolean {
    while (this.#part === null || this.#position === 0) {
      if (--this.#partIndex < 0) {
        const run = this.#level[--this.#run]
        if (run === undefined) return false
        if (this.#limit !== undefined && this.#order.compareKeys(run.last.key, this.#limit) < 0) return false
        this.#partIndex = run.partCount - 1
      }
      this.#part = (this.#level[this.#run] as IndexRun).part(this.#partIndex)
      this.#position = this.#part.rowids.length
    }
    return this.#take(this.#part, --this.#position)
  }

  #take(part: RunPart, position: number): true {
    this.#key = keyAt(part, position)
    this.#rowid = part.rowids[position] as number
    return true
  }
}

/** The last part of a run that begins before a place; the first one does. */
const lastPartBefore = (order: EntryOrder, run: IndexRun, place: Place): number => {
  let low = 0
  let high = run.partCount - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const { key, rowid } = run.fence(middle)
    if (order.isBefore(key, rowid, place)) low = middle
    else high = middle - 1
  }
  return low
}
