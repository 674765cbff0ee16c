/**
 * The references of very many rows: the keys of all foreign keys of a table are read by columns, those met before are
 * dropped, and the others looked up some thousands at a time in the order of the referenced indexes. What cannot be
 * settled on the way is looked at row by row, in the order of the rows, so that the error is that of the first row.
 */
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { type RunPart, keyAt } from '../../storage/index/entry-order.ts'
import { searchRuns } from '../../storage/index/run-search.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { ColumnCollector } from '../../vector/column-collector.ts'
import { type AnyVector, vectorOf } from '../../vector/vector.ts'
import type { ExecutionContext } from '../context.ts'
import { KeyTable } from '../hash/key-table.ts'
import { columnsAt } from './constraint.ts'
import type { Reference } from './reference.ts'

/** New keys of one foreign key that are looked up together. */
const LOOKUP_KEYS = 16_384
/** Keys looked up between two pauses. */
const SLICE = 512
/** Memory that the keys of one foreign key take which are remembered, and what one takes beside its values; bytes. */
const KNOWN_BYTES = 2 ** 26
const ENTRY_BYTES = 40

/** A key that was not settled with the others. */
interface OpenKey {
  readonly reference: Reference
  readonly key: readonly Datum[]
  /** Number of the first row with the key. */
  readonly row: number
}

/** The keys of one foreign key that are still to be looked up. */
class PendingKeys {
  readonly reference: Reference
  readonly #context: ExecutionContext
  readonly #columns: readonly Column[]
  readonly #referenced: readonly Column[]
  /** Where the key's columns are in the batches. */
  readonly #places: readonly number[]
  #known: KeyTable
  #knownBytes = 0
  #collectors: readonly ColumnCollector[]
  /** First row of each key. */
  #rows: number[] = []
  /** Rows with a NULL in a MATCH FULL key. */
  #open: OpenKey[] = []

  constructor(context: ExecutionContext, reference: Reference, child: RelationObject, places: readonly number[]) {
    const { constraint } = reference
    this.reference = reference
    this.#context = context
    this.#columns = columnsAt(child, constraint.columns)
    this.#referenced = columnsAt(reference.parent, constraint.foreign.columns)
    this.#places = places
    this.#known = this.#newTable()
    this.#collectors = this.#newCollectors()
  }

