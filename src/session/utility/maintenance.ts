/** VACUUM, ANALYZE, CHECKPOINT, LISTEN and NOTIFY. */
import { resolveRelation } from '../../analyze/from.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { bodyOf, type Node, type VacuumRelation, type VacuumStmt } from '../../sql/ast.ts'
import type { SessionCore } from '../core.ts'
import type { UtilityHandlers } from './handler.ts'
import { requireNoBlock } from './transactions.ts'

/** The tables a VACUUM or ANALYZE names, or all of the database. */
export const namedTables = (core: SessionCore, nodes: readonly Node[]): RelationObject[] => {
  if (nodes.length === 0) {
    return [...core.catalog.all('relation')].filter((r) => (r.kind === 'r' || r.kind === 'm') && r.system === null)
  }
  return nodes.map((n) => resolveRelation(core, (bodyOf(n, 'VacuumRelation') as VacuumRelation).relation ?? {}))
}

const vacuum = async (core: SessionCore, node: VacuumStmt): Promise<void> => {
  for (const relation of namedTables(core, node.rels ?? [])) {
    if (relation.storageId !== 0) await core.parts.storage.mergeAll(core.parts.storage.store(relation.storageId))
  }
}

export const maintenanceHandlers: UtilityHandlers = {
  VacuumStmt: async (core, node, { topLevel }) => {
    const analyze = (node.options ?? []).some((o) => bodyOf(o, 'DefElem')?.defname === 'analyze')
    if (node.is_vacuumcmd) {
      requireNoBlock(core, 'VACUUM', topLevel)
      await vacuum(core, node)
    }
    if (!node.is_vacuumcmd || analyze) namedTables(core, node.rels ?? [])
    return node.is_vacuumcmd ? 'VACUUM' : 'ANALYZE'
  },
  CheckPointStmt: async (core) => {
    await core.parts.storage.mergeAll()
    return 'CHECKPOINT'
  },
}
