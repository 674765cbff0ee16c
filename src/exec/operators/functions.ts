/** Functions that produce rows: in FROM, and in select lists. */
import type { Expr, RecordColumn } from '../../analyze/expression.ts'
import type { FunctionCall } from '../../analyze/query.ts'
import { returnedRowType, returnedRowWidth, waitingSetMisplaced } from '../../errors/raise/execution.ts'
import type { EvalContext } from '../../functions/context.ts'
import type { SetReturningFunction } from '../../functions/records.ts'
import type { FunctionScan, ProjectSet } from '../../plan/physical.ts'
import { formatType } from '../../types/index.ts'
import { SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, type Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import { callTypes } from '../aggregate-call.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf, ONE_ROW } from '../expression/compile.ts'
import type { OperatorCompilation, Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { rowsBatch } from '../row-buffer.ts'

/** A set-returning call ready to run for a row. */
interface SetCall {
  run(batch: Batch, position: number): Iterator<Datum>
  /** Of a call that waits. */
  gather(): Promise<Iterator<Datum>>
}

const NOTHING: Iterable<Datum> = []

const prepare = (
  fn: SetReturningFunction,
  args: readonly Expr[],
  result: SqlType,
  scope: OperatorCompilation,
  columns?: readonly RecordColumn[],
): SetCall => {
  const values = args.map((arg) => interpret(arg, scope))
  const types = callTypes(args, result, scope.context, columns)
  const evaluation: EvalContext = scope.context.eval
  return {
    gather: async () => {
      const actual = values.map((value) => value(ONE_ROW, 0))
      return ((await fn.gather?.(evaluation, types, ...actual)) ?? NOTHING)[Symbol.iterator]()
    },
    run: (batch, position) => {
      if (fn.gather !== undefined) throw waitingSetMisplaced(fn.name)
      const actual = values.map((value) => value(batch, position))
      const rows = fn.strict && actual.includes(null) ? NOTHING : fn.rows(evaluation, types, ...actual)
      return rows[Symbol.iterator]()
    },
  }
}

/** The columns of one produced row: one datum, or the fields of a record. Throws 42804 for a record of another shape. */
const fieldsOf = (row: Datum, { expands, record }: Pick<FunctionCall, 'expands' | 'record'>): readonly Datum[] => {
  if (Array.isArray(row)) return row
  if (!expands) return [row]
  if (!(row instanceof SqlRecord)) return []
  if (record !== undefined) checkShape(row, record)
  return row.values
}

/** The type of a record is known from what is in it only: it must be that which the query was analysed for. */
const checkShape = ({ types }: SqlRecord, expected: readonly RecordColumn[]): void => {
  if (types.length !== expected.length) throw returnedRowWidth(types.length, expected.length)
  for (const [i, type] of types.entries()) {
    const { type: wanted } = expected[i] as RecordColumn
    if (type.oid !== wanted.oid) throw returnedRowType(formatType(type, -1), i + 1, formatType(wanted, -1))
  }
}

/** ROWS FROM: calls side by side, shorter ones padded with NULLs, optionally numbered. */
export class FunctionScanOperator implements Operator {
  readonly #plan: FunctionScan
  readonly #context: ExecutionContext
  readonly #starts: readonly {
    readonly start: () => Iterator<Datum> | Promise<Iterator<Datum>>
    readonly width: number
    readonly call: FunctionCall
  }[]
  #iterators: (Iterator<Datum> | null)[] = []
  /** Until calls that wait have their rows. */
  #gathering: Promise<void> | null = null
  #number = 0

  constructor(plan: FunctionScan, context: ExecutionContext) {
    this.#plan = plan
    this.#context = context
    const scope = { context, layout: new Map() }
    this.#starts = plan.item.calls.map((call) => {
      const width = call.columns.length
      if (call.function === null) {
        const value = interpret(call.args[0] as Expr, scope)
        return { width, call, start: () => [value(ONE_ROW, 0)][Symbol.iterator]() }
      }
      const set = prepare(call.function, call.args, call.type, scope, call.record)
      const waits = call.function.gather !== undefined
      return { width, call, start: () => (waits ? set.gather() : set.run(ONE_ROW, 0)) }
    })
  }

  open(): void {
    this.#number = 0
    const started = this.#starts.map(({ start }) => start())
    if (started.some((iterator) => iterator instanceof Promise)) this.#gathering = this.#gather(started)
    else this.#iterators = started as Iterator<Datum>[]
  }

  async #gather(started: readonly (Iterator<Datum> | Promise<Iterator<Datum>>)[]): Promise<void> {
    this.#iterators = await Promise.race([
      Promise.all(started.map((one) => Promise.resolve(one))),
      this.#context.cancellation,
    ])
    this.#gathering = null
  }

  next(): Pull {
    if (this.#gathering !== null) return new Wait(this.#gathering)
    const wait = this.#context.poll()
    if (wait !== null) return wait
    const rows: Datum[][] = []
    while (rows.length < BATCH_SIZE) {
      const row = this.#row()
      if (row === null) break
      rows.push(row)
    }
    return rowsBatch(
      rows,
      this.#plan.item.columns.map((c) => c.type),
      this.#positions(),
    )
  }

  /** The outputs may be fewer than the item's columns. */
  #positions(): number[] {
    const { columns } = this.#plan.item
    return this.#plan.outputs.map((output) => columns.findIndex((c) => c.id === output.id))
  }

  #row(): Datum[] | null {
    const row: Datum[] = []
    let any = false
    for (const [i, { width, call }] of this.#starts.entries()) {
      const step = this.#iterators[i]?.next()
      if (step === undefined || step.done) {
        this.#iterators[i] = null
        for (let k = 0; k < width; k++) row.push(null)
      } else {
        any = true
        const fields = fieldsOf(step.value, call)
        for (let k = 0; k < width; k++) row.push(fields[k] ?? null)
      }
    }
    if (!any) return null
    this.#number++
    if (this.#plan.item.ordinality !== null) row.push(this.#number)
    return row
  }

  close(): void {
    this.#iterators = []
  }
}