  #newTable(): KeyTable {
    return new KeyTable(
      this.#columns.map(({ type }) => type.hashKey ?? ((value: Datum) => String(value))),
      false,
    )
  }

  #newCollectors(): ColumnCollector[] {
    return this.#columns.map(({ type }) => new ColumnCollector(type))
  }

  get count(): number {
    return this.#rows.length
  }

  /** Takes the new keys of a batch, whose first position has a number among all rows. */
  collect(batch: Batch, firstRow: number): void {
    const vectors = this.#places.map((place) => batch.columns[place] as AnyVector)
    if (this.#knownBytes > KNOWN_BYTES) {
      this.#known = this.#newTable()
      this.#knownBytes = 0
    }
    let next = this.#known.count
    const numbers = this.#known.add(batch, vectors)
    const { matchFull } = this.reference.constraint.foreign
    if (matchFull) this.#collectNulls(batch, vectors, numbers, firstRow)
    const count = this.#known.count - next
    if (count === 0) return
    const positions = new Int32Array(count)
    let found = 0
    // New keys are numbered in the order of their first rows.
    for (let k = 0; found < count; k++) {
      if (numbers[k] !== next) continue
      next++
      const position = batch.position(k)
      positions[found++] = position
      this.#rows.push(firstRow + position)
    }
    for (const [i, collector] of this.#collectors.entries()) collector.add(vectors[i] as AnyVector, positions, count)
  }

  /** One row with a NULL beside other values is enough: it will be the error. */
  #collectNulls(batch: Batch, vectors: readonly AnyVector[], numbers: Int32Array, firstRow: number): void {
    if (this.#open.length > 0) return
    for (let k = 0; k < numbers.length; k++) {
      if ((numbers[k] as number) >= 0) continue
      const position = batch.position(k)
      if (vectors.every((vector) => vector.isNull(position))) continue
      const key = vectors.map((vector): Datum => vector.get(position))
      this.#open.push({ reference: this.reference, key, row: firstRow + position })
      return
    }
  }

  /** Looks the keys up; answers those that are not settled. */
  async search(): Promise<OpenKey[]> {
    const open = this.#open
    const rows = this.#rows
    if (rows.length > 0) {
      this.#knownBytes += this.#collectors.reduce((sum, { bytes }) => sum + bytes, rows.length * ENTRY_BYTES)
      const vectors = this.#collectors.map((collector) => collector.finish())
      this.#collectors = this.#newCollectors()
      const found = await this.#find(vectors, rows.length)
      for (let i = 0; i < rows.length; i++) {
        if (found[i] === 1) continue
        open.push({
          reference: this.reference,
          key: vectors.map((vector): Datum => vector.get(i)),
          row: rows[i] as number,
        })
      }
    }
    this.#open = []
    this.#rows = []
    return open
  }

  async #find(vectors: readonly AnyVector[], count: number): Promise<Uint8Array> {
    const { reference } = this
    for (let wait = reference.prepare(); wait !== null; wait = reference.prepare()) await wait
    const [part, ...others] = reference.parts
    // Keys of several partitions are looked up one by one.
    if (part === undefined || others.length > 0) return new Uint8Array(count)
    const { index } = part
    const keys: RunPart = {
      keys: part.places.map((place) => this.#converted(vectors, place)),
      rowids: new Float64Array(count),
    }
    const sorted = index.order.isSorted(keys)
      ? Uint32Array.from({ length: count }, (_, i) => i)
      : index.order.sort(keys)
    const found = new Uint8Array(count)
    for (let from = 0; from < count; from += SLICE) {
      searchRuns(index, keys, sorted.subarray(from, from + SLICE), found, (position, rowid) =>
        reference.accept(part, keyAt(keys, position), rowid),
      )
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
    return found
  }

  #converted(vectors: readonly AnyVector[], place: number): AnyVector {
    const vector = vectors[place] as AnyVector
    const convert = this.reference.conversions[place]
    if (convert === null || convert === undefined) return vector
    const values = Array.from({ length: vector.length }, (_, i): Datum => convert(vector.get(i)))
    return vectorOf((this.#referenced[place] as Column).type, values)
  }
}

export class ManyReferences {
  readonly #context: ExecutionContext
  readonly #pending: readonly PendingKeys[]
  /** Columns of the table that batches must have, in this order: those of all the keys. */
  readonly projection: readonly number[]
  #rows = 0

  /** References of one table, in the order in which their constraints are checked. */
  constructor(context: ExecutionContext, child: RelationObject, references: readonly Reference[]) {
    this.#context = context
    this.projection = [...new Set(references.flatMap(({ constraint }) => constraint.columns))].map(
      (attnum) => attnum - 1,
    )
    this.#pending = references.map((reference) => {
      const places = reference.constraint.columns.map((attnum) => this.projection.indexOf(attnum - 1))
      return new PendingKeys(context, reference, child, places)
    })
  }

  /**
   * Takes the live rows of a batch, or those that `live` tells for a reference (null: none). Throws 23503 of the first
   * row whose key is missing; 40001.
   */
  async add(batch: Batch, live: (reference: Reference) => Batch | null = () => batch): Promise<void> {
    let most = 0
    for (const pending of this.#pending) {
      const rows = live(pending.reference)
      if (rows !== null) pending.collect(rows, this.#rows)
      most = Math.max(most, pending.count)
    }
    this.#rows += batch.length
    if (most >= LOOKUP_KEYS) await this.finish()
    const wait = this.#context.poll()
    if (wait !== null) await wait.promise
  }

  /** Settles all rows taken so far. */
  async finish(): Promise<void> {
    const open: OpenKey[] = []
    for (const pending of this.#pending) open.push(...(await pending.search()))
    // Sorting keeps the order of the constraints within a row.
    open.sort((a, b) => a.row - b.row)
    for (const [i, { reference, key }] of open.entries()) {
      if (!reference.refers(key)) continue
      const held = reference.require(key)
      if (held !== null) await held
      if (i % SLICE !== SLICE - 1) continue
      const wait = this.#context.poll()
      if (wait !== null) await wait.promise
    }
  }
}
