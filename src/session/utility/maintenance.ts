/** VACUUM, ANALYZE and CHECKPOINT. */
import { resolveRelation } from '../../analyze/from.ts'
import { encodeStatistics } from '../../catalog/statistics/codec.ts'
import { analyzeTable } from '../../exec/analyze-table.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { bodyOf, type Node, type VacuumRelation, type VacuumStmt } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import { statisticsRecord } from '../database.ts'
import type { UtilityHandlers } from './handler.ts'
import { requireNoBlock } from './transactions.ts'

/** The tables a VACUUM or ANALYZE names, or all of the database. */
const namedTables = (core: SessionCore, nodes: readonly Node[]): RelationObject[] => {
  if (nodes.length === 0) {
    return [...core.catalog.all('relation')].filter((r) => (r.kind === 'r' || r.kind === 'm') && r.system === null)
  }
  return nodes.map((n) => resolveRelation(core, (bodyOf(n, 'VacuumRelation') as VacuumRelation).relation ?? {}))
}

const vacuum = async (core: SessionCore, node: VacuumStmt): Promise<void> => {
  for (const relation of namedTables(core, node.rels ?? [])) {
    // Null: dropped since the list was made.
    const store = core.parts.storage.findStore(relation.storageId)
    if (store !== null) await core.parts.storage.mergeAll(store)
  }
}

/** ANALYZE: the new statistics are stored with the transaction and used from its commit on. */
const analyzeTables = async (core: SessionCore, node: VacuumStmt): Promise<void> => {
  const { statistics } = core.database
  for (const relation of namedTables(core, node.rels ?? [])) {
    const store = core.parts.storage.findStore(relation.storageId)
    if (store === null) continue
    core.block.transaction.advanceCommand()
    const context = core.execution([])
    core.running = context
    try {
      const found = await analyzeTable(core.parts.storage, relation, {
        target: core.settings.int('default_statistics_target'),
        snapshot: context.snapshot,
        pause: () => context.poll()?.promise ?? null,
      })
      const bytes = encodeStatistics(found, (oid) => core.catalog.typeOf(oid))
      core.block.transaction.putMeta(statisticsRecord(core.database.oid, relation.oid), bytes)
      core.block.transaction.onCommit(() => statistics.set(found))
    } catch (error) {
      // Tables that others drop meanwhile are left out.
      if (!store.dropped) throw error
    } finally {
      core.running = null
    }
  }
}

export const maintenanceHandlers: UtilityHandlers = {
  VacuumStmt: async (core, node, { topLevel }) => {
    const analyze = (node.options ?? []).some((o) => bodyOf(o, 'DefElem')?.defname === 'analyze')
    if (node.is_vacuumcmd) {
      requireNoBlock(core, 'VACUUM', topLevel)
      await vacuum(core, node)
    }
    if (!node.is_vacuumcmd || analyze) await analyzeTables(core, node)
    return node.is_vacuumcmd ? 'VACUUM' : 'ANALYZE'
  },
  CheckPointStmt: async (core) => {
    await core.parts.storage.mergeAll()
    return 'CHECKPOINT'
  },
}
