/** What the actions of ALTER TABLE share. */
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { compositeByAlterTable, notOfKind, systemColumnUntouched } from '../../errors/raise/definitions.ts'
import type { AlterTableCmd } from '../../sql/ast.ts'
import { currentRelation, type DefinitionContext, isSystemColumn } from './context.ts'

/** How an action came to a table. */
export interface Reach {
  /** It stops at the table that was named (ONLY). */
  readonly only: boolean
  /** It comes from a table that this one inherits from. */
  readonly inherited: boolean
  /** It comes from the composite type that the table is of. */
  readonly typed?: true
}

export type Action = (
  context: DefinitionContext,
  relation: RelationObject,
  command: AlterTableCmd,
  reach: Reach,
) => void | Promise<void>

/** An expression without its places in the text: what ALTER TABLE says of one names no position. */
export const unlocated = <T>(tree: T): T => {
  if (Array.isArray(tree)) return tree.map(unlocated) as T
  if (typeof tree !== 'object' || tree === null) return tree
  const kept = Object.entries(tree).filter(([key]) => key !== 'location')
  return Object.fromEntries(kept.map(([key, value]) => [key, unlocated(value)])) as T
}

/** Kinds of relations that the word of an ALTER command is for, where it is not for all. */
const NAMED_KINDS: Readonly<Record<string, readonly [kinds: string, word: string]>> = {
  OBJECT_VIEW: ['v', 'view'],
  OBJECT_MATVIEW: ['m', 'materialized view'],
  OBJECT_SEQUENCE: ['S', 'sequence'],
  OBJECT_INDEX: ['iI', 'index'],
}

/** Throws 42809 for a relation that ALTER calls what it is not. */
export const requireNamedKind = ({ name, kind }: RelationObject, type: string): void => {
  const [kinds = kind, word = ''] = NAMED_KINDS[type] ?? []
  if (!kinds.includes(kind)) throw notOfKind(name, word)
  if (kind === 'c') throw compositeByAlterTable(name)
}

/** The name that a command is about. */
export const named = (command: AlterTableCmd): string => command.name as string

export const columnOf = (relation: RelationObject, name: string): Column => {
  const column = relation.columns.find((c) => c.name === name && !c.dropped)
  if (column === undefined && isSystemColumn(relation, name)) throw systemColumnUntouched('alter', name)
  if (column === undefined) throw undefinedColumnOfRelation(name, relation.name)
  return column
}

/** Replaces one column's record. */
export const putColumn = (context: DefinitionContext, relation: RelationObject, column: Column): RelationObject => {
  const changed = { ...relation, columns: relation.columns.map((c) => (c.attnum === column.attnum ? column : c)) }
  context.catalog.put(changed)
  return changed
}

export const childrenOf = (context: DefinitionContext, relation: RelationObject): readonly RelationObject[] =>
  context.catalog.snapshot.childrenOf(relation.oid)

/** Does the same to every table that inherits directly; each does it to its own children. */
export const eachChild = async (
  context: DefinitionContext,
  relation: RelationObject,
  act: (child: RelationObject) => void | Promise<void>,
): Promise<void> => {
  for (const { oid } of childrenOf(context, relation)) {
    await context.lock(oid, 'accessExclusive')
    await act(currentRelation(context, oid))
  }
}

/** An action that children follow, whatever they have of it themselves. */
export const withChildren = (act: Action): Action => {
  const recursive: Action = async (context, relation, command, reach) => {
    await act(context, relation, command, reach)
    if (reach.only) return
    await eachChild(context, relation, (child) => recursive(context, child, command, { only: false, inherited: true }))
  }
  return recursive
}
