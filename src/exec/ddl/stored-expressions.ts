/** Expressions that are kept with tables are analysed when they are defined, so that mistakes show at once. */
import { visitDeep } from '../../analyze/walk.ts'
import { columnDefault, generatedColumns, storedCondition } from '../../analyze/table-expressions.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { tableItem } from '../../analyze/from.ts'
import type { Expr } from '../../analyze/expression.ts'
import { isImmutableNode } from '../../analyze/immutability.ts'
import type { Column, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { mentionOf } from '../../analyze/stored-trees.ts'
import { invalidObjectDefinition, usesGenerated } from '../../errors/raise/definitions.ts'
import { analysisFor, type DefinitionContext } from './context.ts'

/** Throws what using the column's default would throw. */
export const checkDefault = (context: DefinitionContext, relation: RelationObject, column: Column): void => {
  const analysis = analysisFor(context)
  if (column.generated) {
    const computed = new Map(relation.columns.filter((c) => c.generated && !c.dropped).map((c) => [c.attnum, c.name]))
    const mention = column.default === null ? null : mentionOf(column.default, new Set([0, ...computed.keys()]))
    if (mention !== null) throw usesGenerated(computed.get(mention.attnum) ?? null, mention.location)
    const item = tableItem(analysis, { ...relation, columns: relation.columns })
    for (const { expr } of generatedColumns(analysis, item))
      requireImmutable(expr, 'generation expression is not immutable')
  } else columnDefault(analysis, column)
}

/** A CHECK condition over the table's columns; answers the columns that it mentions. */
export const checkColumns = (context: DefinitionContext, relation: RelationObject, tree: ParseTree): number[] => {
  const analysis = analysisFor(context)
  const item = tableItem(analysis, relation)
  const condition = storedCondition(analysis, item, tree, CLAUSE.check)
  const attnums = new Map(item.columns.map((c) => [c.id, c.attnum]))
  const mentioned = new Set<number>()
  visitDeep(condition, (e) => {
    const attnum = e.kind === 'column' ? attnums.get(e.id) : undefined
    if (attnum !== undefined) mentioned.add(attnum)
  })
  return [...mentioned].sort((a, b) => a - b)
}

export const requireImmutable = (expr: Expr, message: string): void =>
  visitDeep(expr, (e) => {
    if (!isImmutableNode(e)) throw invalidObjectDefinition(message)
  })
