/** The index that a table was put into the order of: CLUSTER, and ALTER TABLE … CLUSTER ON, SET WITHOUT CLUSTER. */
import type { IndexDefinition, RelationObject } from '../../catalog/objects.ts'
import { undefinedObject, wrongObjectType } from '../../errors/raise/analysis.ts'
import { notSupported } from '../../errors/raise/definitions.ts'
import type { Action } from './alter-action.ts'
import { currentRelation, type DefinitionContext } from './context.ts'

/** Methods whose indexes have an order, or what PostgreSQL takes for one. */
const ORDERED: ReadonlySet<string> = new Set(['btree', 'gist'])

/** The index by its name that a table can be put into the order of. Throws 42704, 42809, 0A000. */
export const clusterIndex = (context: DefinitionContext, table: RelationObject, name: string): RelationObject => {
  const found = context.catalog.snapshot.relationIn(table.schema, name)
  if (found === null) throw undefinedObject(`index "${name}" for table "${table.name}" does not exist`)
  const { index } = found
  if (index === null || index.table !== table.oid) {
    throw wrongObjectType(`"${name}" is not an index for table "${table.name}"`)
  }
  if (!ORDERED.has(index.method)) {
    throw notSupported(`cannot cluster on index "${name}" because access method does not support clustering`)
  }
  if (index.predicate !== null) throw notSupported(`cannot cluster on partial index "${name}"`)
  if (index.valid === false) throw notSupported(`cannot cluster on invalid index "${name}"`)
  return found
}

/** The index of a table that is marked; null: none is. */
export const clusteredBy = (context: DefinitionContext, table: RelationObject): RelationObject | null =>
  context.catalog.snapshot.indexesOf(table.oid).find(({ index }) => index?.clustered) ?? null

/** Marks one index of a table, or none. */
export const markClustered = (
  context: DefinitionContext,
  table: RelationObject,
  chosen: RelationObject | null,
): void => {
  if (table.kind === 'p') throw notSupported('cannot mark index clustered in partitioned table')
  for (const { oid } of context.catalog.snapshot.indexesOf(table.oid)) {
    const relation = currentRelation(context, oid)
    const { clustered, ...index } = relation.index as IndexDefinition
    const isChosen = oid === chosen?.oid
    if (isChosen === (clustered === true)) continue
    context.catalog.put({ ...relation, index: isChosen ? { ...index, clustered: true } : index })
  }
}

export const clusterOn: Action = (context, relation, command) =>
  markClustered(context, relation, clusterIndex(context, relation, command.name ?? ''))

export const withoutCluster: Action = (context, relation) => markClustered(context, relation, null)
