/** Temporary objects live in a schema of their session, and go with it. */
import { dropObjects } from '../exec/ddl/drop.ts'
import type { SessionCore } from './core.ts'
import { definitionContext } from './utility/definition-context.ts'

/** Drops everything temporary of the session in its transaction. */
export const discardTemporaryObjects = async (core: SessionCore): Promise<void> => {
  const oid = core.temporarySchema
  const schema = oid === null ? null : core.catalog.schema(oid)
  if (schema === null) return
  core.temporarySchema = null
  core.block.transaction.pushUndo(() => {
    core.temporarySchema = oid
  })
  // Nobody is told of each of them.
  await dropObjects({ ...definitionContext(core), notice: () => {} }, [schema], true)
}

/** Drops them at the session's end, when no transaction is in progress. */
export const dropTemporaryObjects = async (core: SessionCore): Promise<void> => {
  if (core.temporarySchema === null) return
  core.block.begin('implicit')
  try {
    await discardTemporaryObjects(core)
    await core.block.commit(async () => {})
  } catch (error) {
    core.block.rollback()
    throw error
  }
}
