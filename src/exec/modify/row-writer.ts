/**
 * Storing rows of one table within one statement: generated columns, NOT NULL, checks, unique indexes, and the events
 * that foreign keys look at when the statement ends.
 */
import { mayTellKey, readableColumns } from './disclosure.ts'
import { type Conflict, type Exclusion, probeExclusion, probeUnique } from '../../storage/index/conflicts.ts'
import type { Expr } from '../../analyze/expression.ts'
import { substituteColumns } from '../../analyze/nodes.ts'
import type { CheckExpr, Assignment, TableItem } from '../../analyze/query.ts'
import { TABLEOID_ATTNUM } from '../../plan/physical.ts'
import { OID } from '../../types/oids.ts'
import { columnMap, toParent } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import {
  checkViolation,
  exclusionViolation,
  notNullViolation,
  partitionViolation,
  uniqueViolation,
} from '../../errors/raise/execution.ts'
import type { OrderedIndex } from '../../storage/index/ordered-index.ts'
import type { TableStore } from '../../storage/table/table-store.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { ConstantVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import { exclusionOf } from './exclusion.ts'
import { PartitionCheck } from './partition-key.ts'
import { RangeGuard } from './range-guard.ts'
import type { RowEvents } from './row-events.ts'

/** An index in which no two rows may have the same key, or such as an exclusion constraint keeps apart. */
export interface UniqueIndex {
  readonly relation: RelationObject
  readonly index: OrderedIndex
  readonly nullsDistinct: boolean
  readonly exclusion: Exclusion | null
}

/** A row that stands in the way of a unique key. */
export interface UniqueConflict {
  readonly unique: UniqueIndex
  readonly key: readonly Datum[]
  readonly rowid: number
  /** Of an exclusion: the key of the row in the way. */
  readonly other?: readonly Datum[] | undefined
}

/** Whether a row with this key may be stored, as `probeUnique` answers it. */
export const probeKey = (
  context: ExecutionContext,
  { index, nullsDistinct, exclusion }: UniqueIndex,
  key: readonly Datum[],
  ignoreRowid: number,
): null | Conflict | Wait =>
  exclusion === null
    ? probeUnique(index, context.transaction, key, ignoreRowid, nullsDistinct)
    : probeExclusion(index, context.transaction, key, exclusion, ignoreRowid)

/** Expressions over a whole stored row. */
type RowEvaluator = (row: readonly Datum[]) => Datum

export class RowWriter {
  readonly relation: RelationObject
  readonly uniques: readonly UniqueIndex[]
  readonly #context: ExecutionContext
  readonly #generated: readonly { place: number; value: RowEvaluator }[]
  readonly #checks: readonly { name: string; holds: RowEvaluator }[]
  readonly #notNull: readonly { place: number; name: string }[]
  readonly #events: RowEvents
  readonly #guard: RangeGuard
  readonly #partition: PartitionCheck
  /** The table that the statement names: messages show rows in its form. */
  readonly #root: RelationObject
  #store: TableStore | null = null

