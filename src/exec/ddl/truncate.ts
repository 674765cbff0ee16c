/** TRUNCATE: the tables get new, empty storage; the old goes when the transaction commits. */
import { namedRelation } from '../../analyze/from.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { truncatesOnlyPartitioned } from '../../errors/raise/inheritance.ts'
import { cannotTruncateReferenced, notOfKind } from '../../errors/raise/definitions.ts'
import { bodyOf, type Node, type RangeVar, type TruncateStmt } from '../../sql/ast.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { descriptorsOf } from '../../catalog/columns.ts'
import { requireOnTable } from './permissions.ts'
import { currentRelation, type DefinitionContext, noticeOf, requireChangeable } from './context.ts'

export const truncateTables = async (context: DefinitionContext, node: TruncateStmt): Promise<void> => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const named = (node.relations ?? []).map((n) =>
    requireChangeable(namedRelation(scope, bodyOf(n, 'RangeVar') as RangeVar)),
  )
  const tables = new Map<number, RelationObject>()
  for (const [i, relation] of named.entries()) {
    requireOnTable(context, relation, PRIVILEGE.TRUNCATE)
    const { inh } = bodyOf(node.relations?.[i] as Node, 'RangeVar') ?? {}
    if (inh !== true && relation.kind === 'p') throw truncatesOnlyPartitioned()
    const family = inh === true ? withDescendants(context.catalog.snapshot, relation) : [relation]
    for (const member of family) tables.set(member.oid, member)
  }
  for (const relation of tables.values()) {
    if ((relation.kind !== 'r' && relation.kind !== 'p') || relation.system !== null)
      throw notOfKind(relation.name, 'table')
    for (const foreignKey of context.catalog.snapshot.foreignKeysTo(relation.oid)) {
      if (tables.has(foreignKey.table)) continue
      const referencing = currentRelation(context, foreignKey.table)
      const listed = named.some((n) => n.oid === referencing.oid)
      if (node.behavior !== 'DROP_CASCADE' && !listed) {
        throw cannotTruncateReferenced(referencing.name, relation.name)
      }
      requireOnTable(context, referencing, PRIVILEGE.TRUNCATE)
      noticeOf(context, `truncate cascades to table "${referencing.name}"`)
      // The loop goes on over what is added here.
      for (const member of withDescendants(context.catalog.snapshot, referencing)) tables.set(member.oid, member)
    }
  }
  for (const relation of tables.values()) {
    await context.lock(relation.oid, 'accessExclusive')
    if (relation.storageId !== 0) replaceStorage(context, currentRelation(context, relation.oid))
    if (node.restart_seqs) await restartSequences(context, relation)
  }
}

/** New storage under the relation's columns; answers the changed relation. */
export const replaceStorage = (context: DefinitionContext, relation: RelationObject): RelationObject => {
  const { catalog, storage, transaction, indexes } = context
  const storageId = catalog.allocateOid()
  const changed = { ...relation, storageId }
  storage.createStore(transaction, storageId, descriptorsOf(changed), {
    logged: relation.persistence !== 't',
    replaces: relation.storageId,
  })
  storage.dropStore(transaction, relation.storageId)
  catalog.put(changed)
  for (const index of catalog.snapshot.indexesOf(relation.oid)) {
    transaction.onEnd((committed) => indexes.forget(index.oid, committed ? relation.storageId : storageId))
    indexes.of(index, changed, catalog.snapshot)
  }
  return changed
}

const restartSequences = async (context: DefinitionContext, relation: RelationObject): Promise<void> => {
  for (const sequence of context.catalog.snapshot.all('relation')) {
    if (sequence.sequence?.ownedBy?.relation !== relation.oid) continue
    await context.lock(sequence.oid, 'accessExclusive')
    context.storage.sequences.restart(context.transaction, sequence.storageId, sequence.sequence.start)
  }
}
