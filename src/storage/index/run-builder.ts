/** Making runs: sorting entries as they come, and merging runs that are sorted already. */
import type { Datum } from '../../types/sql-type.ts'
import { gather } from '../../vector/gather.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { pause } from '../pace.ts'
import { ColumnBuilder } from '../segments/column-builder.ts'
import { withStrings } from '../segments/utf8-vector.ts'
import { type EntryOrder, keyAt, type RunPart } from './entry-order.ts'
import { type IndexRun, PART_ENTRIES, ResidentRun } from './index-run.ts'
import type { KeyPart } from './key-order.ts'

/** Gathers entries in the order in which they come. */
class PartBuilder {
  readonly #builders: readonly ColumnBuilder[]
  readonly #rowids = new Float64Array(PART_ENTRIES)
  length = 0

  constructor(parts: readonly KeyPart[]) {
    this.#builders = parts.map(({ type }) => new ColumnBuilder(type, PART_ENTRIES))
  }

  get full(): boolean {
    return this.length === PART_ENTRIES
  }

  add(key: readonly Datum[], rowid: number): void {
    for (let c = 0; c < this.#builders.length; c++) (this.#builders[c] as ColumnBuilder).set(this.length, key[c])
    this.#rowids[this.length++] = rowid
  }

  copy(part: RunPart, position: number): void {
    for (let c = 0; c < this.#builders.length; c++) {
      ;(this.#builders[c] as ColumnBuilder).copy(this.length, part.keys[c] as AnyVector, position)
    }
    this.#rowids[this.length++] = part.rowids[position] as number
  }

  finish(): RunPart {
    const keys = this.#builders.map((builder) => withStrings(builder.finish(this.length)))
    return { keys, rowids: this.#rowids.slice(0, this.length) }
  }
}

/** A part's entries in index order, each once. */
const sortedPart = (order: EntryOrder, part: RunPart): RunPart => {
  if (order.isSorted(part)) return part
  const positions = order.sort(part)
  let kept = 0
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as number
    if (kept > 0 && order.compare(part, positions[kept - 1] as number, part, position) === 0) continue
    positions[kept++] = position
  }
  const chosen = new Int32Array(positions.buffer, 0, kept)
  return {
    keys: part.keys.map((column) => gather(column, chosen, kept)),
    rowids: Float64Array.from(chosen, (position) => part.rowids[position] as number),
  }
}

/** Sorts entries that come in any order, a part at a time. */
export class EntrySorter {
  readonly #order: EntryOrder
  #builder: PartBuilder
  /** Sorted parts; neighbours that are in order together are one run. */
  #runs: RunPart[][] = []
  entries = 0

  constructor(order: EntryOrder) {
    this.#order = order
    this.#builder = new PartBuilder(order.parts)
  }

  /** Adds an entry; true when a part was sorted and the caller may want to give way to others. */
  add(key: readonly Datum[], rowid: number): boolean {
    this.#builder.add(key, rowid)
    this.entries++
    if (!this.#builder.full) return false
    this.#close()
    return true
  }

  /** Adds entries that are columns already, not more than a part holds. */
  addPart(part: RunPart): void {
    this.#close()
    this.entries += part.rowids.length
    this.#append(sortedPart(this.#order, part))
  }

  #close(): void {
    if (this.#builder.length === 0) return
    this.#append(sortedPart(this.#order, this.#builder.finish()))
    this.#builder = new PartBuilder(this.#order.parts)
  }

  #append(part: RunPart): void {
    const last = this.#runs.at(-1)
    const before = last?.at(-1)
    if (before !== undefined && this.#order.compare(before, before.rowids.length - 1, part, 0) < 0) last?.push(part)
    else this.#runs.push([part])
  }

  /** Least and greatest key added since the last `take`, null when nothing was. */
  range(): { readonly lower: Datum[]; readonly upper: Datum[] } | null {
    this.#close()
    let range: { lower: Datum[]; upper: Datum[] } | null = null
    for (const parts of this.#runs) {
      const last = parts.at(-1) as RunPart
      const [lower, upper] = [keyAt(parts[0] as RunPart, 0), keyAt(last, last.rowids.length - 1)]
      if (range === null) range = { lower, upper }
      if (this.#order.compareKeys(lower, range.lower) < 0) range.lower = lower
      if (this.#order.compareKeys(upper, range.upper) > 0) range.upper = upper
    }
    return range
  }

  /** Everything added since the last call, as sorted runs in memory. */
  take(): ResidentRun[] {
    this.#close()
    const runs = this.#runs.map((parts) => new ResidentRun(parts))
    this.#runs = []
    this.entries = 0
    return runs
  }
}

/** A place in a run while runs are merged. */
class RunReader {
  readonly #run: IndexRun
  #next = 0
  part: RunPart
  position = 0

  constructor(run: IndexRun) {
    this.#run = run
    this.part = run.part(this.#next++)
  }

  /** Goes to the next entry; false at the end. */
  step(): boolean {
    return ++this.position < this.part.rowids.length || this.skipPart()
  }

  /** Goes to the next part; false at the end. */
  skipPart(): boolean {
    if (this.#next === this.#run.partCount) return false
    this.part = this.#run.part(this.#next++)
    this.position = 0
    return true
  }
}

/** Entries copied between two pauses. */
const SLICE = 4096

/**
 * Parts of the merge of runs, in order, each entry once; only entries that `keep` lets pass, when it is given. Gives way
 * to others between slices.
 */
export async function* mergeRuns(
  order: EntryOrder,
  runs: readonly IndexRun[],
  keep: ((part: RunPart, position: number) => boolean) | null = null,
): AsyncGenerator<RunPart> {
  const heap = runs.map((run) => new RunReader(run))
  const less = (a: RunReader, b: RunReader): boolean => order.compare(a.part, a.position, b.part, b.position) < 0
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const left = 2 * at + 1
      if (left >= heap.length) return
      const right = left + 1
      const child = right < heap.length && less(heap[right] as RunReader, heap[left] as RunReader) ? right : left
      if (!less(heap[child] as RunReader, heap[at] as RunReader)) return
      ;[heap[at], heap[child]] = [heap[child] as RunReader, heap[at] as RunReader]
      at = child
    }
  }
  for (let i = heap.length >> 1; i >= 0; i--) sink(i)
  const drop = (): void => {
    const last = heap.pop() as RunReader
    if (heap.length > 0) heap[0] = last
  }
  let builder = new PartBuilder(order.parts)
  /** The entry passed last: the same one from another run is left out. */
  let last: { part: RunPart; position: number } | null = null
  for (let n = 1; heap.length > 0; n++) {
    const top = heap[0] as RunReader
    if (builder.length === 0 && top.position === 0 && keep === null && isAhead(order, top, heap)) {
      // A part that lies before all others goes out as it is.
      const { part } = top
      if (last === null || order.compare(last.part, last.position, part, 0) < 0) {
        last = { part, position: part.rowids.length - 1 }
        if (!top.skipPart()) drop()
        sink(0)
        yield part
        await pause()
        continue
      }
    }
    const { part, position } = top
    if (last === null || order.compare(last.part, last.position, part, position) !== 0) {
      if (keep === null || keep(part, position)) builder.copy(part, position)
      last = { part, position }
    }
    if (!top.step()) drop()
    sink(0)
    if (builder.full) {
      yield builder.finish()
      builder = new PartBuilder(order.parts)
    }
    if (n % SLICE === 0) await pause()
  }
  if (builder.length > 0) yield builder.finish()
}

/** Whether the whole part of the first reader lies before everything else. */
const isAhead = (order: EntryOrder, top: RunReader, heap: readonly RunReader[]): boolean => {
  const end = top.part.rowids.length - 1
  for (const other of [heap[1], heap[2]]) {
    if (other !== undefined && order.compare(top.part, end, other.part, other.position) >= 0) return false
  }
  return true
}
