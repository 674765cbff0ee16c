/** Rows of a partitioned table find the partition that takes them. */
import { columnMap, toChild } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { partitionDescriptor, partitionFor } from '../../catalog/partitions.ts'
import { noPartitionForRow } from '../../errors/raise/execution.ts'
import { type SqlError } from '../../errors/sql-error.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { PartitionCheck, partitionKeyOf } from './partition-key.ts'
import type { RowEvents } from './row-events.ts'
import type { RowWriter } from './row-writer.ts'
import { writerFor } from './target-tables.ts'

/** A row in the form of the partition that takes it. */
export interface RoutedRow {
  readonly writer: RowWriter
  readonly row: Datum[]
  /** Where the root's columns are in the partition, as `columnMap` has it. */
  readonly map: readonly number[] | null
  /** The partition is locked by others; null: it is locked for this row. */
  readonly locking: Wait | null
}

/** A partitioned table on the way: how its key is computed. */
interface Level {
  readonly relation: RelationObject
  readonly keyOf: (row: readonly Datum[]) => Datum[]
}

export class PartitionRouter {
  readonly #context: ExecutionContext
  readonly #root: RelationObject
  readonly #events: RowEvents
  readonly #levels = new Map<number, Level>()
  readonly #writers = new Map<number, RowWriter>()
  readonly #checks = new Map<number, PartitionCheck>()

  constructor(context: ExecutionContext, root: RelationObject, events: RowEvents) {
    this.#context = context
    this.#root = root
    this.#events = events
  }

  /** Whether a table that holds a row goes on taking it. */
  keeps(relation: RelationObject, row: readonly Datum[]): boolean {
    if (relation.partition === undefined) return true
    let check = this.#checks.get(relation.oid)
    if (check === undefined) {
      check = new PartitionCheck(this.#context, relation)
      this.#checks.set(relation.oid, check)
    }
    return check.accepts(row)
  }

  /**
   * The partition of the root for a row of the root's form. Throws 23514 when there is none, and `outside` where the root
   * is not partitioned, or takes no such row itself.
   */
  target(row: readonly Datum[], outside: () => SqlError): RoutedRow {
    if (this.#root.kind !== 'p' || !this.keeps(this.#root, row)) throw outside()
    return this.route(row)
  }

  /** As `target`, for a new row. */
  route(row: readonly Datum[]): RoutedRow {
    let relation = this.#root
    let own = row
    if (!this.keeps(relation, row)) throw this.#writer(relation).partitionViolation(row)
    while (relation.kind === 'p') {
      const { keyOf } = this.#level(relation)
      const values = keyOf(own)
      const found = partitionFor(partitionDescriptor(this.#context.catalog, relation), values)
      if (found === null) throw this.#missing(relation, values)
      own = toChild(columnMap(relation, found.relation), own, found.relation.columns.length, null)
      relation = found.relation
    }
    const map = columnMap(this.#root, relation)
    return { writer: this.#writer(relation), row: [...own], map, locking: this.#lock(relation) }
  }

  #level(relation: RelationObject): Level {
    let level = this.#levels.get(relation.oid)
    if (level === undefined) {
      level = { relation, keyOf: partitionKeyOf(this.#context, relation) }
      this.#levels.set(relation.oid, level)
    }
    return level
  }

  #writer(relation: RelationObject): RowWriter {
    let writer = this.#writers.get(relation.oid)
    if (writer === undefined) {
      writer = writerFor(this.#context, relation, this.#events, this.#root)
      this.#writers.set(relation.oid, writer)
    }
    return writer
  }

  /** Locks a partition before rows are stored in it; a Wait while others keep it. */
  #lock(relation: RelationObject): Wait | null {
    const locked = this.#context.transaction.lockTable(relation.oid, 'rowExclusive')
    return locked instanceof Wait ? locked : null
  }

  #missing(relation: RelationObject, values: readonly Datum[]): SqlError {
    const { eval: session } = this.#context
    const texts = values.map((value, i) => {
      const type = relation.partitionKey?.keys[i]?.type
      return value === null || type === undefined ? 'null' : type.format(value, session.format)
    })
    const names = String(session.catalog.call('pg_get_partkeydef', [relation.oid])).replace(/^\w+ /, '')
    return noPartitionForRow(relation.name, {
      schema: this.#context.catalog.schema(relation.schema)?.name ?? '',
      table: relation.name,
      detail: `Partition key of the failing row contains ${names} = (${texts.join(', ')}).`,
    })
  }
}
