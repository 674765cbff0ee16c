/** What a session gives to DDL commands. */
import { actAtCommit } from '../../exec/ddl/commit-actions.ts'
import type { DefinitionContext } from '../../exec/ddl/context.ts'
import { TABLE_LOCK } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { beginsWithTemporary } from '../search-path.ts'

export const definitionContext = (core: SessionCore): DefinitionContext => {
  const { block, parts, database } = core
  return {
    catalog: block.catalog,
    transaction: block.transaction,
    storage: parts.storage,
    indexes: database.indexes,
    // A temporary schema may be made on the way.
    get searchPath() {
      return core.searchPath
    },
    creationSchema: core.creationSchema,
    temporarySchema: () => core.makeTemporarySchema(),
    createsTemporary: beginsWithTemporary(core.settings.text('search_path')),
    atCommit: (relation, action) => {
      core.commitActions.set(relation, action)
      block.beforeCommit = async () => {
        await actAtCommit(definitionContext(core), core.commitActions)
        if (core.commitActions.size === 0) block.beforeCommit = null
      }
    },
    owner: core.role.oid,
    ownerName: core.role.name,
    sessionRole: core.roles.session.oid,
    passwordEncryption: core.settings.text('password_encryption'),
    otherDatabases: () => {
      const shared = core.catalog
      return Array.from(parts.catalogs.databases)
        .filter((oid) => oid !== database.oid)
        .flatMap((oid) => {
          const found = shared.objects.get(oid)
          return found?.class === 'database' ? [{ name: found.name, catalog: parts.catalogs.snapshot(oid) }] : []
        })
    },
    databaseName: core.databaseName,
    format: core.format,
    validatesBodies: core.settings.get('check_function_bodies') !== false,
    notice: (notice) => core.notice(notice),
    execution: () => {
      block.transaction.advanceCommand()
      const context = core.execution([])
      core.running = context
      return context
    },
    lock: async (relation, mode) => {
      const locked = block.transaction.lockTable(relation, mode)
      if (locked instanceof Wait) await locked.promise
    },
    lockObject: async (catalog, object, mode) => {
      const locked = block.transaction.lock({ kind: 'object', catalog, object }, TABLE_LOCK[mode])
      if (locked instanceof Wait) await locked.promise
    },
  }
}
