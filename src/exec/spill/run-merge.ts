/** Merges sorted runs: a heap of their next rows, ordered by the keys and, among equals, by the runs' order. */
import type { SortKey } from '../../analyze/expression.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { interleave } from '../../vector/interleave.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import { compileExpression, type CompiledExpression } from '../expression/compile.ts'
import type { Compilation } from '../expression/evaluator.ts'
import type { Operator, Pull } from '../operator.ts'
import { numberRanks } from '../row-order.ts'

/** A key's values in one block: numbers whose order is the key's, where the vector has such. */
interface KeyValues {
  readonly vector: AnyVector
  readonly ranks: Float64Array | null
  /** Kind and scale: ranks of one form only are comparable. */
  readonly form: number
}

const formOf = (vector: AnyVector): number => (vector.kind === 'decimal' ? 1 + vector.scale : 0)

/** The next row of a run. */
interface Head {
  readonly reader: Pick<Operator, 'next'>
  /** The run's place among the runs. */
  readonly run: number
  batch: Batch
  at: number
  /** The block's number among the sources of the batch in the making. */
  source: number
  keys: readonly KeyValues[]
}

export class RunMerge {
  readonly #types: readonly SqlType[]
  readonly #keys: readonly SortKey[]
  readonly #values: readonly CompiledExpression[]
  /** Runs whose first block, or next one, is still to come. */
  #waiting: Head[]
  /** A heap: the least row first. */
  readonly #heap: Head[] = []
  #blocks: Batch[] = []
  readonly #sources = new Int32Array(BATCH_SIZE)
  readonly #positions = new Int32Array(BATCH_SIZE)
  #count = 0

  constructor(
    readers: readonly Pick<Operator, 'next'>[],
    types: readonly SqlType[],
    keys: readonly SortKey[],
    scope: Compilation,
  ) {
    this.#types = types
    this.#keys = keys
    this.#values = keys.map((key) => compileExpression(key.expr, scope))
    this.#waiting = readers.map((reader, run) => ({
      reader,
      run,
      batch: new Batch([], 0),
      at: 0,
      source: 0,
      keys: [],
    }))
  }

  next(): Pull {
    for (;;) {
      const wait = this.#fill()
      if (wait !== null) return wait
      const heap = this.#heap
      while (heap.length > 0 && this.#count < BATCH_SIZE) {
        const head = heap[0] as Head
        this.#sources[this.#count] = head.source
        this.#positions[this.#count++] = head.at++
        if (head.at < head.batch.length) this.#sink(0)
        else {
          this.#removeFirst()
          this.#waiting.push(head)
          break
        }
      }
      if (this.#count === BATCH_SIZE || (heap.length === 0 && this.#waiting.length === 0)) return this.#output()
    }
  }

  /** Gives every waiting run its next block; runs at their end are forgotten. */
  #fill(): Wait | null {
    while (this.#waiting.length > 0) {
      const head = this.#waiting[this.#waiting.length - 1] as Head
      const pulled = head.reader.next()
      if (pulled instanceof Wait) return pulled
      this.#waiting.pop()
      if (pulled === null) continue
      head.batch = pulled
      head.at = 0
      head.source = this.#blocks.push(pulled) - 1
      head.keys = this.#values.map((value, i): KeyValues => {
        const vector = value.vector(pulled)
        return { vector, ranks: numberRanks(vector, this.#keys[i] as SortKey), form: formOf(vector) }
      })
      this.#heap.push(head)
      this.#rise(this.#heap.length - 1)
    }
    return null
  }

  #output(): Batch | null {
    const count = this.#count
    if (count === 0) return null
    const columns = this.#types.map((type, i) =>
      interleave(
        type,
        this.#blocks.map((block) => block.columns[i] as AnyVector),
        this.#sources,
        this.#positions,
        count,
      ),
    )
    this.#count = 0
    this.#blocks = this.#heap.map((head, source) => {
      head.source = source
      return head.batch
    })
    return new Batch(columns, count)
  }

  #before(a: Head, b: Head): boolean {
    for (let i = 0; i < this.#keys.length; i++) {
      const x = a.keys[i] as KeyValues
      const y = b.keys[i] as KeyValues
      const order =
        x.ranks !== null && y.ranks !== null && x.form === y.form
          ? (x.ranks[a.at] as number) - (y.ranks[b.at] as number)
          : compareDatums(this.#keys[i] as SortKey, x.vector.get(a.at), y.vector.get(b.at))
      if (order !== 0) return order < 0
    }
    return a.run < b.run
  }

  #sink(from: number): void {
    const heap = this.#heap
    const head = heap[from] as Head
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap[child + 1] as Head, heap[child] as Head)) child++
      if (this.#before(head, heap[child] as Head)) break
      heap[at] = heap[child] as Head
      at = child
    }
    heap[at] = head
  }

  #rise(from: number): void {
    const heap = this.#heap
    const head = heap[from] as Head
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#before(heap[parent] as Head, head)) break
      heap[at] = heap[parent] as Head
      at = parent
    }
    heap[at] = head
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }
}

const compareDatums = ({ expr, descending, nullsFirst }: SortKey, a: Datum, b: Datum): number => {
  if (a === null || b === null) {
    if (a === b) return 0
    return (a === null) === nullsFirst ? -1 : 1
  }
  const order = expr.type.compare?.(a, b) ?? 0
  return descending ? -order : order
}
