/**
 * Window functions over an input sorted by partition and order keys. Whole partitions are worked on at a time, as many as
 * memory has room for; a partition that it has no room for is read from disk.
 */
import type { FrameBound, WindowSpec } from '../../analyze/query.ts'
import { invalidFrameOffset } from '../../errors/raise/execution.ts'
import { functionByOid } from '../../functions/index.ts'
import type { Accumulator, AggregateFunction } from '../../functions/records.ts'
import type { Window } from '../../plan/physical.ts'
import { OID } from '../../types/oids.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import { callTypes } from '../aggregate-call.ts'
import type { ExecutionContext } from '../context.ts'
import { compileExpression, evaluateScalar, layoutOf } from '../expression/compile.ts'
import type { OperatorCompilation, Evaluator } from '../expression/evaluator.ts'
import { interpret, invoke } from '../expression/interpret.ts'
import { groupKey, type Key } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsAtHand } from '../spill/rows-at-hand.ts'
import type { SessionSpill } from '../spill/spill-area.ts'
import { part, SpillSet, type SpillStream } from '../spill/spill-set.ts'
import { frameFinder, type FrameInput, type Range } from '../window-frame.ts'
import { aggregateFrames, firstRows, Partition, Results, STEP } from '../window-partition.ts'

/** Bytes per row and call that are taken beside the rows. */
const RESULT_BYTES = 40

/** Blocks of a partition on disk take this share of the memory each. */
const BUFFERS = 32

/** A partition that memory has no room for. */
interface LargePartition {
  readonly set: SpillSet
  readonly rows: SpillStream
  phase: 'collected' | 'complete' | 'worked on'
}

export class WindowOperator implements Operator {
  readonly #plan: Window
  readonly #input: Operator
  readonly #scope: OperatorCompilation
  /** The partition of a row; null where all rows are one. */
  readonly #partitionOf: ((batch: Batch, position: number) => Key) | null
  #collector: BatchCollector
  /** The partition that the first row collected belongs to. */
  #first: Key | null = null
  #ended = false
  #large: LargePartition | null = null
  #output: Batch | null = null
  /** The computation under way; every step of it is short. */
  #work: Generator<void, Batch> | null = null
  #at = 0

  constructor(plan: Window, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#scope = { context, layout: layoutOf(plan.input.outputs) }
    const { partitionBy } = plan.spec
    this.#partitionOf = partitionBy.length === 0 ? null : groupKey(partitionBy, this.#scope)
    this.#collector = this.#emptyCollector()
  }

  #emptyCollector(): BatchCollector {
    return new BatchCollector(this.#plan.input.outputs.map((column) => column.type))
  }

  open(): void {
    this.#forget()
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      const output = this.#nextOutput()
      if (output !== null) return output
      const wait = this.#scope.context.poll() ?? this.#large?.set.held() ?? null
      if (wait !== null) return wait
      if (this.#work !== null) {
        const step = this.#work.next()
        if (!step.done) continue
        this.#output = step.value
        this.#at = 0
        this.#work = null
        continue
      }
      if (this.#large?.phase === 'complete') {
        const written = this.#large.set.file.flushed()
        if (written !== null) return written
        this.#work = this.#compute(rowsAtHand(this.#large.set, this.#large.rows))
        this.#large.phase = 'worked on'
        continue
      }
      if (this.#ended) return null
      const batch = this.#input.next()
      if (batch instanceof Wait) return batch
      if (batch !== null) this.#collect(batch)
      else this.#end()
    }
  }

  #nextOutput(): Batch | null {
    if (this.#output === null) return null
    const from = this.#at
    const to = Math.min(this.#output.length, from + BATCH_SIZE)
    if (from < to) {
      this.#at = to
      return slice(this.#output, from, to)
    }
    this.#output = null
    if (this.#large?.phase === 'worked on') this.#closeLarge()
    return null
  }

  /** Keeps the rows; when memory is full, whole partitions are worked on, or a single one goes to disk. */
  #collect(batch: Batch): void {
    if (this.#large !== null) {
      this.#collectLarge(this.#large, batch)
      return
    }
    const partition = this.#partitionOf
    if (partition !== null && this.#collector.count === 0) this.#first = partition(batch, batch.position(0))
    this.#collector.add(batch)
    if (this.#bytes() <= this.#scope.context.workMem) return
    const last = partition?.(batch, batch.position(batch.count - 1)) ?? null
    const rows = this.#collector.finish()
    this.#collector = this.#emptyCollector()
    if (partition === null || last === this.#first) {
      const types = this.#plan.input.outputs.map((column) => column.type)
      const { spill, workMem } = this.#scope.context
      const set = new SpillSet(spill as SessionSpill, types, workMem / BUFFERS)
      this.#large = { set, rows: set.stream(), phase: 'collected' }
      this.#large.rows.add(rows)
      return
    }
    let cut = rows.length - 1
    while (cut > 0 && partition(rows, cut - 1) === last) cut--
    this.#work = this.#compute(slice(rows, 0, cut))
    this.#collector.add(slice(rows, cut, rows.length))
    this.#first = last
  }

  /** Adds rows to the partition on disk, up to its end. */
  #collectLarge(large: LargePartition, batch: Batch): void {
    const partition = this.#partitionOf
    let own = batch.count
    if (partition !== null) {
      own = 0
      while (own < batch.count && partition(batch, batch.position(own)) === this.#first) own++
    }
    if (own > 0) large.rows.add(part(batch, 0, own))
    if (own === batch.count) return
    this.#completeLarge(large)
    this.#collector.add(part(batch, own, batch.count))
    this.#first = partition?.(batch, batch.position(own)) ?? null
  }

  #completeLarge(large: LargePartition): void {
    large.rows.finish()
    large.phase = 'complete'
  }

  #end(): void {
    this.#ended = true
    if (this.#large !== null) {
      this.#completeLarge(this.#large)
      return
    }
    this.#work = this.#compute(this.#collector.finish())
    this.#collector = this.#emptyCollector()
  }

  #closeLarge(): void {
    this.#large?.set.close()
    this.#large = null
  }

  #bytes(): number {
    return this.#collector.bytes + this.#collector.count * this.#plan.calls.length * RESULT_BYTES
  }

