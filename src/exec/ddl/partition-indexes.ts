/** Indexes of partitioned tables: each stands for one index of every partition. */
import { rebindColumns, sameTree } from '../../analyze/stored-trees.ts'
import { columnMap, parentDependency } from '../../catalog/inheritance.ts'
import type { ConstraintObject, IndexDefinition, IndexKey, RelationObject } from '../../catalog/objects.ts'
import { indexNotAttached, multiplePrimaryKeys, notAnIndex } from '../../errors/raise/definitions.ts'
import type { IndexElem, IndexStmt, Node } from '../../sql/ast.ts'
import { chooseName, currentRelation, type DefinitionContext } from './context.ts'
import { keyNameTaken } from './constraint-parts.ts'
import {
  attachIndex,
  createIndex,
  indexColumnNames,
  type NewIndex,
  plannedIndex,
  requireKeyColumns,
} from './create-index.ts'

/** Makes an index, of a partitioned table with those of its partitions. */
export const createIndexes = async (
  context: DefinitionContext,
  table: RelationObject,
  index: NewIndex,
): Promise<RelationObject> => {
  if (table.kind !== 'p') return createIndex(context, table, index)
  const relation = attachIndex(context, table, index)
  for (const partition of context.catalog.snapshot.childrenOf(table.oid)) {
    await inheritIndex(context, table, partition.oid, relation)
  }
  return relation
}

/** Makes an index of a partitioned table without those of partitions: it is valid once all of them have one. */
export const createIndexAlone = async (
  context: DefinitionContext,
  table: RelationObject,
  index: NewIndex,
): Promise<RelationObject> => {
  const isComplete = context.catalog.snapshot.childrenOf(table.oid).length === 0
  return attachIndex(context, table, isComplete ? index : { ...index, valid: false })
}

export const createIndexStatement = async (context: DefinitionContext, node: IndexStmt): Promise<void> => {
  const planned = plannedIndex(context, node)
  if (planned === null) return
  const { table, index } = planned
  requireKeyColumns(table, index, index.unique ? 'UNIQUE' : null)
  // ONLY leaves the partitions' indexes to be attached later.
  const alone = table.kind === 'p' && node.relation?.inh !== true
  await (alone ? createIndexAlone : createIndexes)(context, table, index)
}

type Columns = (attnum: number) => number

const columnsIn = (parent: RelationObject, child: RelationObject): Columns => {
  const map = columnMap(parent, child)
  return (attnum) => (map === null ? attnum : (map[attnum - 1] ?? 0))
}

const definitionFor = (definition: IndexDefinition, columns: Columns): Omit<IndexDefinition, 'table'> => {
  const { table: _, valid: __, ready: ___, clustered: ____, replicaIdentity: _____, ...rest } = definition
  return {
    ...rest,
    keys: rest.keys.map((key) => ({
      ...key,
      attnum: key.attnum === 0 ? 0 : columns(key.attnum),
      expression: key.expression === null ? null : rebindColumns(key.expression, columns),
    })),
    included: rest.included.map(columns),
    predicate: rest.predicate === null ? null : rebindColumns(rest.predicate, columns),
  }
}

const isSameKey = ({ type: a, ...key }: IndexKey, { type: b, ...other }: IndexKey): boolean =>
  a.oid === b.oid && a.collation === b.collation && sameTree(key, other)

const isSameIndex = (a: Omit<IndexDefinition, 'table'>, b: IndexDefinition): boolean =>
  a.unique === b.unique &&
  a.method === b.method &&
  a.nullsNotDistinct === b.nullsNotDistinct &&
  a.keys.length === b.keys.length &&
  a.keys.every((key, i) => isSameKey(key, b.keys[i] as IndexKey)) &&
  sameTree([a.included, a.predicate], [b.included, b.predicate])

const constraintOfIndex = (context: DefinitionContext, index: RelationObject): ConstraintObject | undefined =>
  context.catalog.snapshot
    .constraintsOf(index.index?.table ?? 0)
    .find((c) => c.index === index.oid && c.type !== 'foreign')

/** The partition's index for one of its table: one that is there already, or a new one. */
export const inheritIndex = async (
  context: DefinitionContext,
  parent: RelationObject,
  childOid: number,
  index: RelationObject,
): Promise<void> => {
  const child = currentRelation(context, childOid)
  const { snapshot } = context.catalog
  const columns = columnsIn(parent, child)
  const definition = definitionFor(index.index as IndexDefinition, columns)
  const constraint = constraintOfIndex(context, index)
  const existing = snapshot.indexesOf(child.oid).find((own) => {
    if (
      own.inherits !== undefined ||
      (own.kind === 'I' && own.index?.valid === false) ||
      !isSameIndex(definition, own.index as IndexDefinition)
    )
      return false
    return constraint === undefined || constraintOfIndex(context, own)?.type === constraint.type
  })
  if (existing !== undefined) {
    attachIndexes(context, index, existing)
    if (existing.index?.valid === false) invalidate(context, index.oid)
    return
  }
  if (definition.primary && snapshot.constraintsOf(child.oid).some((c) => c.type === 'primary')) {
    throw multiplePrimaryKeys(child.name)
  }
  if (definition.unique) requireKeyColumns(child, definition, definition.primary ? 'PRIMARY KEY' : 'UNIQUE')
  const created = await copyIndex(context, parent, child, index)
  attachIndexes(context, index, currentRelation(context, created.oid))
  if (currentRelation(context, created.oid).index?.valid === false) invalidate(context, index.oid)
}

