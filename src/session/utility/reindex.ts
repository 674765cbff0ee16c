/** REINDEX of an index, a table, or all tables of a schema or the database. */
import { requireOwnerOf, requireTableOwner } from '../../exec/ddl/permissions.ts'
import { namedRelation } from '../../analyze/from.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { notOfKind, notSupported, undefinedNamed } from '../../errors/raise/definitions.ts'
import { undefinedTablespace, unrecognizedReindexOption } from '../../errors/raise/maintenance.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { noticeOf } from '../../exec/ddl/context.ts'
import { reindex } from '../../exec/ddl/create-index.ts'
import { bodyOf, type RangeVar, type ReindexStmt } from '../../sql/ast.ts'
import type { TABLE_LOCK } from '../../txn/lock-modes.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { nextTransaction, reindexConcurrently } from './concurrent-indexes.ts'
import { definitionContext } from './definition-context.ts'
import { optionIsOn, optionText } from '../../exec/ddl/option-values.ts'
import { requireNoBlock } from './transactions.ts'

interface ReindexOptions {
  readonly verbose: boolean
  readonly concurrently: boolean
}

/** Tablespaces there are. */
const TABLESPACES: ReadonlySet<string> = new Set(['pg_default', 'pg_global', ''])

const optionsOf = ({ params = [] }: ReindexStmt): ReindexOptions => {
  const options = { verbose: false, concurrently: false }
  for (const param of params) {
    const option = bodyOf(param, 'DefElem') ?? {}
    const { defname = '' } = option
    if (defname === 'verbose' || defname === 'concurrently') options[defname] = optionIsOn(option)
    else if (defname !== 'tablespace') throw unrecognizedReindexOption(defname, option.location)
    else if (!TABLESPACES.has(optionText(option))) throw undefinedTablespace(optionText(option))
  }
  return options
}

export const reindexStatement = async (core: SessionCore, node: ReindexStmt, topLevel: boolean): Promise<string> => {
  const options = optionsOf(node)
  if (options.concurrently) requireNoBlock(core, 'REINDEX CONCURRENTLY', topLevel)
  core.block.transaction.checkWritable('REINDEX')
  switch (node.kind) {
    case 'REINDEX_OBJECT_INDEX':
      await reindexLeaves(core, indexNamed(core, node.relation as RangeVar), options, topLevel, 'REINDEX INDEX')
      break
    case 'REINDEX_OBJECT_TABLE':
      await reindexLeaves(core, tableNamed(core, node.relation as RangeVar), options, topLevel, 'REINDEX TABLE')
      break
    default:
      await reindexMany(core, node, options, topLevel)
  }
  return 'REINDEX'
}

const indexNamed = (core: SessionCore, range: RangeVar): RelationObject => {
  const relation = namedRelation(core, range)
  if (relation.index === null) throw notOfKind(relation.name, 'index')
  return relation
}

const tableNamed = (core: SessionCore, range: RangeVar): RelationObject => {
  const relation = namedRelation(core, range)
  if (relation.kind !== 'r' && relation.kind !== 'm' && relation.kind !== 'p')
    throw notOfKind(relation.name, 'table or materialized view')
  return relation
}

/** An index or a table; of a partitioned one all that it stands for, each in a transaction of its own. */
const reindexLeaves = async (
  core: SessionCore,
  relation: RelationObject,
  options: ReindexOptions,
  topLevel: boolean,
  command: string,
): Promise<void> => {
  requireTableOwner(definitionContext(core), relation)
  const one = (leaf: RelationObject, says: boolean): Promise<void> =>
    leaf.index === null ? reindexTable(core, leaf, options, says) : reindexOne(core, leaf, options)
  if (relation.kind !== 'I' && relation.kind !== 'p') return one(relation, true)
  const name = `"${core.catalog.schema(relation.schema)?.name}.${relation.name}"`
  const what = relation.kind === 'I' ? 'partitioned index' : 'partitioned table'
  requireNoBlock(core, command, topLevel, `while reindexing ${what} ${name}`)
  for (const { oid } of withDescendants(core.catalog, relation).filter(({ kind }) => kind !== 'I' && kind !== 'p')) {
    await nextTransaction(core)
    // Null: dropped meanwhile.
    const leaf = core.catalog.relation(oid)
    if (leaf !== null) await one(leaf, false)
  }
}

