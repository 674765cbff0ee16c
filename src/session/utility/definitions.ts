/** DDL statements: each gets the session's definition context. */
import type { DatabaseObject } from '../../catalog/objects.ts'
import { notConcurrently, notOfKind, objectInUse } from '../../errors/raise/definitions.ts'
import { createCollation } from '../../exec/ddl/collations.ts'
import { alterTable } from '../../exec/ddl/alter-table.ts'
import { changeOwner, commentStatement, renameStatement, setSchema } from '../../exec/ddl/rename.ts'
import { createDatabase, findDatabase } from '../../exec/ddl/databases.ts'
import { alterComposite, altersType, createComposite } from '../../exec/ddl/composite-types.ts'
import { alterDomain, createDomain } from '../../exec/ddl/domains.ts'
import { alterFunction } from '../../exec/ddl/alter-function.ts'
import { createAggregate, isAggregateDefinition } from '../../exec/ddl/create-aggregate.ts'
import { createFunction } from '../../exec/ddl/create-function.ts'
import { createRange } from '../../exec/ddl/range-types.ts'
import { alterEnum, createEnum } from '../../exec/ddl/types.ts'
import { createIndexStatement } from '../../exec/ddl/partition-indexes.ts'
import { createTable } from '../../exec/ddl/create-table.ts'
import { createSchema, schemaElements } from '../../exec/ddl/schemas.ts'
import { PG_NAMESPACE, type DefinitionContext } from '../../exec/ddl/context.ts'
import { dropStatement } from '../../exec/ddl/drop.ts'
import { alterSequence, createSequenceStatement } from '../../exec/ddl/sequences.ts'
import { truncateTables } from '../../exec/ddl/truncate.ts'
import { createView } from '../../exec/ddl/views.ts'
import { unsupportedStatement } from '../../errors/raise/session.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { bodyOf, namesOf, tagOf, type Node, type NodeBodies, type NodeTag } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import { clusterStatement } from './cluster.ts'
import { createIndexConcurrently, dropIndexConcurrently } from './concurrent-indexes.ts'
import { definitionContext } from './definition-context.ts'
import {
  findRelation,
  lockDefined,
  lockName,
  lockNewType,
  lockNameBeside,
  lockNewName,
  lockRead,
  lockAltered,
  lockReferenced,
} from './definition-locks.ts'
import { createTableAs } from './create-table-as.ts'
import type { UtilityHandler, UtilityHandlers } from './handler.ts'
import { refreshMaterializedView } from './refresh.ts'
import { reindexStatement } from './reindex.ts'
import { requireNoBlock } from './transactions.ts'

/** Runs a definition in a transaction that may write, once its locks are there; `command` is its tag. */
export const define = async (
  core: SessionCore,
  command: string,
  act: (context: DefinitionContext) => unknown,
  lock?: () => Promise<void>,
): Promise<string> => {
  core.block.transaction.checkWritable(command)
  await lock?.()
  await run(core, act)
  return command
}

/** `OBJECT_TABLE` is dropped by DROP TABLE. */
const dropTag = (kind: string): string =>
  `DROP ${kind === 'OBJECT_MATVIEW' ? 'MATERIALIZED VIEW' : kind.replace('OBJECT_', '').replaceAll('_', ' ')}`

/** What is executed on the way can be cancelled. */
const run = async <T>(core: SessionCore, act: (context: DefinitionContext) => T): Promise<Awaited<T>> => {
  try {
    return await act(definitionContext(core))
  } finally {
    core.running = null
  }
}

/** As `define`, for commands that answer their tag themselves. */
const tagged = async (
  core: SessionCore,
  command: string,
  act: (context: DefinitionContext) => string | Promise<string>,
  lock?: () => Promise<void>,
): Promise<string> => {
  core.block.transaction.checkWritable(command)
  await lock?.()
  return run(core, act)
}

/** CREATE SCHEMA: the elements are statements of their own, which find the new schema first. */
const createSchemaWithElements: UtilityHandlers['CreateSchemaStmt'] = async (core, node, call) => {
  let name: string | null = null
  const tag = await define(
    core,
    'CREATE SCHEMA',
    (context) => {
      name = createSchema(context, node)
    },
    () => lockName(core, PG_NAMESPACE, node.schemaname ?? node.authrole?.rolename ?? core.role.name),
  )
  const created: string | null = name
  if (created === null) return tag
  const path = core.settings.text('search_path')
  core.settings.set('search_path', [quoteIdentifier(created), path].filter((part) => part !== '').join(', '))
  try {
    for (const element of schemaElements(created, node.schemaElts ?? [])) {
      const kind = tagOf(element)
      const handler = definitionHandlers[kind] as UtilityHandler<NodeTag> | undefined
      if (handler === undefined) throw unsupportedStatement(kind.replace(/Stmt$/, '').toUpperCase())
      core.block.transaction.advanceCommand()
      await handler(core, bodyOf(element, kind) as NodeBodies[NodeTag], call)
    }
  } finally {
    core.settings.set('search_path', path)
  }
  return tag
}

