/** Table rewrites: all rows go to new storage, and indexes are built over it. */
import type { OutputColumn } from '../../analyze/query.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { batchesOf } from '../../storage/table/batches.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { currentRelation, type DefinitionContext } from './context.ts'
import { replaceStorage } from './truncate.ts'

/** Copies all rows into new storage, each as `change` leaves it; indexes are built again over it. */
export const copyRows = async (
  context: DefinitionContext,
  before: RelationObject,
  columns: readonly OutputColumn[],
  change: (row: Datum[], batch: Batch, position: number) => void,
): Promise<RelationObject> => {
  const execution = context.execution()
  const source = context.storage.store(before.storageId)
  const scan = source.scan(execution.snapshot, {
    columns: descriptorsOf(before),
    projection: columns.map((c) => c.attnum - 1),
  })
  const after = replaceStorage(context, currentRelation(context, before.oid))
  const bulk = context.storage.bulkWriter(context.transaction, context.storage.store(after.storageId))
  for await (const batch of batchesOf(scan)) {
    for (let k = 0; k < batch.count; k++) {
      const at = batch.position(k)
      const row: Datum[] = new Array(after.columns.length).fill(null)
      for (const [i, c] of columns.entries()) {
        if (after.columns[c.attnum - 1]?.dropped === false) row[c.attnum - 1] = batch.columns[i]?.get(at)
      }
      change(row, batch, at)
      bulk.append(row)
    }
    const pressure = bulk.pressure()
    if (pressure !== null) await pressure.promise
    const wait = execution.poll()
    if (wait !== null) await wait.promise
  }
  await bulk.finish()
  for (const index of context.catalog.snapshot.indexesOf(after.oid)) {
    const ordered = context.indexes.of(index, after, context.catalog.snapshot)
    for (let wait = ordered.prepare(); wait !== null; wait = ordered.prepare()) await wait.promise
  }
  return after
}
