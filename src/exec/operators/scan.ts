/** Reads of tables: sequential, through an index, of computed catalog relations, and of single pinned rows. */
import { conjunction, conjuncts } from '../../analyze/nodes.ts'
import type { Expr } from '../../analyze/expression.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import {
  ROWID_ATTNUM,
  TABLEOID_ATTNUM,
  type IndexScan,
  type SeqScan,
  type SystemScan,
  type TidCondition,
} from '../../plan/physical.ts'
import { IndexScan as IndexRead } from '../../storage/index/index-scan.ts'
import type { KeyRange } from '../../storage/index/ordered-index.ts'
import { notPopulated } from '../../errors/raise/execution.ts'
import { padRow } from '../../storage/table/column.ts'
import { CountedScan } from '../../storage/table/table-counters.ts'
import type { BatchSource } from '../../storage/table/table-scan.ts'
import type { ZoneFilter } from '../../storage/table/zone-filter.ts'
import type { SqlArray } from '../../types/array.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch, BATCH_SIZE } from '../../vector/batch.ts'
import { ConstantVector, Float64Vector, vectorOf, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext, PinnedRow } from '../context.ts'
import { compileCondition, evaluateScalar, layoutOf, ONE_ROW, type Selector } from '../expression/compile.ts'
import type { Compilation, Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import type { Operator, Pull } from '../operator.ts'
import { LockedIndexScan } from '../range-lock.ts'
import { SampledScan } from '../table-sample.ts'

type TablePlan = SeqScan | IndexScan

/** Columns to read: stored ones once each, and where each output finds its vector. */
const projectionOf = (plan: TablePlan) => {
  const stored = plan.attnums.filter((attnum) => attnum > 0).map((attnum) => attnum - 1)
  const withRowids = plan.attnums.includes(ROWID_ATTNUM)
  let next = 0
  const places = plan.attnums.map((attnum) => (attnum > 0 ? next++ : attnum))
  return { stored, withRowids, places }
}

/** Puts a storage batch's vectors in the order of the plan's outputs. */
const arrange = (batch: Batch, places: readonly number[], storedCount: number, tableOid: number): Batch => {
  if (places.every((place, i) => place === i) && batch.columns.length === places.length) return batch
  const columns = places.map((place): AnyVector => {
    if (place === ROWID_ATTNUM) return batch.columns[storedCount] as AnyVector
    if (place === TABLEOID_ATTNUM) return new ConstantVector(tableOid, batch.length)
    return batch.columns[place] as AnyVector
  })
  return new Batch(columns, batch.length, batch.selection)
}

/** Shared by both table reads: batches from storage, arranged and filtered. */
abstract class TableRead implements Operator {
  protected readonly context: ExecutionContext
  protected readonly scope: Compilation
  readonly #plan: TablePlan
  readonly #filter: Selector | null
  readonly #projection: ReturnType<typeof projectionOf>
  #source: BatchSource | null = null

  constructor(plan: TablePlan, context: ExecutionContext) {
    this.context = context
    this.#plan = plan
    this.scope = { context, layout: layoutOf(plan.outputs) }
    this.#projection = projectionOf(plan)
    const condition = this.#condition()
    this.#filter = condition === null ? null : compileCondition(condition, this.scope)
  }

  /** What rows must satisfy; a pinned row was not found by the index, so the index's part is checked on it too. */
  #condition(): Expr | null {
    const { filter } = this.#plan
    if (this.#plan.kind !== 'index-scan' || this.#pinned() === null) return filter
    const all = [...conjuncts(this.#plan.condition), ...conjuncts(filter)]
    return conjunction(all, this.context.catalog.typeOf(OID.bool))
  }

  protected abstract source(stored: readonly number[], withRowids: boolean): BatchSource | null

  open(): void {
    if (this.#plan.relation.unpopulated) throw notPopulated(this.#plan.relation.name)
    const { stored, withRowids } = this.#projection
    const pinned = this.#pinned()
    if (pinned === null) this.#source = this.source(stored, withRowids)
    else if (pinned.relation !== this.#plan.relation.oid) this.#source = null
    else this.#source = this.rowsAt([pinned.rowid], stored)
  }

  next(): Pull {
    const { stored, places } = this.#projection
    for (;;) {
      if (this.#source === null) return null
      const wait = this.context.poll()
      if (wait !== null) return wait
      const batch = this.#source.next()
      if (batch === null || batch instanceof Wait) return batch
      const arranged = arrange(batch, places, stored.length, this.#plan.relation.oid)
      const kept = this.#filter === null ? arranged : this.#filter(arranged)
      if (kept !== null) return kept
    }
  }

  close(): void {
    this.#source = null
  }

  #pinned(): PinnedRow | null {
    const place = this.#plan.attnums.indexOf(ROWID_ATTNUM)
    const id = place < 0 ? undefined : this.#plan.outputs[place]?.id
    return id === undefined ? null : (this.context.pinned.get(id) ?? null)
  }

  /** Rows by their addresses; one of them is how the recheck of a changed row reads. */
  protected rowsAt(addresses: readonly number[], stored: readonly number[]): BatchSource {
    const { relation } = this.#plan
    const store = this.context.storage.store(relation.storageId)
    const columns = descriptorsOf(relation)
    const found = addresses.flatMap((rowid) => {
      const row = store.fetch(rowid, this.context.snapshot)
      return row === null ? [] : [{ rowid, row: padRow(row, columns) }]
    })
    let batch: Batch | null = null
    if (found.length > 0) {
      const vectors = stored.map((i) =>
        vectorOf(
          (columns[i] as (typeof columns)[number]).type,
          found.map(({ row }) => row[i]),
        ),
      )
      const rowids = Float64Array.from(found, ({ rowid }) => rowid)
      batch = new Batch([...vectors, new Float64Vector(rowids, null)], found.length)
    }
    return {
      next: () => {
        const only = batch
        batch = null
        return only
      },
    }
  }
}

export class SeqScanOperator extends TableRead {
  readonly #seq: SeqScan

  constructor(plan: SeqScan, context: ExecutionContext) {
    super(plan, context)
    this.#seq = plan
  }

  protected override source(projection: readonly number[], withRowids: boolean): BatchSource {
    const { relation, filter, tid, sample } = this.#seq
    if (tid !== undefined) return this.rowsAt(addressesOf(tid, this.scope), projection)
    const store = this.context.storage.store(relation.storageId)
    const zoneFilters = zoneFiltersOf(filter, this.#seq, this.scope)
    const needsRowids = withRowids || sample !== undefined
    const options = { columns: descriptorsOf(relation), projection, withRowids: needsRowids, zoneFilters }
    const rows = new CountedScan(store.scan(this.context.snapshot, options), store.counters)
    return sample === undefined ? rows : new SampledScan(rows, sample, this.scope)
  }
}

/** The addresses that a scan is for, each once. */
const addressesOf = ({ addresses, isArray }: TidCondition, scope: Compilation): number[] => {
  const values = addresses.map((address) => evaluateScalar(address, scope))
  const all = isArray ? values.flatMap((value) => (value === null ? [] : (value as SqlArray).elements)) : values
  return [...new Set(all.filter((value: Datum) => value !== null) as number[])].sort((a, b) => a - b)
}

const MIRRORED = { '<': '>', '<=': '>=', '=': '=', '>=': '<=', '>': '<' } as const

/** Comparisons of a column with a value known before the scan, for pruning by zone maps. */
const zoneFiltersOf = (filter: Expr | null, plan: SeqScan, scope: Compilation): ZoneFilter[] =>
  conjuncts(filter).flatMap((conjunct): ZoneFilter[] => {
    if (conjunct.kind !== 'call' || conjunct.operator === null || conjunct.args.length !== 2) return []
    const [left, right] = conjunct.args as [Expr, Expr]
    const op = conjunct.operator.name as keyof typeof MIRRORED
    if (!(op in MIRRORED) || conjunct.operator.left !== conjunct.operator.right) return []
    const [side, other, direction] = left.kind === 'column' ? [left, right, op] : [right, left, MIRRORED[op]]
    if (side.kind !== 'column' || (other.kind !== 'const' && other.kind !== 'param')) return []
    if (side.type.oid !== other.type.oid) return []
    const place = plan.outputs.findIndex((column) => column.id === side.id)
    const attnum = plan.attnums[place] ?? 0
    const value = evaluateScalar(other, scope)
    return attnum > 0 && value !== null ? [{ column: attnum - 1, op: direction, value }] : []
  })

export class IndexScanOperator extends TableRead {
  readonly #index: IndexScan
  readonly #equalities: readonly Evaluator[]
  readonly #lower: Evaluator | null
  readonly #upper: Evaluator | null

  constructor(plan: IndexScan, context: ExecutionContext) {
    super(plan, context)
    this.#index = plan
    this.#equalities = plan.equalities.map((expr) => interpret(expr, this.scope))
    this.#lower = plan.lower === null ? null : interpret(plan.lower.expr, this.scope)
    this.#upper = plan.upper === null ? null : interpret(plan.upper.expr, this.scope)
  }

  protected override source(projection: readonly number[], withRowids: boolean): BatchSource | null {
    const { relation, index, reverse } = this.#index
    const bounds = this.#range()
    if (bounds === null) return null
    const range = { ...bounds, reverse }
    const ordered = this.context.indexes.of(index, relation)
    const options = { columns: descriptorsOf(relation), projection, withRowids }
    if (this.context.transaction.isolation !== 'serializable') {
      return new IndexRead(ordered, range, this.context.snapshot, options)
    }
    const mode = this.#toWrite() ? 'shareRowExclusive' : 'share'
    const target = { relation: relation.oid, index: index.oid, ordered, range, mode } as const
    return new LockedIndexScan(this.context, target, options)
  }

  /** Whether the rows are read in order to be changed or locked. */
  #toWrite(): boolean {
    const { attnums, outputs } = this.#index
    const rowid = outputs[attnums.indexOf(ROWID_ATTNUM)]?.id
    return rowid !== undefined && this.context.rowTargets.has(rowid)
  }

  /** The key range for the present outer values; null when a NULL bound means that nothing matches. */
  #range(): KeyRange | null {
    const { equalities, lower, upper, index } = this.#index
    const prefix: Datum[] = []
    for (const equality of this.#equalities) {
      const value = equality(ONE_ROW, 0)
      if (value === null) return null
      prefix.push(value)
    }
    if (lower === null && upper === null && prefix.length > 0) {
      return { lower: prefix, lowerInclusive: true, upper: prefix, upperInclusive: true }
    }
    const low = this.#lower === null ? null : this.#lower(ONE_ROW, 0)
    const high = this.#upper === null ? null : this.#upper(ONE_ROW, 0)
    if ((lower !== null && low === null) || (upper !== null && high === null)) return null
    const key = index.index?.keys[equalities.length]
    const from = { bound: lower, value: low }
    const to = { bound: upper, value: high }
    // In a descending column the greater value comes first.
    const [first, last] = key?.descending ? [to, from] : [from, to]
    // A range on a column never includes its NULLs, wherever they are kept.
    const openLow = first.bound === null && last.bound !== null && key !== undefined && key.nullsFirst
    const openHigh = last.bound === null && first.bound !== null && key !== undefined && !key.nullsFirst
    const lowerKey = first.bound !== null ? [...prefix, first.value] : openLow ? [...prefix, null] : prefix
    const upperKey = last.bound !== null ? [...prefix, last.value] : openHigh ? [...prefix, null] : prefix
    return {
      ...(lowerKey.length > 0 ? { lower: lowerKey, lowerInclusive: first.bound?.inclusive ?? !openLow } : {}),
      ...(upperKey.length > 0 ? { upper: upperKey, upperInclusive: last.bound?.inclusive ?? !openHigh } : {}),
    }
  }
}

/** Rows of a catalog relation, computed from the statement's catalog snapshot. */
export class SystemScanOperator implements Operator {
  readonly #plan: SystemScan
  readonly #context: ExecutionContext
  readonly #filter: Selector | null
  #rows: Iterator<Datum[]> | null = null

  constructor(plan: SystemScan, context: ExecutionContext) {
    this.#plan = plan
    this.#context = context
    const scope = { context, layout: layoutOf(plan.outputs) }
    this.#filter = plan.filter === null ? null : compileCondition(plan.filter, scope)
  }

  open(): void {
    this.#rows = systemRows(this.#plan.relation, this.#context)[Symbol.iterator]()
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll()
      if (wait !== null) return wait
      const rows: Datum[][] = []
      for (let i = 0; i < BATCH_SIZE && this.#rows !== null; i++) {
        const { done, value } = this.#rows.next()
        if (done) this.#rows = null
        else rows.push(value)
      }
      if (rows.length === 0) return null
      const { attnums, outputs, relation } = this.#plan
      const columns = attnums.map((attnum, i) => {
        const type = (outputs[i] as (typeof outputs)[number]).type
        return vectorOf(
          type,
          rows.map((row) => (attnum > 0 ? (row[attnum - 1] ?? null) : relation.oid)),
        )
      })
      const batch = new Batch(columns, rows.length)
      const kept = this.#filter === null ? batch : this.#filter(batch)
      if (kept !== null) return kept
    }
  }

  close(): void {
    this.#rows = null
  }
}

const systemRows = (relation: RelationObject, context: ExecutionContext): Iterable<Datum[]> => {
  if (relation.system === null) throw new Error(`${relation.name} is not a system relation`)
  return relation.system.rows({ catalog: context.catalog, eval: context.eval, storage: context.storage })
}
