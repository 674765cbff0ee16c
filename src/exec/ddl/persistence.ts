/**
 * ALTER TABLE, ALTER SEQUENCE … SET LOGGED, SET UNLOGGED: whether rows must outlive a crash. Those of unlogged tables do so
 * all the same: they are written as all others are.
 */
import { tableItem } from '../../analyze/from.ts'
import type { ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { persistenceConflict, temporaryPersistence } from '../../errors/raise/definitions.ts'
import type { Action } from './alter-action.ts'
import { analysisFor, currentRelation, type DefinitionContext } from './context.ts'
import { copyRows } from './copy-rows.ts'

/** Rows that outlive a crash refer to none that do not. Throws 42P16. */
const requireReferences = (
  context: DefinitionContext,
  table: RelationObject,
  persistence: 'p' | 'u',
  constraints: readonly ConstraintObject[],
): void => {
  const { snapshot } = context.catalog
  for (const { name, foreign, table: from } of constraints) {
    const other = snapshot.relation(persistence === 'p' ? (foreign?.table ?? 0) : from)
    if (other === null || other.oid === table.oid || other.persistence === persistence) continue
    throw persistenceConflict(table.name, other.name, persistence === 'p', {
      schema: snapshot.schema(table.schema)?.name ?? '',
      table: table.name,
      constraint: name,
    })
  }
}

/** The relation's own, that of its indexes, and that of the sequences of its columns. */
export const setPersistence =
  (persistence: 'p' | 'u'): Action =>
  async (context, relation) => {
    const { snapshot } = context.catalog
    if (relation.persistence === 't') throw temporaryPersistence(relation.name)
    const foreign = snapshot.constraintsOf(relation.oid).filter((c) => c.foreign !== null)
    requireReferences(
      context,
      relation,
      persistence,
      persistence === 'p' ? foreign : snapshot.foreignKeysTo(relation.oid),
    )
    if (relation.persistence === persistence) return
    context.catalog.put({ ...relation, persistence })
    if (relation.kind !== 'r') return
    for (const { oid } of snapshot.indexesOf(relation.oid)) {
      context.catalog.put({ ...currentRelation(context, oid), persistence })
    }
    for (const sequence of snapshot.all('relation')) {
      if (sequence.sequence?.ownedBy?.relation === relation.oid) context.catalog.put({ ...sequence, persistence })
    }
    const { columns } = tableItem(analysisFor(context), relation)
    // Unlogged tables of earlier releases are in memory alone.
    await copyRows(context, relation, columns, () => {})
  }