const detachesConcurrently = (node: Node): boolean => {
  const { def } = bodyOf(node, 'AlterTableCmd') ?? {}
  return def !== undefined && bodyOf(def, 'PartitionCmd')?.concurrent === true
}

export const definitionHandlers: UtilityHandlers = {
  CreateStmt: (core, node) =>
    define(
      core,
      'CREATE TABLE',
      (context) => createTable(context, node),
      async () => {
        await lockNewName(core, node.relation)
        await lockReferenced(core, node)
      },
    ),
  IndexStmt: async (core, node, { topLevel }) => {
    if (node.concurrent) requireNoBlock(core, 'CREATE INDEX CONCURRENTLY', topLevel)
    const table = node.concurrent && node.relation !== undefined ? findRelation(core, node.relation) : null
    if (table?.kind === 'p') throw notConcurrently('create index on partitioned table', table.name)
    if (table !== null && (table.kind === 'r' || table.kind === 'm') && table.persistence !== 't') {
      core.block.transaction.checkWritable('CREATE INDEX')
      await createIndexConcurrently(core, node, table)
      return 'CREATE INDEX'
    }
    return define(
      core,
      'CREATE INDEX',
      (context) => createIndexStatement(context, node),
      async () => {
        await lockDefined(core, node.relation, 'share')
        await lockNameBeside(core, node.relation, node.idxname)
      },
    )
  },
  ClusterStmt: (core, node, { topLevel }) => clusterStatement(core, node, topLevel),
  ReindexStmt: (core, node, { topLevel }) => reindexStatement(core, node, topLevel),
  ViewStmt: (core, node) =>
    define(
      core,
      'CREATE VIEW',
      (context) => createView(context, node),
      async () => {
        await lockNewName(core, node.view)
        await lockRead(core, node.query)
        await lockDefined(core, node.view, 'accessExclusive')
      },
    ),
  CreateSeqStmt: (core, node) =>
    define(
      core,
      'CREATE SEQUENCE',
      (context) => createSequenceStatement(context, node),
      () => lockNewName(core, node.sequence),
    ),
  AlterSeqStmt: (core, node) =>
    define(
      core,
      'ALTER SEQUENCE',
      (context) => alterSequence(context, node),
      () => lockDefined(core, node.sequence, 'shareRowExclusive'),
    ),
  CreateSchemaStmt: createSchemaWithElements,
  TruncateStmt: (core, node) => define(core, 'TRUNCATE TABLE', (context) => truncateTables(context, node)),
  DropStmt: async (core, node, { topLevel }) => {
    if (!node.concurrent) return tagged(core, dropTag(node.removeType ?? ''), (context) => dropStatement(context, node))
    requireNoBlock(core, 'DROP INDEX CONCURRENTLY', topLevel)
    core.block.transaction.checkWritable('DROP INDEX')
    await dropIndexConcurrently(core, node)
    return 'DROP INDEX'
  },
  AlterTableStmt: async (core, node, { topLevel }) => {
    if (node.cmds?.some(detachesConcurrently)) {
      requireNoBlock(core, 'ALTER TABLE ... DETACH CONCURRENTLY', topLevel)
    }
    if (altersType(node)) return define(core, 'ALTER TYPE', (context) => alterComposite(context, node))
    return tagged(
      core,
      'ALTER TABLE',
      (context) => alterTable(context, node),
      () => lockAltered(core, node),
    )
  },
  RenameStmt: (core, node) =>
    tagged(
      core,
      'ALTER TABLE',
      (context) => renameStatement(context, node),
      async () => {
        await lockDefined(core, node.relation, 'accessExclusive')
        if (node.subname === undefined) await lockNameBeside(core, node.relation, node.newname)
      },
    ),
  AlterObjectSchemaStmt: (core, node) =>
    tagged(
      core,
      'ALTER TABLE',
      (context) => setSchema(context, node),
      () => lockDefined(core, node.relation, 'accessExclusive'),
    ),
  AlterOwnerStmt: (core, node) =>
    tagged(
      core,
      'ALTER TABLE',
      (context) => changeOwner(context, node),
      () => lockDefined(core, node.relation, 'accessExclusive'),
    ),
  CommentStmt: (core, node) => define(core, 'COMMENT', (context) => commentStatement(context, node)),
  CreateEnumStmt: (core, node) =>
    define(
      core,
      'CREATE TYPE',
      (context) => createEnum(context, node),
      () => lockNewType(core, namesOf(node.typeName)),
    ),
  CreateFunctionStmt: (core, node, { sql }) =>
    define(
      core,
      node.is_procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION',
      (context) => createFunction(context, node, sql),
      () => lockNewType(core, namesOf(node.funcname)),
    ),
  AlterFunctionStmt: (core, node) => tagged(core, 'ALTER FUNCTION', (context) => alterFunction(context, node)),
  DefineStmt: (core, node) => {
    if (node.kind === 'OBJECT_COLLATION') {
      return define(core, 'CREATE COLLATION', (context) => createCollation(context, node))
    }
    if (!isAggregateDefinition(node)) throw unsupportedStatement(`CREATE ${(node.kind ?? '').replace('OBJECT_', '')}`)
    return define(
      core,
      'CREATE AGGREGATE',
      (context) => createAggregate(context, node),
      () => lockNewType(core, namesOf(node.defnames)),
    )
  },
  // The versions of ICU's collations are those of the program.
  AlterCollationStmt: (core) => tagged(core, 'ALTER COLLATION', () => 'ALTER COLLATION'),
  CompositeTypeStmt: (core, node) =>
    define(
      core,
      'CREATE TYPE',
      (context) => createComposite(context, node),
      () => lockNewName(core, node.typevar),
    ),
  CreateDomainStmt: (core, node) =>
    define(
      core,
      'CREATE DOMAIN',
      (context) => createDomain(context, node),
      () => lockNewType(core, namesOf(node.domainname)),
    ),
  AlterDomainStmt: (core, node) => define(core, 'ALTER DOMAIN', (context) => alterDomain(context, node)),
  CreateRangeStmt: (core, node) =>
    define(
      core,
      'CREATE TYPE',
      (context) => createRange(context, node),
      () => lockNewType(core, namesOf(node.typeName)),
    ),
  AlterEnumStmt: (core, node) => define(core, 'ALTER TYPE', (context) => alterEnum(context, node)),
  CreateTableAsStmt: createTableAs,
  RefreshMatViewStmt: refreshMaterializedView,
  CreatedbStmt: (core, node, { topLevel }) => {
    requireNoBlock(core, 'CREATE DATABASE', topLevel)
    return define(core, 'CREATE DATABASE', (context) => createDatabase(context, node))
  },
  DropdbStmt: (core, node, { topLevel }) => {
    requireNoBlock(core, 'DROP DATABASE', topLevel)
    return define(core, 'DROP DATABASE', (context) => {
      const database = findDatabase(context, node)
      if (database !== null) dropDatabase(core, database, context)
    })
  },
}

