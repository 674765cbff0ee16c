/** ALTER TABLE … REPLICA IDENTITY: kept for those who ask; nothing is replicated. */
import type { IndexDefinition, RelationObject } from '../../catalog/objects.ts'
import { undefinedObject, wrongObjectType } from '../../errors/raise/analysis.ts'
import { notSupported } from '../../errors/raise/definitions.ts'
import { bodyOf, type Node } from '../../sql/ast.ts'
import type { Action } from './alter-action.ts'
import { currentRelation, type DefinitionContext } from './context.ts'

const identityIndex = (context: DefinitionContext, table: RelationObject, name: string): RelationObject => {
  const found = context.catalog.snapshot.relationIn(table.schema, name)
  if (found === null) throw undefinedObject(`index "${name}" for table "${table.name}" does not exist`)
  const { index } = found
  if (index === null || index.table !== table.oid) {
    throw wrongObjectType(`"${name}" is not an index for table "${table.name}"`)
  }
  if (!index.unique) throw wrongObjectType(`cannot use non-unique index "${name}" as replica identity`)
  if (!index.immediate) throw notSupported(`cannot use non-immediate index "${name}" as replica identity`)
  if (index.keys.some((key) => key.attnum === 0)) {
    throw notSupported(`cannot use expression index "${name}" as replica identity`)
  }
  if (index.predicate !== null) throw notSupported(`cannot use partial index "${name}" as replica identity`)
  const nullable = index.keys.map((key) => table.columns[key.attnum - 1]).find((column) => column?.notNull === false)
  if (nullable !== undefined) {
    throw wrongObjectType(
      `index "${name}" cannot be used as replica identity because column "${nullable.name}" is nullable`,
    )
  }
  return found
}

export const setReplicaIdentity: Action = (context, relation, command) => {
  const { identity_type: type = 'd', name = '' } = bodyOf(command.def as Node, 'ReplicaIdentityStmt') ?? {}
  const chosen = type === 'i' ? identityIndex(context, relation, name) : null
  const { replicaIdentity: _, ...plain } = relation
  context.catalog.put(type === 'n' || type === 'f' || type === 'i' ? { ...plain, replicaIdentity: type } : plain)
  for (const { oid } of context.catalog.snapshot.indexesOf(relation.oid)) {
    const own = currentRelation(context, oid)
    const { replicaIdentity: before, ...index } = own.index as IndexDefinition
    const isChosen = oid === chosen?.oid
    if (isChosen === (before === true)) continue
    context.catalog.put({ ...own, index: isChosen ? { ...index, replicaIdentity: true } : index })
  }
}
