/**
 * Locks that definitions take beyond those of their own code: names that are about to be given, so that two
 * transactions never give the same one, and relations that are renamed, moved or indexed.
 */
import { resolveRelation } from '../../analyze/from.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { lockLevel } from '../../exec/ddl/alter-table.ts'
import { isTemporaryName, PG_NAMESPACE, namedSchema, truncateName } from '../../exec/ddl/context.ts'
import type { AlterTableStmt, Node, RangeVar } from '../../sql/ast.ts'
import { TABLE_LOCK } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { plan } from '../execute-statement.ts'
import type { TableLock } from '../plan-statement.ts'
import { definitionContext } from './definition-context.ts'

/** The relation, or null where there is none: the definition will say so itself. */
export const findRelation = (core: SessionCore, range: RangeVar): RelationObject | null => {
  try {
    return resolveRelation(core, range)
  } catch (error) {
    if (error instanceof SqlError) return null
    throw error
  }
}

/** Takes a lock of an existing relation; names of missing ones are left to the definition. */
export const lockDefined = async (
  core: SessionCore,
  range: RangeVar | undefined,
  mode: 'accessShare' | 'share' | 'shareUpdateExclusive' | 'shareRowExclusive' | 'accessExclusive',
): Promise<void> => {
  const relation = range === undefined ? null : findRelation(core, range)
  if (relation === null || (relation.system !== null && relation.kind !== 'S')) return
  const locked = core.block.transaction.lockTable(relation.oid, mode)
  if (locked instanceof Wait) await locked.promise
}

/** The tables that foreign keys in a definition refer to, wherever in it they stand. */
const referencedTables = (node: unknown): RangeVar[] => {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'pktable' ? [value as RangeVar] : referencedTables(value),
  )
}

/** Keeps referenced rows from going while a foreign key to them is made. */
export const lockReferenced = async (core: SessionCore, node: object): Promise<void> => {
  for (const range of referencedTables(node)) await lockDefined(core, range, 'shareRowExclusive')
}

/** The table that ALTER TABLE changes, and then those that its new foreign keys refer to. */
export const lockAltered = async (core: SessionCore, node: AlterTableStmt): Promise<void> => {
  if (referencedTables(node).length === 0) return
  await lockDefined(core, node.relation, lockLevel(node.cmds ?? []))
  await lockReferenced(core, node)
}

/** Keeps the relations that a view's query reads, until the view depends on them. */
export const lockRead = async (core: SessionCore, query: Node | undefined): Promise<void> => {
  if (query === undefined) return
  for (const { relation, mode } of locksOf(core, query)) {
    const locked = core.block.transaction.lockTable(relation, mode)
    if (locked instanceof Wait) await locked.promise
  }
}

/** What is wrong with a query its definition will say itself. */
const locksOf = (core: SessionCore, query: Node): readonly TableLock[] => {
  try {
    return plan(core, query, [], false).locks
  } catch (error) {
    if (error instanceof SqlError) return []
    throw error
  }
}

/**
 * Keeps others from giving a name until this transaction ends: in a schema, or, by the catalog's oid, among schemas, roles
 * or databases.
 */
export const lockName = async (core: SessionCore, schema: number, name: string): Promise<void> => {
  const tag = { kind: 'name', schema, name: truncateName(name) } as const
  const locked = core.block.transaction.lock(tag, TABLE_LOCK.exclusive)
  if (locked instanceof Wait) await locked.promise
}

/** The name that CREATE TABLE, VIEW or SEQUENCE is about to give. */
export const lockNewName = async (core: SessionCore, range: RangeVar | undefined): Promise<void> => {
  if (range?.relname === undefined) return
  const context = definitionContext(core)
  if (isTemporaryName(context, range)) return
  const schema = namedSchema(context, range.schemaname).oid
  await context.lockObject(PG_NAMESPACE, schema, 'accessShare')
  await lockName(core, schema, range.relname)
}

/** The name that CREATE INDEX or RENAME is about to give, in the schema of an existing relation. */
export const lockNameBeside = async (
  core: SessionCore,
  range: RangeVar | undefined,
  name: string | undefined,
): Promise<void> => {
  const relation = range === undefined ? null : findRelation(core, range)
  if (relation !== null && name !== undefined && name !== '') await lockName(core, relation.schema, name)
}

/** The name that CREATE TYPE is about to give. */
export const lockNewType = async (core: SessionCore, names: readonly string[]): Promise<void> => {
  const context = definitionContext(core)
  const schema = namedSchema(context, names.at(-2)).oid
  await context.lockObject(PG_NAMESPACE, schema, 'accessShare')
  await lockName(core, schema, names.at(-1) ?? '')
}
