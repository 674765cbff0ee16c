/** Temporary objects live in a schema of their session, and go with it. */
import { dropObjects } from '../exec/ddl/drop.ts'
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