  constructor(
    item: TableItem,
    generated: readonly Assignment[],
    checks: readonly CheckExpr[],
    context: ExecutionContext,
    events: RowEvents,
    root: RelationObject = item.relation,
  ) {
    this.#context = context
    this.relation = item.relation
    this.#root = root
    this.#events = events
    this.#guard = new RangeGuard(context, item.relation)
    this.#partition = new PartitionCheck(context, item.relation)
    const layout = new Map(item.columns.map((column) => [column.id, column.attnum - 1]))
    const overRow =
      (evaluate: Evaluator): RowEvaluator =>
      (row) =>
        evaluate(rowBatch(row), 0)
    const tableoid = item.columns.find((column) => column.attnum === TABLEOID_ATTNUM)
    const own = { kind: 'const', value: item.relation.oid, type: context.catalog.typeOf(OID.oid), typmod: -1 } as const
    const ofTable = (expr: Expr): Expr =>
      tableoid === undefined ? expr : substituteColumns(expr, (id) => (id === tableoid.id ? own : undefined))
    this.#generated = generated.map(({ column, expr }) => ({
      place: column.attnum - 1,
      value: overRow(interpret(ofTable(expr), { context, layout })),
    }))
    this.#checks = checks.map(({ name, expr }) => ({
      name,
      holds: overRow(interpret(ofTable(expr), { context, layout })),
    }))
    this.#notNull = item.relation.columns
      .filter((column) => column.notNull && !column.dropped)
      .map((column) => ({ place: column.attnum - 1, name: column.name }))
    this.uniques = context.catalog
      .indexesOf(item.relation.oid)
      .filter(({ kind, index }) => kind === 'i' && hasConstraint(index) && index?.ready !== false)
      .map((relation) => ({
        relation,
        index: context.indexes.of(relation, item.relation, context.catalog),
        nullsDistinct: relation.index?.nullsNotDistinct !== true,
        exclusion: exclusionOf(context, relation),
      }))
  }

  /** Where the rows are; a partitioned table has none itself. */
  get store(): TableStore {
    this.#store ??= this.#context.storage.store(this.relation.storageId)
    return this.#store
  }

  /** Whether a row needs more than its values: generated columns, CHECK constraints, deferrable keys. */
  get computes(): boolean {
    const deferrable = this.uniques.some(({ relation }) => relation.index?.immediate === false)
    return deferrable || this.#generated.length > 0 || this.#checks.length > 0
  }

  /** An empty row of the table's full width. */
  blank(): Datum[] {
    return new Array<Datum>(this.relation.columns.length).fill(null)
  }

  /** Fills generated columns and checks what a row of the table has to satisfy. Throws 23502, 23514. */
  complete(row: Datum[]): void {
    this.compute(row)
    if (!this.accepts(row)) throw this.partitionViolation(row)
    this.verify(row)
  }

  /** Whether the partition that this is takes the row. */
  accepts(row: readonly Datum[]): boolean {
    return this.#partition.accepts(row)
  }

  /** The error for a row that a partition does not take. */
  partitionViolation(row: readonly Datum[]) {
    return partitionViolation(this.relation.name, {
      ...this.#names(),
      ...this.describeRow(row),
    })
  }

  /** Fills generated columns. */
  compute(row: Datum[]): void {
    for (const { place, value } of this.#generated) row[place] = value(row)
  }

  /** Checks NOT NULL and CHECK. */
  verify(row: readonly Datum[]): void {
    for (const { place, name } of this.#notNull) {
      if (row[place] === null) {
        throw notNullViolation(name, this.relation.name, {
          ...this.#names(),
          column: name,
          ...this.describeRow(row),
        })
      }
    }
    for (const { name, holds } of this.#checks) {
      if (holds(row) === false) {
        throw checkViolation(this.relation.name, name, {
          ...this.#names(),
          constraint: name,
          ...this.describeRow(row),
        })
      }
    }
  }

  /**
   * What keeps a row from being stored now: the first unique index that refuses it, or a Wait while that is not decided
   * yet or the row's keys are locked; null when nothing does. `old` is the row that it replaces, at `rowid`.
   */
  obstacle(row: Datum[], rowid = -1, old: Datum[] | null = null): UniqueConflict | Wait | null {
    return this.#guard.enter(rowid, old, row) ?? this.#conflict(row, rowid)
  }

  /** What keeps a row from being stored now of some indexes only. */
  conflictAmong(row: Datum[], isMeant: (index: RelationObject) => boolean): UniqueConflict | Wait | null {
    return this.#conflict(row, -1, isMeant)
  }

  #conflict(
    row: Datum[],
    ignoreRowid: number,
    isMeant: ((index: RelationObject) => boolean) | null = null,
  ): UniqueConflict | Wait | null {
    for (const unique of this.uniques) {
      if (unique.relation.index?.immediate === false || isMeant?.(unique.relation) === false) continue
      const key = unique.index.keyOf(row)
      if (key === null) continue
      const found = probeKey(this.#context, unique, key, ignoreRowid)
      if (found instanceof Wait) return found
      if (found !== null) return { unique, key, rowid: found.conflict, other: found.key }
    }
    return null
  }

  violation({ unique, key, other }: UniqueConflict) {
    const constraint = this.#constraintOf(unique.relation)
    const fields = { ...this.#names(), constraint }
    const attnums = unique.relation.index?.keys.map((part) => part.attnum) ?? []
    if (!mayTellKey(this.#context, this.#root, attnums)) {
      return unique.exclusion === null
        ? uniqueViolation(constraint, fields)
        : exclusionViolation(constraint, { ...fields, detail: 'Key conflicts with existing key.' })
    }
    const refused = this.describeKey(unique.relation, key)
    if (unique.exclusion === null) {
      return uniqueViolation(constraint, { ...fields, detail: `Key ${refused} already exists.` })
    }
    const existing = this.describeKey(unique.relation, other ?? key)
    return exclusionViolation(constraint, {
      ...fields,
      detail: `Key ${refused} conflicts with existing key ${existing}.`,
    })
  }

  #constraintOf(index: RelationObject): string {
    const owner = this.#context.catalog
      .constraintsOf(this.relation.oid)
      .find((c) => c.index === index.oid && c.type !== 'foreign')
    return owner?.name ?? index.name
  }

  inserted(rowid: number, row: readonly Datum[]): void {
    this.#events.addInserted(this.relation, rowid)
    this.#deferredUnique(rowid, row)
  }

  /** As `inserted` for many rows one after another, of a table that has no deferrable keys. */
  insertedMany(rowid: number, count: number): void {
    this.#events.addInserted(this.relation, rowid, count)
  }

  updated(rowid: number, old: readonly Datum[], row: readonly Datum[]): void {
    this.#events.add({ kind: 'update', relation: this.relation, rowid, old, new: row })
    this.#deferredUnique(rowid, row)
  }

  removed(rowid: number, old: readonly Datum[]): void {
    this.#events.add({ kind: 'delete', relation: this.relation, rowid, old, new: null })
  }

  /** DEFERRABLE unique keys are looked at again when the statement or the transaction ends. */
  #deferredUnique(rowid: number, row: readonly Datum[]): void {
    for (const unique of this.uniques) {
      if (unique.relation.index?.immediate !== false) continue
      this.#events.addUnique({ writer: this, unique, rowid, key: unique.index.keyOf([...row]) })
    }
  }

  #names() {
    return { schema: this.#context.catalog.schema(this.relation.schema)?.name ?? '', table: this.relation.name }
  }

  /**
   * `Failing row contains (1, abc, null).`: the row's live columns, long values cut as PostgreSQL cuts them; only what may
   * be told, then with the names of the columns.
   */
  describeRow(row: readonly Datum[]): { readonly detail?: string } {
    const { format } = this.#context.eval
    const whole = toParent(columnMap(this.#root, this.relation), row, null)
    const readable = readableColumns(this.#context, this.#root)
    if (readable?.size === 0) return {}
    const columns = this.#root.columns.filter(({ dropped, attnum }) => !dropped && readable?.has(attnum) !== false)
    const texts = columns.map((column) => {
      const value = whole[column.attnum - 1]
      if (value === null || value === undefined) return 'null'
      const text = column.type.format(value, format)
      return text.length > 64 ? `${text.slice(0, 64)}...` : text
    })
    const names = readable === null ? '' : `(${columns.map(({ name }) => name).join(', ')}) = `
    return { detail: `Failing row contains ${names}(${texts.join(', ')}).` }
  }

  /** `(a, b)=(1, x)` */
  describeKey(index: RelationObject, key: readonly Datum[]): string {
    const { format } = this.#context.eval
    const keys = index.index?.keys ?? []
    const names = keys.map((part, i) => keyName(this.#context, this.relation, index, part.attnum, i))
    const values = keys.map((part, i) => (key[i] === null ? 'null' : part.type.format(key[i], format)))
    return `(${names.join(', ')})=(${values.join(', ')})`
  }
}

const hasConstraint = (index: RelationObject['index']): boolean =>
  index !== null && (index.unique || index.exclusion !== undefined)

/** A key column's name, or the text of its expression. */
export const keyName = (
  context: ExecutionContext,
  table: RelationObject,
  index: RelationObject,
  attnum: number,
  position: number,
): string =>
  table.columns[attnum - 1]?.name ??
  String(context.eval.catalog.call('pg_get_indexdef', [index.oid, position + 1, false]))

export const rowBatch = (row: readonly Datum[]): Batch =>
  new Batch(
    row.map((value) => new ConstantVector(value, 1)),
    1,
  )