/** A database goes with its tables' storage; nobody may be connected to it. */
const dropDatabase = (core: SessionCore, database: DatabaseObject, context: DefinitionContext): void => {
  if (database.oid === core.database.oid) throw objectInUse('cannot drop the currently open database')
  if (database.template) throw notOfKind(database.name, 'database that can be dropped')
  const { sessions } = core.engine.database(database.oid)
  if (sessions > 0) {
    const others =
      sessions === 1
        ? 'There is 1 other session using the database.'
        : `There are ${sessions} other sessions using the database.`
    throw objectInUse(`database "${database.name}" is being accessed by other users`, { detail: others })
  }
  const prepared = core.parts.transactions.prepared.list(database.oid).length
  if (prepared > 0) {
    const them = prepared === 1 ? 'is 1 prepared transaction' : `are ${prepared} prepared transactions`
    throw objectInUse(`database "${database.name}" is being accessed by other users`, {
      detail: `There ${them} using the database.`,
    })
  }
  for (const relation of core.parts.catalogs.snapshot(database.oid).all('relation')) {
    if (relation.kind === 'S') core.parts.storage.sequences.drop(context.transaction, relation.storageId)
    else if (relation.storageId !== 0) core.parts.storage.dropStore(context.transaction, relation.storageId)
  }
  context.catalog.removeDatabase(database.oid, core.parts.catalogs.snapshot(database.oid))
}
