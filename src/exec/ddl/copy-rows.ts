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
  return storeAnew(context, currentRelation(context, before.oid), async (after, store) => {
    for await (const batch of batchesOf(scan)) {
      for (let k = 0; k < batch.count; k++) {
        const at = batch.position(k)
        const row: Datum[] = new Array(after.columns.length).fill(null)
        for (const [i, c] of columns.entries()) {
          if (after.columns[c.attnum - 1]?.dropped === false) row[c.attnum - 1] = batch.columns[i]?.get(at)
        }
        change(row, batch, at)
        const held = store(row)
        if (held !== undefined) await held
      }
      const wait = execution.poll()
      if (wait !== null) await wait.promise
    }
  })
}

/** New storage for a table, filled with all rows that it is to have; indexes are built over it. */
export const storeAnew = async (
  context: DefinitionContext,
  table: RelationObject,
  fill: (after: RelationObject, store: (row: Datum[]) => Promise<unknown> | undefined) => Promise<void>,
): Promise<RelationObject> => {
  const after = replaceStorage(context, table)
  const bulk = context.storage.bulkWriter(context.transaction, context.storage.store(after.storageId))
  await fill(after, (row) => {
    bulk.append(row)
    return bulk.pressure()?.promise
  })
  await bulk.finish()
  for (const index of context.catalog.snapshot.indexesOf(after.oid)) {
    const ordered = context.indexes.of(index, after, context.catalog.snapshot)
    for (let wait = ordered.prepare(); wait !== null; wait = ordered.prepare()) await wait.promise
  }
  return after
}
