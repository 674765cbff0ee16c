/** ADD FOREIGN KEY and VALIDATE CONSTRAINT: every row that is there must find its reference. */
import type { RelationObject } from '../../catalog/objects.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import type { ExecutionContext } from '../context.ts'
import type { ForeignConstraint } from './constraint.ts'
import { ManyReferences } from './many-references.ts'
import { Reference } from './reference.ts'
import { batchesOf } from '../../storage/table/batches.ts'

/**
 * Looks at what is committed now, whatever the transaction's snapshot is; table locks keep it, or checks of keys that go
 * away. Throws 23503.
 */
export const validateReferences = async (context: ExecutionContext, constraint: ForeignConstraint): Promise<void> => {
  const relation = context.catalog.relation(constraint.table) as RelationObject
  const snapshot = context.transaction.freshSnapshot(context.snapshot.command)
  const many = new ManyReferences(context, relation, [new Reference(context, constraint, snapshot)])
  const options = { columns: descriptorsOf(relation), projection: many.projection }
  const scan = context.storage.store(relation.storageId).scan(snapshot, options)
  for await (const batch of batchesOf(scan)) {
    await many.add(batch)
  }
  await many.finish()
}
