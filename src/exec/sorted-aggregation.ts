/**
 * DISTINCT and ORDER BY in aggregates: rows are kept per group, ordered and made unique before they are aggregated.
 * Rows that memory has no room for are sorted by group and order and go to disk; at the end all of them are merged.
 */
import type { AggregateExpr, Expr, SortKey } from '../analyze/expression.ts'
import type { Accumulator, CallTypes } from '../functions/records.ts'
import { int4Type } from '../types/integers.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import { datumBytes } from '../vector/size.ts'
import type { AnyVector } from '../vector/vector.ts'
import { Wait } from '../vector/wait.ts'
import type { RowKeeping } from './aggregate-call.ts'
import type { ExecutionContext } from './context.ts'
import type { OperatorCompilation, Evaluator } from './expression/evaluator.ts'
import { interpret } from './expression/interpret.ts'
import { rowsBatch } from './row-buffer.ts'
import { SortedRuns } from './spill/sorted-runs.ts'

/** Bytes of a kept row beside its values. */
const ROW_BYTES = 96

interface CollectedRow {
  readonly args: Datum[]
  readonly keys: Datum[]
}

/** The group whose rows are being read from disk. */
interface GroupRead {
  readonly group: number
  readonly accumulator: Accumulator
  /** Key of the arguments of the last row. */
  last: string | null
}

export class SortedAggregation implements RowKeeping {
  readonly #call: AggregateExpr
  readonly #types: CallTypes
  readonly #context: ExecutionContext
  readonly #keys: readonly Evaluator[]
  /** Rows by group. */
  #groups: CollectedRow[][] = []
  #bytes = 0
  /** How rows lie on disk: group, arguments, order keys; and what they are sorted by there. */
  readonly #rowTypes: readonly SqlType[]
  readonly #rowOrder: readonly SortKey[]
  #runs: SortedRuns | null = null
  #writing = false
  /** Values by group, once the runs are read. */
  #results: Datum[] = []
  #reading: GroupRead | null = null
  #settled = false