  *#compute(rows: Batch): Generator<void, Batch> {
    const { spec, calls } = this.#plan
    const results = calls.map(({ call }) => new Results(call.type))
    const starts = yield* firstRows(rows, spec.partitionBy, this.#scope, { from: 0, to: rows.length })
    for (let p = 0; p < starts.length; p++) {
      const range = { from: starts[p] as number, to: starts[p + 1] ?? rows.length }
      const frames = frameFinder(yield* this.#frameInput(rows, range))
      for (const [i, { call }] of calls.entries()) {
        const args = call.args.map((arg) => compileExpression(arg, this.#scope).value)
        const filter = call.filter === null ? null : interpret(call.filter, this.#scope)
        const partition = new Partition(rows, range, args, frames)
        const out = results[i] as Results
        if (call.function.kind === 'window') {
          for (let row = 0; row < partition.size; row++) {
            out.add(call.function.evaluateRow(partition, row))
            if (row % STEP === STEP - 1) yield
          }
        } else {
          const types = callTypes(call.args, call.type, this.#scope.context)
          const create = (): Accumulator => (call.function as AggregateFunction).create(types)
          const emit = (value: Datum): void => out.add(value)
          yield* aggregateFrames(call.function, create, partition, args.length, filter, this.#scope.context, emit)
        }
      }
      yield
    }
    return new Batch([...rows.columns, ...results.map((result) => result.finish())], rows.length)
  }

  *#frameInput(rows: Batch, range: Range): Generator<void, FrameInput> {
    const { spec } = this.#plan
    const offset = (bound: FrameBound, which: 'starting' | 'ending'): Datum => {
      if (bound.offset === null) return null
      const value = evaluateScalar(bound.offset, { context: this.#scope.context, layout: new Map() })
      if (value === null) throw invalidFrameOffset(which, false)
      if (spec.mode !== 'range' && value < 0) throw invalidFrameOffset(which, true)
      return value
    }
    const key = spec.orderBy[0]
    const keyValue: Evaluator | null = key === undefined ? null : interpret(key.expr, this.#scope)
    const keys = spec.orderBy.map((k) => k.expr)
    const peers = yield* firstRows(rows, keys, this.#scope, range)
    return {
      spec: spec as WindowSpec,
      size: range.to - range.from,
      peers: peers.map((row) => row - range.from),
      start: offset(spec.start, 'starting'),
      end: offset(spec.end, 'ending'),
      keyAt: (row: number): Datum => keyValue?.(rows, range.from + row) ?? null,
      inRange: this.#inRange(),
    }
  }

  /** Whether a value of the order key lies in range of another one. */
  #inRange() {
    const type = this.#plan.spec.orderBy[0]?.expr.type as SqlType
    const known = new Map<FrameBound, (...args: Datum[]) => Datum>()
    return (bound: FrameBound, value: Datum, base: Datum, offset: Datum, sub: boolean, less: boolean): boolean => {
      let call = known.get(bound)
      if (call === undefined) {
        const fn = functionByOid(bound.inRange ?? 0)
        if (fn?.kind !== 'scalar' || bound.offset === null) throw new Error('RANGE offset without in_range')
        const truth = this.#scope.context.catalog.typeOf(OID.bool)
        call = invoke(fn, [type, type, bound.offset.type, truth, truth], truth, this.#scope.context)
        known.set(bound, call)
      }
      return call(value, base, offset, sub, less) as boolean
    }
  }

  #forget(): void {
    this.#collector = this.#emptyCollector()
    this.#first = null
    this.#closeLarge()
    this.#ended = false
    this.#output = null
    this.#work = null
    this.#at = 0
  }

  close(): void {
    this.#forget()
    this.#input.close()
  }
}

const slice = (rows: Batch, from: number, to: number): Batch =>
  new Batch(
    rows.columns.map((column) => column.slice(from, to) as AnyVector),
    to - from,
  )
