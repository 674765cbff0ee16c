/** DDL statements: each gets the session's definition context. */
import type { RelationObject } from '../../catalog/objects.ts'
import { createIndexStatement } from '../../exec/ddl/create-index.ts'
import { createTable } from '../../exec/ddl/create-table.ts'
import { createSchema } from '../../exec/ddl/schemas.ts'
import type { DefinitionContext } from '../../exec/ddl/context.ts'
import { dropStatement } from '../../exec/ddl/drop.ts'
import { alterSequence, createSequenceStatement } from '../../exec/ddl/sequences.ts'
import { truncateTables } from '../../exec/ddl/truncate.ts'
import { createView } from '../../exec/ddl/views.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import type { UtilityHandlers } from './handler.ts'

export const definitionContext = (core: SessionCore): DefinitionContext => {
  const { block, parts, database } = core
  return {
    catalog: block.catalog,
    transaction: block.transaction,
    storage: parts.storage,
    indexes: database.indexes,
    searchPath: core.searchPath,
    creationSchema: core.creationSchema,
    temporarySchema: () => core.makeTemporarySchema(),
    owner: core.role.oid,
    ownerName: core.role.name,
    databaseName: core.databaseName,
    format: core.format,
    notice: (notice) => core.notice(notice),
    execution: () => {
      block.transaction.advanceCommand()
      return core.execution([])
    },
    lockExclusively: async (relation: RelationObject['oid']) => {
      const locked = block.transaction.lockTable(relation, 'accessExclusive', {
        timeoutMs: core.settings.int('lock_timeout'),
      })
      if (locked instanceof Wait) await locked.promise
    },
  }
}

/** Runs a definition in a transaction that may write; `command` is its tag. */
const define = async (
  core: SessionCore,
  command: string,
  act: (context: DefinitionContext) => unknown,
): Promise<string> => {
  core.block.transaction.checkWritable(command)
  await act(definitionContext(core))
  return command
}

export const definitionHandlers: UtilityHandlers = {
  CreateStmt: (core, node) => define(core, 'CREATE TABLE', (context) => createTable(context, node)),
  IndexStmt: (core, node) => define(core, 'CREATE INDEX', (context) => createIndexStatement(context, node)),
  ViewStmt: (core, node) => define(core, 'CREATE VIEW', (context) => createView(context, node)),
  CreateSeqStmt: (core, node) => define(core, 'CREATE SEQUENCE', (context) => createSequenceStatement(context, node)),
  AlterSeqStmt: (core, node) => define(core, 'ALTER SEQUENCE', (context) => alterSequence(context, node)),
  CreateSchemaStmt: (core, node) => define(core, 'CREATE SCHEMA', (context) => createSchema(context, node)),
  TruncateStmt: (core, node) => define(core, 'TRUNCATE TABLE', (context) => truncateTables(context, node)),
  DropStmt: async (core, node) => {
    let tag = 'DROP'
    await define(core, 'DROP', async (context) => {
      tag = await dropStatement(context, node)
    })
    return tag
  },
}
