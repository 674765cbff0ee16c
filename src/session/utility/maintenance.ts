/** VACUUM, ANALYZE and CHECKPOINT. */
import { isOwner } from '../../catalog/privileges/check.ts'
import { hasPrivilegesOf } from '../../catalog/privileges/membership.ts'
import { notPermitted } from '../../errors/raise/privileges.ts'
import { namedRelation } from '../../analyze/from.ts'
import { encodeStatistics } from '../../catalog/statistics/codec.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { columnRepeated } from '../../errors/raise/maintenance.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { analyzeTable } from '../../exec/analyze-table.ts'
import { bodyOf, namesOf, type VacuumRelation, type VacuumStmt } from '../../sql/ast.ts'
import { Wait } from '../../vector/wait.ts'
import type { SessionCore } from '../core.ts'
import { statisticsRecord } from '../database.ts'
import { nextTransaction } from './concurrent-indexes.ts'
import type { UtilityHandlers } from './handler.ts'
import { requireNoBlock } from './transactions.ts'
import { type VacuumOptions, vacuumOptions } from './vacuum-options.ts'

/** A table that a command names, and the columns if it names some. */
interface Target {
  readonly oid: number
  readonly name: string
  readonly columns: readonly string[]
}

/** The tables a VACUUM or ANALYZE names, or all of the database. */
const targetsOf = (core: SessionCore, { rels = [] }: VacuumStmt): Target[] => {
  if (rels.length === 0) {
    const all = [...core.catalog.all('relation')].filter((r) => isTable(r) && isReachable(core, r))
    return all.map(({ oid, name }) => ({ oid, name, columns: [] }))
  }
  return rels.map((n) => {
    const { relation, va_cols } = bodyOf(n, 'VacuumRelation') as VacuumRelation
    const { oid, name } = namedRelation(core, relation ?? {})
    return { oid, name, columns: namesOf(va_cols) }
  })
}

const isTable = (relation: RelationObject): boolean =>
  (relation.kind === 'r' || relation.kind === 'm') && relation.system === null

/** Other sessions' temporary tables are theirs. */
const isReachable = (core: SessionCore, { persistence, schema }: RelationObject): boolean =>
  persistence !== 't' || schema === core.temporarySchema

const say = (core: SessionCore, severity: 'INFO' | 'WARNING', message: string): void =>
  core.notice({ severity, code: severity === 'INFO' ? SQL_STATE.successful_completion : SQL_STATE.warning, message })

/** The table, locked; null when it is gone, is no table, or others have locked it and are not to be waited for. */
const locked = async (
  core: SessionCore,
  { oid, name }: Target,
  verb: 'vacuum' | 'analyze',
  { full, skipLocked }: VacuumOptions,
): Promise<RelationObject | null> => {
  const found = core.catalog.relation(oid)
  if (found === null) return null
  if (!isTable(found)) {
    if (found.oid < FIRST_USER_OID && found.kind === 'r') return null
    say(core, 'WARNING', `skipping "${name}" --- cannot ${verb} non-tables or special system tables`)
    return null
  }
  const isPermitted = isOwner(core.catalog, core.actingRole, found) || core.catalog.databaseOwner === core.actingRole
  if (!isPermitted) {
    say(core, 'WARNING', `skipping "${name}" --- only table or database owner can ${verb} it`)
    return null
  }
  const mode = full && verb === 'vacuum' ? 'accessExclusive' : 'shareUpdateExclusive'
  const wait = core.block.transaction.lockTable(oid, mode, { noWait: skipLocked })
  if (wait === 'unavailable') {
    const message = `skipping ${verb} of "${name}" --- lock not available`
    core.notice({ severity: 'WARNING', code: SQL_STATE.lock_not_available, message })
    return null
  }
  if (wait instanceof Wait) await wait.promise
  return core.catalog.relation(oid)
}

const FIRST_USER_OID = 16384

const vacuumTable = async (core: SessionCore, target: Target, options: VacuumOptions): Promise<void> => {
  const relation = await locked(core, target, 'vacuum', options)
  const store = relation === null ? null : core.parts.storage.findStore(relation.storageId)
  if (relation === null || store === null) return
  const schema = core.catalog.schema(relation.schema)?.name
  const name = options.full ? `${schema}.${relation.name}` : `${core.databaseName}.${schema}.${relation.name}`
  if (options.verbose) say(core, 'INFO', `vacuuming "${name}"`)
  const segments = await core.parts.storage.mergeAll(store)
  store.counters.vacuumed(store.rowCount)
  if (!options.verbose) return
  const rows = `${store.rowCount} rows remain, ${store.oldVersionRows} of them with old versions that are still needed`
  say(core, 'INFO', `finished vacuuming "${name}": ${segments} segments written; ${rows}`)
}

/** ANALYZE: the new statistics are stored with the transaction and used from its commit on. */
const analyzeOne = async (core: SessionCore, target: Target, options: VacuumOptions): Promise<void> => {
  const relation = await locked(core, target, 'analyze', options)
  if (relation === null) return
  checkColumns(relation, target.columns)
  const { statistics } = core.database
  const { storage } = core.parts
  const store = storage.findStore(relation.storageId)
  if (store === null) return
  if (options.verbose) say(core, 'INFO', `analyzing "${core.catalog.schema(relation.schema)?.name}.${relation.name}"`)
  core.block.transaction.advanceCommand()
  const context = core.execution([])
  core.running = context
  try {
    const found = await analyzeTable(storage, relation, {
      target: core.settings.int('default_statistics_target'),
      snapshot: context.snapshot,
      pause: () => context.poll()?.promise ?? null,
    })
    const bytes = encodeStatistics(found, (oid) => core.catalog.typeOf(oid))
    core.block.transaction.putMeta(statisticsRecord(core.database.oid, relation.oid), bytes)
    core.block.transaction.onCommit(() => {
      statistics.set(found)
      store.counters.analyzed()
    })
  } finally {
    core.running = null
  }
}

const checkColumns = (relation: RelationObject, names: readonly string[]): void => {
  for (const [i, name] of names.entries()) {
    if (!relation.columns.some((column) => column.name === name && !column.dropped)) {
      throw undefinedColumnOfRelation(name, relation.name)
    }
    if (names.indexOf(name) < i) throw columnRepeated(name, relation.name)
  }
}

/** pg_checkpoint. */
const CHECKPOINT_ROLE = 4544
const NO_CHECKPOINT = 'must be superuser or have privileges of pg_checkpoint to do CHECKPOINT'

export const maintenanceHandlers: UtilityHandlers = {
  VacuumStmt: async (core, node, { topLevel }) => {
    const command = node.is_vacuumcmd ? 'VACUUM' : 'ANALYZE'
    const options = vacuumOptions(node, command)
    if (command === 'VACUUM') requireNoBlock(core, command, topLevel)
    // Outside blocks each table has a transaction of its own, so that its lock does not stay.
    const isAlone = topLevel && core.block.state === 'implicit'
    for (const target of targetsOf(core, node)) {
      if (command === 'VACUUM') await vacuumTable(core, target, options)
      if (options.analyze) await analyzeOne(core, target, options)
      if (isAlone) await nextTransaction(core)
    }
    return command
  },
  CheckPointStmt: async (core) => {
    if (!hasPrivilegesOf(core.catalog, core.actingRole, CHECKPOINT_ROLE)) throw notPermitted(NO_CHECKPOINT)
    await core.parts.storage.mergeAll()
    return 'CHECKPOINT'
  },
}
