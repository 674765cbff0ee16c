/** Foreign keys of partitioned tables: each stands for one foreign key of every partition. */
import { columnMap } from '../../catalog/inheritance.ts'
import type { ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { isForeign } from '../foreign-keys/constraint.ts'
import { validateReferences } from '../foreign-keys/validate.ts'
import { chooseName, currentRelation, type DefinitionContext } from './context.ts'

const columnsIn = (parent: RelationObject, child: RelationObject): ((attnum: number) => number) => {
  const map = columnMap(parent, child)
  return (attnum) => (map === null ? attnum : (map[attnum - 1] ?? 0))
}

/** A foreign key of the partitioned table holds in every partition. */
export const inheritForeignKey = async (
  context: DefinitionContext,
  parent: RelationObject,
  childOid: number,
  constraint: ConstraintObject,
): Promise<void> => {
  const { foreign } = constraint
  if (foreign === null) return
  const child = currentRelation(context, childOid)
  const columns = columnsIn(parent, child)
  const attnums = constraint.columns.map(columns)
  const { snapshot } = context.catalog
  const own = snapshot
    .constraintsOf(child.oid)
    .find((c) => c.foreign?.table === foreign.table && c.parent === undefined && String(c.columns) === String(attnums))
  if (own !== undefined) {
    context.catalog.put({
      ...own,
      parent: constraint.oid,
      inherited: 1,
      local: false,
      depends: [...own.depends, { oid: constraint.oid, attnum: 0, kind: 'auto' }],
    })
    return
  }
  const taken = new Set(snapshot.constraintsOf(child.oid).map((c) => c.name))
  const inherited: ConstraintObject = {
    ...constraint,
    oid: context.catalog.allocateOid(),
    name: taken.has(constraint.name) ? chooseName(child.name, null, 'fkey', (n) => taken.has(n)) : constraint.name,
    table: child.oid,
    schema: child.schema,
    columns: attnums,
    foreign: { ...foreign, deleteColumns: foreign.deleteColumns.map(columns) },
    parent: constraint.oid,
    inherited: 1,
    local: false,
    comment: null,
    depends: [
      ...attnums.map((attnum) => ({ oid: child.oid, attnum, kind: 'auto' as const })),
      ...constraint.depends.filter((d) => d.oid !== parent.oid || d.kind === 'normal'),
      { oid: constraint.oid, attnum: 0, kind: 'auto' },
    ],
  }
  context.catalog.put(inherited)
  if (inherited.validated && child.kind !== 'p' && isForeign(inherited))
    await validateReferences(context.execution(), inherited)
  for (const partition of snapshot.childrenOf(child.oid)) {
    await inheritForeignKey(context, child, partition.oid, inherited)
  }
}
