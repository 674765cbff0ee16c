/** The tables behind a modifying statement's target: the one that was named, those that inherit from it, partitions. */
import { tableItem } from '../../analyze/from.ts'
import { generatedColumns, tableChecks } from '../../analyze/table-expressions.ts'
import { columnMap } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import type { ExecutionContext } from '../context.ts'
import { analysisOf } from './column-default.ts'
import type { RangeGuard } from './range-guard.ts'
import type { RowEvents } from './row-events.ts'
import { RowWriter } from './row-writer.ts'

/** A writer for a table that the statement's analysis has said nothing of; `root`: the table that was named. */
export const writerFor = (
  context: ExecutionContext,
  relation: RelationObject,
  events: RowEvents,
  root: RelationObject = relation,
): RowWriter => {
  const analysis = analysisOf(context)
  const item = tableItem(analysis, relation)
  return new RowWriter(item, generatedColumns(analysis, item), tableChecks(analysis, item), context, events, root)
}

/** One of the tables: where the target's columns are in it. */
export interface TargetTable {
  readonly relation: RelationObject
  /** As `columnMap` has it. */
  readonly map: readonly number[] | null
  readonly guard: RangeGuard
}

/** Makes what is needed of a table when the first row of it comes. */
export class TargetTables<T extends TargetTable> {
  readonly #root: RelationObject
  readonly #make: (relation: RelationObject, map: readonly number[] | null) => T
  readonly #tables = new Map<number, T>()
  #last: T | null = null

  constructor(root: RelationObject, make: (relation: RelationObject, map: readonly number[] | null) => T) {
    this.#root = root
    this.#make = make
  }

  of(oid: number, context: ExecutionContext): T {
    if (this.#last !== null && this.#last.relation.oid === oid) return this.#last
    let table = this.#tables.get(oid)
    if (table === undefined) {
      const relation = oid === this.#root.oid ? this.#root : (context.catalog.relation(oid) as RelationObject)
      table = this.#make(relation, columnMap(this.#root, relation))
      this.#tables.set(oid, table)
    }
    this.#last = table
    return table
  }
}
