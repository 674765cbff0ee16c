/** ALTER TABLE's actions on constraints. */
import { withParts } from '../../catalog/inheritance.ts'
import type { ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation, undefinedObject } from '../../errors/raise/analysis.ts'
import {
  notForeignKey,
  notValidForPartitioned,
  onlyForForeignKey,
  partOfConstraint,
} from '../../errors/raise/definitions.ts'
import { childrenToo, inheritedConstraint, removedFromPartitionsToo } from '../../errors/raise/inheritance.ts'
import { bodyOf, type Constraint, namesOf, type Node } from '../../sql/ast.ts'
import { type Action, childrenOf, eachChild, named, unlocated } from './alter-action.ts'
import {
  addConstraint,
  addForeignKey,
  type ColumnConstraint,
  validateCheck,
  validateForeignKey,
} from './constraints.ts'
import { currentRelation, noticeOf, type DefinitionContext } from './context.ts'
import { dropObjects } from './drop.ts'
import { heritableChecks, inheritCheck, withoutParent } from './inheritance.ts'

const constraintNamed = (context: DefinitionContext, relation: RelationObject, name: string): ConstraintObject | null =>
  context.catalog.snapshot.constraintsOf(relation.oid).find((c) => c.name === name) ?? null

const noConstraint = (name: string, relation: RelationObject) =>
  undefinedObject(`constraint "${name}" of relation "${relation.name}" does not exist`)

export const addTableConstraint: Action = async (context, relation, command, { only }) => {
  const node = bodyOf(command.def as Node, 'Constraint') as Constraint
  if (node.contype === 'CONSTR_FOREIGN') {
    const referenced = node.pktable?.relname ?? ''
    if (relation.kind === 'p' && only) throw onlyForForeignKey(relation.name, referenced)
    if (relation.kind === 'p' && node.skip_validation) throw notValidForPartitioned(relation.name, referenced)
    return addForeignKey(context, relation.oid, { node, column: null })
  }
  if (node.contype === 'CONSTR_PRIMARY') {
    const missing = namesOf(node.keys).find((name) => !relation.columns.some((c) => c.name === name && !c.dropped))
    if (missing !== undefined) throw undefinedColumnOfRelation(missing, relation.name)
  }
  const located = node.raw_expr === undefined ? node : { ...node, raw_expr: unlocated(node.raw_expr) }
  await addWithChildren(context, relation, { node: located, column: null }, only)
}

/** Adds a constraint; a check to everything that inherits, too. */
export const addWithChildren = async (
  context: DefinitionContext,
  relation: RelationObject,
  constraint: ColumnConstraint,
  only: boolean,
): Promise<void> => {
  const { node } = constraint
  const before = new Set(context.catalog.snapshot.constraintsOf(relation.oid).map((c) => c.oid))
  const isCheck = node.contype === 'CONSTR_CHECK' && !(node.is_no_inherit ?? false)
  if (isCheck && only && childrenOf(context, relation).length > 0) throw childrenToo('constraint')
  await addConstraint(context, relation.oid, constraint, only)
  for (const check of heritableChecks(context, relation)) {
    if (!before.has(check.oid)) await handDown(context, relation, check)
  }
}

/** Gives a check to everything that inherits. */
const handDown = async (
  context: DefinitionContext,
  relation: RelationObject,
  constraint: ConstraintObject,
): Promise<void> => {
  await eachChild(context, relation, async (child) => {
    const had = constraintNamed(context, child, constraint.name) !== null
    await inheritCheck(context, relation, child, constraint, false)
    const own = constraintNamed(context, child, constraint.name)
    if (own !== null && !had) await handDown(context, currentRelation(context, child.oid), own)
  })
}

export const dropConstraint: Action = async (context, relation, command, { only, inherited }) => {
  const name = named(command)
  const constraint = constraintNamed(context, relation, name)
  if (constraint === null) {
    if (!command.missing_ok) throw noConstraint(name, relation)
    noticeOf(context, `constraint "${name}" of relation "${relation.name}" does not exist, skipping`)
    return
  }
  if ((constraint.inherited ?? 0) > 0 && !inherited) throw inheritedConstraint('drop', name, relation.name)
  if (constraint.type === 'check' && !constraint.noInherit) {
    if (only && relation.kind === 'p' && childrenOf(context, relation).length > 0) {
      throw removedFromPartitionsToo('constraint')
    }
    await eachChild(context, relation, async (child) => {
      const own = constraintNamed(context, child, name)
      if (own === null) return
      const { local: _, ...kept } = withoutParent(own)
      if (only) context.catalog.put(kept)
      else if ((own.inherited ?? 0) > 1 || own.local !== false) context.catalog.put(withoutParent(own))
      else await dropConstraint(context, child, command, { only: false, inherited: true })
    })
  }
  await dropObjects(context, [constraint], command.behavior === 'DROP_CASCADE')
}

export const validateConstraint: Action = async (context, relation, command) => {
  const name = named(command)
  const constraint = constraintNamed(context, relation, name)
  if (constraint === null) throw noConstraint(name, relation)
  if (constraint.type === 'foreign') await validateForeignKey(context, constraint)
  else await validateCheck(context, relation.oid, constraint.name)
  context.catalog.put({ ...constraint, validated: true })
  if (constraint.type !== 'check') return
  await eachChild(context, relation, (child) =>
    constraintNamed(context, child, name) === null
      ? undefined
      : validateConstraint(context, child, command, { only: false, inherited: true }),
  )
}

/** What ALTER CONSTRAINT says, in the grammar's node of its own. */
interface ConstraintChange {
  readonly conname?: string
  readonly deferrable?: boolean
  readonly initdeferred?: boolean
  readonly alterDeferrability?: boolean
}

/** ALTER CONSTRAINT: when a foreign key is checked. */
export const alterConstraint: Action = (context, relation, command) => {
  const change = Object.values(command.def as object)[0] as ConstraintChange
  const name = change.conname as string
  const constraint = constraintNamed(context, relation, name)
  if (constraint === null) throw noConstraint(name, relation)
  if (constraint.foreign === null) throw notForeignKey(name, relation.name)
  const above = constraint.parent === undefined ? null : context.catalog.snapshot.constraint(constraint.parent)
  if (above !== null) {
    const table = context.catalog.snapshot.relation(above.table)?.name ?? ''
    throw partOfConstraint(name, relation.name, { name: above.name, table })
  }
  const deferrable = change.deferrable ?? false
  for (const one of withParts(context.catalog.snapshot, constraint)) {
    context.catalog.put({ ...one, deferrable, initiallyDeferred: change.initdeferred ?? false })
  }
}
