/** A partition that leaves a referenced table takes its keys along: no row may refer to one. */
import { ancestorsOf } from '../../catalog/inheritance.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { scannedTables } from '../../catalog/partitions.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import { columnsAt, type ForeignConstraint, foreignKeysTo, isForeign } from './constraint.ts'
import { toReferenced } from './key-conversion.ts'
import { partitionReferenced } from './messages.ts'
import { partsOf } from './reference.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/** Foreign keys, those of partitions for all, that refer to a table which the partition is, so far, a part of. */
export const foreignKeysAbove = ({ catalog }: ExecutionContext, partition: RelationObject): ForeignConstraint[] => {
  const above = new Set(ancestorsOf(catalog, partition).map(({ oid }) => oid))
  return foreignKeysTo(catalog, partition)
    .filter(isForeign)
    .filter(({ foreign }) => above.has(foreign.table))
}

/** Throws 23503 when a row refers to a key of the partition. */
export const checkPartitionRemoval = async (
  context: ExecutionContext,
  partition: RelationObject,
  constraint: ForeignConstraint,
): Promise<void> => {
  const { catalog, transaction } = context
  const { columns, foreign } = constraint
  const child = catalog.relation(constraint.table) as RelationObject
  const parent = catalog.relation(foreign.table) as RelationObject
  const leaves = new Set(scannedTables(catalog, partition).map(({ oid }) => oid))
  const parts = partsOf(context, foreign, parent).filter(({ relation }) => leaves.has(relation.oid))
  for (const { index } of parts) {
    for (let wait = index.prepare(); wait !== null; wait = index.prepare()) await wait.promise
  }
  const referenced = columnsAt(parent, foreign.columns)
  const conversions = columnsAt(child, columns).map((column, i) =>
    toReferenced(context, column, referenced[i] as Column),
  )
  const snapshot = transaction.freshSnapshot(transaction.command + 1)
  const projection = columns.map((attnum) => attnum - 1)
  const scan = context.storage.store(child.storageId).scan(snapshot, { columns: descriptorsOf(child), projection })
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      const own = batch.row(k)
      if (own.includes(null)) continue
      const key = own.map((value, i) => {
        const convert = conversions[i] ?? null
        return convert === null ? value : convert(value)
      })
      if (key.includes(null)) continue
      const isThere = parts.some(
        ({ index, places }) =>
          index.lookup(
            places.map((place) => key[place]),
            snapshot,
          ).length > 0,
      )
      if (isThere) throw partitionReferenced(context, constraint, partition, key)
    }
    const wait = context.poll()
    if (wait !== null) await wait.promise
  }
}