const lock = async (core: SessionCore, relation: number, mode: keyof typeof TABLE_LOCK): Promise<void> => {
  const locked = core.block.transaction.lockTable(relation, mode)
  if (locked instanceof Wait) await locked.promise
}

/** System catalogs are computed: there is nothing to build. */
const isSystem = ({ oid }: RelationObject): boolean => oid < 16384

const NO_CATALOGS_CONCURRENTLY = 'cannot reindex system catalogs concurrently'

const reindexOne = async (core: SessionCore, index: RelationObject, options: ReindexOptions): Promise<void> => {
  if (isSystem(index)) {
    if (options.concurrently) throw notSupported(NO_CATALOGS_CONCURRENTLY)
    return
  }
  if (options.concurrently && index.persistence !== 't') await reindexConcurrently(core, index)
  else {
    await lock(core, index.index?.table as number, 'share')
    await lock(core, index.oid, 'accessExclusive')
    await reindex(definitionContext(core), core.catalog.relation(index.oid) ?? index)
  }
  if (options.verbose) {
    const message = `index "${index.name}" was reindexed`
    core.notice({ severity: 'INFO', code: SQL_STATE.successful_completion, message })
  }
}

const reindexTable = async (
  core: SessionCore,
  table: RelationObject,
  options: ReindexOptions,
  says: boolean,
): Promise<void> => {
  if (isSystem(table)) {
    if (options.concurrently) throw notSupported(NO_CATALOGS_CONCURRENTLY)
    return
  }
  if (!options.concurrently) await lock(core, table.oid, 'share')
  let done = 0
  for (const index of core.catalog.indexesOf(table.oid)) {
    if (options.concurrently && index.index?.valid === false) {
      const name = `${core.catalog.schema(index.schema)?.name}.${index.name}`
      const message = `cannot reindex invalid index "${name}" concurrently, skipping`
      core.notice({ severity: 'WARNING', code: SQL_STATE.feature_not_supported, message })
      continue
    }
    await reindexOne(core, index, options)
    done++
  }
  if (done > 0 || !says) return
  const what = options.concurrently ? 'that can be reindexed concurrently' : 'to reindex'
  noticeOf(definitionContext(core), `table "${table.name}" has no indexes ${what}`)
}

const COMMANDS: Readonly<Record<string, string>> = {
  REINDEX_OBJECT_SCHEMA: 'REINDEX SCHEMA',
  REINDEX_OBJECT_SYSTEM: 'REINDEX SYSTEM',
  REINDEX_OBJECT_DATABASE: 'REINDEX DATABASE',
}

/** Each table in a transaction of its own. */
const reindexMany = async (
  core: SessionCore,
  node: ReindexStmt,
  options: ReindexOptions,
  topLevel: boolean,
): Promise<void> => {
  const { kind = '', name = '' } = node
  requireNoBlock(core, COMMANDS[kind] ?? 'REINDEX', topLevel)
  const schema = kind === 'REINDEX_OBJECT_SCHEMA' ? core.catalog.schemaByName(name) : null
  if (kind === 'REINDEX_OBJECT_SCHEMA' && schema === null) throw undefinedNamed('schema', name)
  if (kind === 'REINDEX_OBJECT_SYSTEM' && options.concurrently) throw notSupported(NO_CATALOGS_CONCURRENTLY)
  if (schema === null && name !== core.databaseName) throw notSupported('can only reindex the currently open database')
  const home = schema ?? core.catalog.objects.get(core.database.oid)
  if (home !== undefined) requireOwnerOf(definitionContext(core), home)
  if (kind === 'REINDEX_OBJECT_SYSTEM') return
  const tables = [...core.catalog.all('relation')].filter((relation) => {
    if (isSystem(relation) || (relation.kind !== 'r' && relation.kind !== 'm')) return false
    // Other sessions' temporary tables are theirs.
    if (relation.persistence === 't' && relation.schema !== core.temporarySchema) return false
    return schema === null || relation.schema === schema.oid
  })
  for (const { oid } of tables) {
    await nextTransaction(core)
    // Null: dropped meanwhile.
    const table = core.catalog.relation(oid)
    if (table !== null) await reindexTable(core, table, options, false)
  }
}