  constructor(call: AggregateExpr, types: CallTypes, scope: OperatorCompilation) {
    this.#call = call
    this.#types = types
    this.#context = scope.context
    this.#keys = call.orderBy.map((key) => interpret(key.expr, scope))
    const keyTypes = call.orderBy.map((key) => key.expr.type)
    this.#rowTypes = [int4Type, ...call.args.map((arg) => arg.type), ...keyTypes]
    const ascending = (column: number): SortKey => ({
      expr: this.#column(column),
      descending: false,
      nullsFirst: false,
    })
    const args = call.args.map((_, i) => ascending(1 + i))
    const keys = call.orderBy.map((key, i) => ({ ...key, expr: this.#column(1 + call.args.length + i) }))
    this.#rowOrder = [ascending(0), ...keys, ...(call.distinct ? args : [])]
  }

  #column(column: number): Expr {
    return { kind: 'column', id: column, name: '', type: this.#rowTypes[column] as SqlType, typmod: -1 }
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[], mask: Uint8Array | null): void {
    const { skipNulls } = this.#call.function
    for (let k = 0; k < groups.length; k++) {
      if (mask !== null && mask[k] === 0) continue
      const position = batch.position(k)
      const values = args.map((arg) => arg.get(position))
      if (skipNulls && values.includes(null)) continue
      const keys = this.#keys.map((key) => key(batch, position))
      const group = groups[k] as number
      this.#groups[group] ??= []
      this.#groups[group].push({ args: values, keys })
      this.#bytes += ROW_BYTES
      for (const value of values) this.#bytes += datumBytes(value)
      for (const key of keys) this.#bytes += datumBytes(key)
    }
    if (this.#bytes > this.#context.workMem && this.#sortable) this.#startRun()
  }

  get #sortable(): boolean {
    return this.#rowOrder.every((key) => key.expr.type.compare !== null)
  }

  /** Sorts what is kept, to be written by `held`. */
  #startRun(): void {
    const rows: Datum[][] = []
    const compare = rowComparator(this.#diskOrder())
    for (const [group, kept] of this.#groups.entries()) {
      if (kept === undefined) continue
      kept.sort(compare)
      for (const { args, keys } of kept) rows.push([group, ...args, ...keys])
    }
    this.#groups = []
    this.#bytes = 0
    const batch = rowsBatch(rows, this.#rowTypes)
    if (batch === null) return
    const layout = new Map(this.#rowTypes.map((_, i) => [i, i]))
    this.#runs ??= new SortedRuns(this.#rowTypes, this.#rowOrder, { context: this.#context, layout })
    this.#runs.start(
      batch,
      Int32Array.from({ length: batch.length }, (_, i) => i),
    )
    this.#writing = true
  }

  /** Order of the rows of one group on disk, as of kept rows: by their keys, and by their arguments for DISTINCT. */
  #diskOrder(): readonly RowKey[] {
    const { orderBy, args, distinct } = this.#call
    return [...orderBy.map(keyOf), ...(distinct ? args.map(argumentKey) : [])]
  }

  held(): Wait | null {
    if (!this.#writing) return null
    const wait = this.#runs?.write() ?? null
    this.#writing = wait !== null
    return wait
  }

  settle(): Wait | null {
    if (this.#runs === null || this.#settled) return null
    const wait = this.held()
    if (wait !== null) return wait
    if (this.#groups.length > 0) this.#startRun()
    const last = this.held()
    if (last !== null) return last
    for (;;) {
      const pulled = this.#runs.next()
      if (pulled instanceof Wait) return pulled
      if (pulled === null) break
      for (let k = 0; k < pulled.count; k++) this.#read(pulled.row(k))
    }
    this.#endGroup()
    this.#settled = true
    return null
  }

  /** Aggregates the next row from disk; groups come one after the other. */
  #read(row: readonly Datum[]): void {
    const { args, distinct, function: fn } = this.#call
    const group: number = row[0]
    if (this.#reading?.group !== group) {
      this.#endGroup()
      this.#reading = { group, accumulator: fn.create(this.#types), last: null }
    }
    const reading = this.#reading as GroupRead
    const values = row.slice(1, 1 + args.length)
    if (distinct) {
      const key = this.#argumentsKey(values)
      if (key === reading.last) return
      reading.last = key
    }
    reading.accumulator.add(this.#context.eval, ...values)
  }

  #endGroup(): void {
    if (this.#reading === null) return
    this.#results[this.#reading.group] = this.#reading.accumulator.result(this.#context.eval)
    this.#reading = null
  }

  finish(group: number): Datum {
    if (this.#settled && group in this.#results) return this.#results[group]
    const { function: fn, distinct, orderBy } = this.#call
    let rows = this.#groups[group] ?? []
    if (orderBy.length > 0) rows.sort(rowComparator(orderBy.map(keyOf)))
    if (distinct) rows = this.#unique(rows)
    const accumulator = fn.create(this.#types)
    for (const row of rows) accumulator.add(this.#context.eval, ...row.args)
    return accumulator.result(this.#context.eval)
  }

  /** The first of each set of equal arguments; without ORDER BY in the arguments' order, as PostgreSQL's sort leaves them. */
  #unique(rows: CollectedRow[]): CollectedRow[] {
    const { args, orderBy } = this.#call
    const seen = new Set<string>()
    const unique = rows.filter((row) => {
      const key = this.#argumentsKey(row.args)
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    return orderBy.length > 0 ? unique : unique.sort(rowComparator(args.map(argumentKey)))
  }

  #argumentsKey(args: readonly Datum[]): string {
    return args
      .map((value, i) => (value === null ? 'n' : `v${String(this.#call.args[i]?.type.hashKey?.(value))}`))
      .join('\u0000')
  }

  close(): void {
    this.#runs?.close()
    this.#groups = []
    this.#results = []
  }
}

/** Something that kept rows are ordered by. */
interface RowKey extends Pick<SortKey, 'descending' | 'nullsFirst'> {
  readonly type: SqlType
  readonly value: (row: CollectedRow) => Datum
}

const keyOf = ({ expr, descending, nullsFirst }: SortKey, i: number): RowKey => ({
  type: expr.type,
  descending,
  nullsFirst,
  value: (row) => row.keys[i],
})

const argumentKey = ({ type }: Expr, i: number): RowKey => ({
  type,
  descending: false,
  nullsFirst: false,
  value: (row) => row.args[i],
})

const rowComparator = (keys: readonly RowKey[]) => {
  return (a: CollectedRow, b: CollectedRow): number => {
    for (const { type, descending, nullsFirst, value } of keys) {
      const x = value(a)
      const y = value(b)
      if (x === null || y === null) {
        if (x === y) continue
        return (x === null) === nullsFirst ? -1 : 1
      }
      const order = type.compare?.(x, y) ?? 0
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}
