/** Sort, and sort that keeps only the first rows. */
import type { Sort, TopN } from '../../plan/physical.ts'
import { BATCH_SIZE, type Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { evaluateScalar, layoutOf } from '../expression/compile.ts'
import type { OperatorCompilation } from '../expression/evaluator.ts'
import type { Operator, Pull } from '../operator.ts'
import { PositionSort } from '../position-sort.ts'
import { kilobytes, type Reporting, type RunReport } from '../report.ts'
import { positionComparator } from '../row-order.ts'
import { SortedRuns } from '../spill/sorted-runs.ts'
import { TopBound } from '../top-bound.ts'

/** Hands out a collected batch in an order of its positions. */
export class OrderedOutput {
  readonly #batch: Batch
  readonly #order: Int32Array
  #next = 0

  constructor(batch: Batch, order: Int32Array) {
    this.#batch = batch
    this.#order = order
  }

  next(): Batch | null {
    if (this.#next >= this.#order.length) return null
    const selection = this.#order.subarray(this.#next, this.#next + BATCH_SIZE)
    this.#next += selection.length
    return this.#batch.select(selection)
  }
}

/** Bytes per row that sorting takes beside the rows: two positions, and a rank per key. */
const sortBytes = (keys: number): number => 8 + 8 * keys

interface Sorting {
  readonly batch: Batch
  readonly sort: PositionSort
  readonly last: boolean
  /** What the rows take while they are sorted. */
  readonly bytes: number
}

export class SortOperator implements Operator, Reporting {
  readonly #plan: Sort | TopN
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #scope: OperatorCompilation
  #collector: BatchCollector | null = null
  #output: OrderedOutput | null = null
  #bound: TopBound | null = null
  /** The sort under way: of all rows (`last`) or of what has come so far, to drop what a limit leaves out. */
  #sorting: Sorting | null = null
  /** Rows that memory had no room for. */
  #runs: SortedRuns | null = null
  /** A sorted run is being written. */
  #writing = false
  /** It is the last. */
  #lastRun = false
  /** All rows are in the runs. */
  #merging = false
  /** Most bytes taken, in memory and on disk; for EXPLAIN. */
  #memory = 0
  #disk = 0
  /** Rows that are ever asked for. */
  #limit = Number.POSITIVE_INFINITY

  constructor(plan: Sort | TopN, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    this.#scope = { context, layout: layoutOf(plan.input.outputs) }
  }

  open(): void {
    this.#forget()
    this.#collector = this.#emptyCollector()
    this.#limit = this.#plan.kind === 'top-n' ? this.#wanted(this.#plan) : Number.POSITIVE_INFINITY
    this.#bound = this.#limit === Number.POSITIVE_INFINITY ? null : this.#emptyBound()
    this.#input.open()
  }

  #emptyBound(): TopBound | null {
    const [first] = this.#plan.keys
    return first === undefined ? null : new TopBound(first, this.#scope)
  }

  #emptyCollector(): BatchCollector {
    return new BatchCollector(batchTypes(this.#plan))
  }

  #wanted(plan: TopN): number {
    const scope = { context: this.#context, layout: new Map() }
    const limit = evaluateScalar(plan.limit, scope)
    const offset = plan.offset === null ? 0 : evaluateScalar(plan.offset, scope)
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, Number(limit)) + Math.max(0, Number(offset ?? 0))
  }

  next(): Pull {
    if (this.#output === null && !this.#merging) {
      const wait = this.#collect()
      if (wait !== null) return wait
    }
    if (!this.#merging) return this.#output?.next() ?? null
    const pulled = this.#runs?.next() ?? null
    this.#disk = Math.max(this.#disk, this.#runs?.bytes ?? 0)
    return pulled
  }

  #collect(): Wait | null {
    for (;;) {
      const wait = this.#writing ? this.#writeRun() : this.#sorting === null ? null : this.#sortRows()
      if (wait !== null) return wait
      if (this.#output !== null || this.#merging) return null
      if (this.#writing) continue
      const batch = this.#input.next()
      if (batch instanceof Wait) return batch
      const collector = this.#collector as BatchCollector
      if (batch === null) {
        this.#startSort(collector, true)
        continue
      }
      const wanted = this.#bound === null ? batch : this.#bound.within(batch)
      if (wanted === null) continue
      collector.add(wanted)
      // What is beyond the limit is forgotten now and then.
      if (collector.count > 2 * this.#limit + BATCH_SIZE * 4 || this.#bytes(collector) > this.#context.workMem) {
        this.#startSort(collector, false)
      }
    }
  }

  #bytes(collector: BatchCollector): number {
    return collector.bytes + collector.count * sortBytes(this.#plan.keys.length)
  }

  /** Goes on sorting what was collected; then it is the output, or a run, or what a limit leaves of it is kept. */
  #sortRows(): Wait | null {
    const sorting = this.#sorting as Sorting
    const wait = sorting.sort.run(() => this.#context.poll())
    if (wait !== null) return wait
    const { batch, sort, last, bytes } = sorting
    const order = sort.order.length > this.#limit ? sort.order.slice(0, this.#limit) : sort.order
    this.#sorting = null
    if (last && this.#runs === null) {
      this.#output = new OrderedOutput(batch, order)
      return null
    }
    const kept = bytes * (order.length / Math.max(1, batch.length))
    if (this.#runs !== null || kept > this.#context.workMem / 2) {
      this.#runs ??= new SortedRuns(batchTypes(this.#plan), this.#plan.keys, this.#scope)
      this.#runs.start(batch, order)
      this.#writing = true
      this.#merging = false
      this.#lastRun = last
      return null
    }
    this.#collector = this.#emptyCollector()
    const rows = batch.select(order)
    this.#collector.add(rows)
    if (rows.count > 0 && rows.count === this.#limit) this.#bound?.set(rows)
    return null
  }

  #writeRun(): Wait | null {
    const runs = this.#runs as SortedRuns
    const wait = runs.write()
    if (wait !== null) return wait
    this.#disk = Math.max(this.#disk, runs.bytes)
    this.#writing = false
    this.#merging = this.#lastRun
    this.#collector = this.#lastRun ? null : this.#emptyCollector()
    return null
  }

  #startSort(collector: BatchCollector, last: boolean): void {
    const bytes = this.#bytes(collector)
    this.#memory = Math.max(this.#memory, bytes)
    const batch = collector.finish()
    const compare = positionComparator(batch, this.#plan.keys, this.#scope)
    this.#sorting = { batch, sort: new PositionSort(batch.length, compare), last, bytes }
    this.#collector = null
  }

  #forget(): void {
    this.#collector = null
    this.#sorting = null
    this.#output = null
    this.#runs?.close()
    this.#runs = null
    this.#writing = false
    this.#merging = false
  }

  report(): RunReport | null {
    if (this.#memory === 0 && this.#disk === 0) return null
    const method = this.#disk > 0 ? 'external merge' : this.#plan.kind === 'top-n' ? 'top-N heapsort' : 'quicksort'
    const space = this.#disk > 0 ? 'Disk' : 'Memory'
    const used = kilobytes(this.#disk > 0 ? this.#disk : this.#memory)
    return {
      lines: [`Sort Method: ${method}  ${space}: ${used}kB`],
      properties: [
        ['Sort Method', method],
        ['Sort Space Used', used],
        ['Sort Space Type', space],
      ],
    }
  }

  close(): void {
    this.#forget()
    this.#input.close()
  }
}

const batchTypes = (plan: Sort | TopN) => plan.input.outputs.map((column) => column.type)
