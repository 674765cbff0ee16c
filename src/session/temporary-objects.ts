/** Temporary objects live in a schema of their session, and go with it. */
import { dropObjects } from '../exec/ddl/drop.ts'
import { replaceStorage } from '../exec/ddl/truncate.ts'
import type { SessionCore } from './core.ts'
import { definitionContext } from './utility/definition-context.ts'

/** Drops everything temporary of the session; called when no transaction is in progress. */
export const dropTemporaryObjects = async (core: SessionCore): Promise<void> => {
  const schema = core.temporarySchema === null ? null : core.catalog.schema(core.temporarySchema)
  if (schema === null) return
  core.temporarySchema = null
  core.settings.set('client_min_messages', 'error')
  core.block.begin('implicit')
  try {
    await dropObjects(definitionContext(core), [schema], true)
    await core.block.commit(async () => {})
  } catch (error) {
    core.block.rollback()
    throw error
  }
}

/** ON COMMIT of the session's temporary tables, as part of the transaction that commits. */
export const actAtCommit = async (core: SessionCore): Promise<void> => {
  const context = definitionContext(core)
  for (const [oid, action] of core.commitActions) {
    const relation = context.catalog.snapshot.relation(oid)
    if (relation === null || action === 'drop') core.commitActions.delete(oid)
    if (relation === null) continue
    if (action === 'drop') await dropObjects(context, [relation], true)
    else if (relation.storageId !== 0 && core.parts.storage.store(relation.storageId).rowCount > 0) {
      replaceStorage(context, relation)
    }
  }
  if (core.commitActions.size === 0) core.block.beforeCommit = null
}