/** An index of a table made on another one that has the same columns, with the key that it is behind. */
export const copyIndex = async (
  context: DefinitionContext,
  source: RelationObject,
  child: RelationObject,
  index: RelationObject,
): Promise<RelationObject> => {
  const { snapshot } = context.catalog
  const columns = columnsIn(source, child)
  const definition = definitionFor(index.index as IndexDefinition, columns)
  const constraint = constraintOfIndex(context, index)
  const element = (attnum: number): IndexElem => ({ name: child.columns[attnum - 1]?.name ?? '' })
  const names = indexColumnNames([
    ...definition.keys.map(({ attnum, expression }) =>
      expression === null ? element(attnum) : { expr: expression as unknown as Node },
    ),
    ...definition.included.map(element),
  ]).join('_')
  const suffix = definition.primary ? 'pkey' : constraint === undefined ? 'idx' : definition.exclusion ? 'excl' : 'key'
  const taken = (name: string): boolean => snapshot.relationIn(child.schema, name) !== null
  const name = chooseName(
    child.name,
    definition.primary ? null : names,
    suffix,
    constraint === undefined ? taken : keyNameTaken(context, child),
  )
  const attnums = constraint?.columns.map(columns) ?? []
  const own: ConstraintObject | null =
    constraint === undefined
      ? null
      : {
          ...constraint,
          oid: context.catalog.allocateOid(),
          name,
          table: child.oid,
          schema: child.schema,
          columns: attnums,
          depends: attnums.map((attnum) => ({ oid: child.oid, attnum, kind: 'auto' as const })),
          comment: null,
        }
  return createIndexes(context, child, {
    ...definition,
    name,
    depends: own === null ? [] : [{ oid: own.oid, attnum: 0, kind: 'internal' }],
    ...(own === null ? {} : { constraint: own }),
    options: index.options,
  })
}

/** Makes an index part of that of the partitioned table, with the constraints behind both. */
const attachIndexes = (context: DefinitionContext, parent: RelationObject, child: RelationObject): void => {
  context.catalog.put({
    ...child,
    inherits: [parent.oid],
    depends: [...child.depends, parentDependency(parent, true)],
  })
  const above = constraintOfIndex(context, parent)
  const own = constraintOfIndex(context, child)
  if (above === undefined || own === undefined) return
  context.catalog.put({
    ...own,
    parent: above.oid,
    inherited: 1,
    local: false,
    depends: [...own.depends, { oid: above.oid, attnum: 0, kind: 'auto' }],
  })
}

/** ALTER INDEX … ATTACH PARTITION. */
export const attachIndexPartition = (
  context: DefinitionContext,
  parent: RelationObject,
  child: RelationObject,
): void => {
  if (child.index === null) throw notAnIndex(child.name)
  if (child.inherits?.includes(parent.oid)) return
  const { snapshot } = context.catalog
  const refuse = indexNotAttached(child.name, parent.name)
  const above = snapshot.relation(parent.index?.table ?? 0)
  const table = snapshot.relation(child.index.table)
  if (table === null || above === null) return
  const other = snapshot.indexesOf(table.oid).find((index) => index.inherits?.includes(parent.oid))
  if (other !== undefined) throw refuse.state(`Another index is already attached for partition "${table.name}".`)
  if (child.inherits !== undefined) throw refuse.state(`Index "${child.name}" is already attached to another index.`)
  if (!table.inherits?.includes(above.oid)) {
    throw refuse.state(`Index "${child.name}" is not an index on any partition of table "${above.name}".`)
  }
  const definition = definitionFor(parent.index as IndexDefinition, columnsIn(above, table))
  if (!isSameIndex(definition, child.index)) throw refuse.definition('The index definitions do not match.')
  if (constraintOfIndex(context, parent) !== undefined && constraintOfIndex(context, child) === undefined) {
    throw refuse.definition(
      `The index "${parent.name}" belongs to a constraint in table "${above.name}" but no constraint exists for index "${child.name}".`,
    )
  }
  attachIndexes(context, parent, child)
  validateParent(context, parent.oid)
}

/** An index of a partitioned table is valid once every partition has a valid one, and so on upward. */
const validateParent = (context: DefinitionContext, oid: number): void => {
  const { snapshot } = context.catalog
  const current = currentRelation(context, oid)
  const partitions = snapshot.childrenOf(current.index?.table ?? 0).length
  const complete = snapshot.childrenOf(oid).filter(({ index }) => index?.valid !== false).length
  if (current.index === null || current.index.valid !== false || complete < partitions) return
  const { valid: _, ...index } = current.index
  context.catalog.put({ ...current, index })
  for (const above of current.inherits ?? []) validateParent(context, above)
}

/** An index that gets an invalid one of a partition is not valid, nor is what it is part of. */
const invalidate = (context: DefinitionContext, oid: number): void => {
  const current = currentRelation(context, oid)
  if (current.index === null) return
  context.catalog.put({ ...current, index: { ...current.index, valid: false } })
  for (const above of current.inherits ?? []) invalidate(context, above)
}
