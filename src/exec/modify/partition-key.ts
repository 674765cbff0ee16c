/** The partition key of a row, and whether a partition takes a row. */
import { tableItem } from '../../analyze/from.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { storedExpression } from '../../analyze/table-expressions.ts'
import { columnMap, toParent } from '../../catalog/inheritance.ts'
import type { PartitionKey, RelationObject } from '../../catalog/objects.ts'
import {
  boundAccepts,
  partitionDescriptor,
  partitionFor,
  type Partition,
  type PartitionDescriptor,
} from '../../catalog/partitions.ts'
import type { Datum } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { ConstantVector } from '../../vector/vector.ts'
import type { ExecutionContext } from '../context.ts'
import { interpret } from '../expression/interpret.ts'
import { analysisOf } from './column-default.ts'

/** Computes the partition key of a partitioned table's rows. */
export const partitionKeyOf = (
  context: ExecutionContext,
  relation: RelationObject,
): ((row: readonly Datum[]) => Datum[]) => {
  const { keys } = relation.partitionKey as PartitionKey
  if (keys.every((key) => key.expression === null)) return (row) => keys.map(({ attnum }) => row[attnum - 1] ?? null)
  const analysis = analysisOf(context)
  const item = tableItem(analysis, relation)
  const layout = new Map(item.columns.map((column) => [column.id, column.attnum - 1]))
  const values = keys.map(({ attnum, expression }) => {
    if (expression === null) return (row: readonly Datum[]): Datum => row[attnum - 1] ?? null
    const value = interpret(storedExpression(analysis, item, expression, CLAUSE.partitionKey), { context, layout })
    return (row: readonly Datum[]): Datum =>
      value(
        new Batch(
          row.map((v) => new ConstantVector(v, 1)),
          1,
        ),
        0,
      )
  })
  return (row) => values.map((value) => value(row))
}

/** One step up from a partition: its parent, where the columns are in the partition, and which rows are the partition's. */
interface Step {
  readonly map: readonly number[] | null
  readonly keyOf: (row: readonly Datum[]) => Datum[]
  readonly descriptor: PartitionDescriptor
  readonly partition: Partition
}

/** Whether a table takes a row as a partition of its parent, and this of its own. */
export class PartitionCheck {
  readonly #context: ExecutionContext
  readonly #relation: RelationObject
  #steps: readonly Step[] | null = null

  constructor(context: ExecutionContext, relation: RelationObject) {
    this.#context = context
    this.#relation = relation
  }

  accepts(row: readonly Datum[]): boolean {
    if (this.#relation.partition === undefined) return true
    this.#steps ??= stepsUp(this.#context, this.#relation)
    let whole = row
    return this.#steps.every(({ map, keyOf, descriptor, partition }) => {
      whole = toParent(map, whole, null)
      const values = keyOf(whole)
      if (partition.bound.kind === 'default') return partitionFor(descriptor, values) === partition
      return boundAccepts(partition.bound, descriptor.key, values)
    })
  }
}

const stepsUp = (context: ExecutionContext, relation: RelationObject): Step[] => {
  const { catalog } = context
  const steps: Step[] = []
  for (let child = relation; child.partition !== undefined; ) {
    const parent = catalog.relation(child.inherits?.[0] ?? 0)
    if (parent === null || parent.partitionKey === undefined) break
    const descriptor = partitionDescriptor(catalog, parent)
    const { oid } = child
    const partition = descriptor.partitions.find((p) => p.relation.oid === oid)
    if (partition === undefined) break
    steps.push({ map: columnMap(parent, child), keyOf: partitionKeyOf(context, parent), descriptor, partition })
    child = parent
  }
  return steps
}