/** Set-returning calls in a select list: each input row gives as many rows as its longest call. */
export class ProjectSetOperator implements Operator {
  readonly #plan: ProjectSet
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #columns: readonly (SetCall | Evaluator)[]
  #batch: Batch | null = null
  #at = 0
  #iterators: (Iterator<Datum> | null)[] | null = null

  constructor(plan: ProjectSet, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    const scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#columns = plan.columns.map(({ expr }) =>
      expr.kind === 'set-call'
        ? prepare(expr.function, expr.args, expr.type, scope, expr.columns)
        : interpret(expr, scope),
    )
  }

  open(): void {
    this.#batch = null
    this.#iterators = null
    this.#input.open()
  }

  next(): Pull {
    const rows: Datum[][] = []
    while (rows.length < BATCH_SIZE) {
      if (this.#batch === null) {
        if (rows.length > 0) break
        const wait = this.#context.poll()
        if (wait !== null) return wait
        const batch = this.#input.next()
        if (batch instanceof Wait) return batch
        if (batch === null) break
        this.#batch = batch
        this.#at = 0
      }
      this.#expand(this.#batch, rows)
    }
    return rowsBatch(
      rows,
      this.#plan.outputs.map((c) => c.type),
    )
  }

  /** Produces rows of the present input row, at most to a full batch. */
  #expand(batch: Batch, rows: Datum[][]): void {
    const position = batch.position(this.#at)
    this.#iterators ??= this.#columns.map((column) =>
      typeof column === 'function' ? null : column.run(batch, position),
    )
    const iterators = this.#iterators
    while (rows.length < BATCH_SIZE) {
      let any = false
      const row = this.#columns.map((column, i) => {
        if (typeof column === 'function') return column(batch, position)
        const step = iterators[i]?.next()
        if (step === undefined || step.done) {
          iterators[i] = null
          return null
        }
        any = true
        return setValue(step.value, this.#plan.columns[i]?.expr)
      })
      if (!any) {
        this.#iterators = null
        this.#at++
        if (this.#at >= batch.count) this.#batch = null
        return
      }
      rows.push(row)
    }
  }

  close(): void {
    this.#batch = null
    this.#iterators = null
    this.#input.close()
  }
}

/** Functions with several columns give records in a select list. */
const setValue = (value: Datum, expr: Expr | undefined): Datum => {
  if (!Array.isArray(value) || expr?.kind !== 'set-call') return value
  const columns = expr.columns ?? []
  return new SqlRecord(
    columns.map((column) => column.type),
    value,
    columns.map((column) => column.name),
  )
}
