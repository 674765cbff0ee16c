/** What all constraints of tables have, and their names. */
import type { ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { duplicateConstraint } from '../../errors/raise/definitions.ts'
import type { Constraint } from '../../sql/ast.ts'
import { chooseName, type DefinitionContext } from './context.ts'

export const constraintBase = (
  context: DefinitionContext,
  relation: RelationObject,
  name: string,
  node: Constraint,
): Omit<ConstraintObject, 'type' | 'columns'> => ({
  class: 'constraint',
  oid: context.catalog.allocateOid(),
  name,
  owner: relation.owner,
  comment: null,
  acl: null,
  depends: [{ oid: relation.oid, attnum: 0, kind: 'auto' }],
  schema: relation.schema,
  table: relation.oid,
  check: null,
  index: 0,
  foreign: null,
  deferrable: node.deferrable ?? false,
  initiallyDeferred: node.initdeferred ?? false,
  validated: true,
  noInherit: node.is_no_inherit ?? false,
})

/** Whether a key cannot be called so, for a relation or a constraint of the schema is. */
export const keyNameTaken = (context: DefinitionContext, { schema }: RelationObject): ((name: string) => boolean) => {
  const { snapshot } = context.catalog
  const constraints = new Set([...snapshot.all('constraint')].filter((c) => c.schema === schema).map((c) => c.name))
  return (name) => constraints.has(name) || snapshot.relationIn(schema, name) !== null
}

/** The name given, which must be new to the table, or one made up. */
export const constraintName = (
  context: DefinitionContext,
  relation: RelationObject,
  node: Constraint,
  second: string | null,
  suffix: string,
): string => {
  const { snapshot } = context.catalog
  const existing = new Set(snapshot.constraintsOf(relation.oid).map((c) => c.name))
  if (node.conname !== undefined) {
    if (existing.has(node.conname)) throw duplicateConstraint(node.conname, relation.name)
    return node.conname
  }
  const taken = new Set([...snapshot.all('constraint')].filter((c) => c.schema === relation.schema).map((c) => c.name))
  return chooseName(relation.name, second, suffix, (name) => taken.has(name))
}
