/** ON COMMIT of temporary tables: dropped or emptied as part of the transaction that commits. */
import type { DefinitionContext } from './context.ts'
import { dropObjects } from './drop.ts'
import { replaceStorage } from './truncate.ts'

/** By the tables' oids; those that are gone, or go now, are taken out. */
export type CommitActions = Map<number, 'drop' | 'empty'>

export const actAtCommit = async (context: DefinitionContext, actions: CommitActions): Promise<void> => {
  for (const [oid, action] of actions) {
    const relation = context.catalog.snapshot.relation(oid)
    if (relation === null || action === 'drop') actions.delete(oid)
    if (relation === null) continue
    if (action === 'drop') await dropObjects(context, [relation], true)
    else if (relation.storageId !== 0 && context.storage.store(relation.storageId).rowCount > 0) {
      replaceStorage(context, relation)
    }
  }
}
